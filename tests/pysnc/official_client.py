"""ServiceNow's own Python client against an instance, unchanged: what its users do with it must work here.

Arguments: address of the instance (http://127.0.0.1:PORT). Credentials come from the environment. The client insists on
https, so a relay of this script speaks TLS with a certificate of its own making and hands on what it hears.
"""

import os
import socket
import ssl
import sys
import tempfile
import threading

import trustme
from pysnc import ServiceNowClient
from pysnc.auth import ServiceNowClientCredentialsFlow, ServiceNowPasswordGrantFlow
from pysnc.exceptions import AuthenticationException, RoleException


def relay(target):
    """Serves TLS on a loopback port and answers its address and the certificate to trust."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    trusted = os.path.join(tempfile.mkdtemp(), "authority.pem")
    authority.cert_pem.write_to_path(trusted)
    listener = socket.create_server(("127.0.0.1", 0))

    def pump(source, sink):
        try:
            while chunk := source.recv(65536):
                sink.sendall(chunk)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def serve():
        while True:
            plain, _ = listener.accept()
            try:
                near = context.wrap_socket(plain, server_side=True)
            except OSError:
                continue
            far = socket.create_connection(target)
            for ends in ((near, far), (far, near)):
                threading.Thread(target=pump, args=ends, daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    return f"https://127.0.0.1:{listener.getsockname()[1]}", trusted


def main():
    host, port = sys.argv[1].removeprefix("http://").rsplit(":", 1)
    address, trusted = relay((host, int(port)))
    os.environ["REQUESTS_CA_BUNDLE"] = trusted
    os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "0"
    admin = ("admin", os.environ["ADMIN_PASSWORD"])
    client = ServiceNowClient(address, admin)

    # Logging in: right and wrong passwords, and both OAuth flows.
    account = (os.environ["SERVICE_ACCOUNT"], os.environ["SERVICE_PASSWORD"])
    registration = (os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"])
    for flow in (
        ServiceNowPasswordGrantFlow(*account, *registration),
        ServiceNowClientCredentialsFlow(*registration),
    ):
        loader = ServiceNowClient(address, flow)
        computers = loader.GlideRecord("cmdb_ci_computer")
        computers.query()
        record = loader.GlideRecord("sys_user")
        record.initialize()
        record.set_value("user_name", "nobody")
        try:
            record.insert()
            raise AssertionError("the account that loads may not write users")
        except RoleException:
            pass
    wrong = ServiceNowClient(address, ("admin", "wrong"))
    try:
        wrong.GlideRecord("sys_user").query()
        raise AssertionError("a wrong password came in")
    except AuthenticationException:
        pass

    # Inserting, reading one, paging.
    people = {}
    for number in range(7):
        person = client.GlideRecord("sys_user")
        person.initialize()
        person.user_name = f"client.{number}"
        person.name = f"Person {number}"
        person.email = f"person{number}@larkfield.example"
        people[number] = str(person.insert())
    person = client.GlideRecord("sys_user")
    assert person.get(people[3]) and person.get_value("name") == "Person 3"
    assert not client.GlideRecord("sys_user").get("0" * 32)
    paged = client.GlideRecord("sys_user", batch_size=3)
    paged.add_query("user_name", "STARTSWITH", "client.")
    paged.order_by_desc("user_name")
    paged.query()
    assert len(paged) == 7
    assert [record.get_value("user_name") for record in paged] == [f"client.{n}" for n in reversed(range(7))]

    # Conditions, alternatives, fields, limits, display values and walks over references.
    some = client.GlideRecord("sys_user")
    some.add_query("user_name", "IN", "client.1,client.2").add_or_condition("email", "person5@larkfield.example")
    some.fields = ["user_name"]
    some.query()
    assert sorted(record.get_value("user_name") for record in some) == ["client.1", "client.2", "client.5"]
    first = client.GlideRecord("sys_user")
    first.add_query("user_name", "STARTSWITH", "client.")
    first.limit = 2
    first.query()
    assert len(list(first)) == 2
    computer = client.GlideRecord("cmdb_ci_computer")
    computer.initialize()
    computer.name = "Mac of person 1"
    computer.serial_number = "PYSNC0001"
    computer.assigned_to = people[1]
    assert computer.insert()
    walked = client.GlideRecord("cmdb_ci_computer")
    walked.add_query("assigned_to.user_name", "client.1")
    walked.query()
    assert walked.next() and walked.get_display_value("assigned_to") == "Person 1"
    assert walked.get_value("assigned_to") == people[1]

    # Joins, and related lists.
    owners = client.GlideRecord("sys_user")
    owners.add_query("user_name", "STARTSWITH", "client.")
    owners.add_join_query("cmdb_ci_computer", "sys_id", "assigned_to").add_query("serial_number", "PYSNC0001")
    owners.query()
    assert [record.get_value("user_name") for record in owners] == ["client.1"]
    idle = client.GlideRecord("sys_user")
    idle.add_query("user_name", "STARTSWITH", "client.")
    idle.add_rl_query("cmdb_ci_computer", "assigned_to", "=0", False)
    idle.query()
    assert len(idle) == 6

    # Changing one, changing many, what comes back.
    assert person.get(people[3])
    person.title = "Engineer"
    assert person.update() and person.get_value("title") == "Engineer"
    many = client.GlideRecord("sys_user")
    many.add_query("user_name", "STARTSWITH", "client.")
    many.query()
    for record in many:
        record.title = "Colleague"
    assert many.update_multiple()
    changed = client.GlideRecord("sys_user")
    changed.add_query("title", "Colleague")
    changed.query()
    assert len(changed) == 7

    # Attachments.
    files = client.Attachment("sys_user")
    assert files.add_attachment(people[2], "note.txt", b"a note\nof two lines", content_type="text/plain")
    found = client.Attachment("sys_user")
    found.add_query("table_sys_id", people[2])
    found.query()
    assert found.next() and found.file_name == "note.txt"
    assert found.readlines() == ["a note", "of two lines"]
    found.delete()

    # Deleting one and many.
    gone = client.GlideRecord("sys_user")
    assert gone.get(people[0]) and gone.delete()
    rest = client.GlideRecord("sys_user")
    rest.add_query("user_name", "STARTSWITH", "client.")
    assert rest.delete_multiple()
    left = client.GlideRecord("sys_user")
    left.add_query("user_name", "STARTSWITH", "client.")
    left.query()
    assert len(left) == 0
    print("the official client works")


main()
