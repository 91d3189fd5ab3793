//! An instance that listens on a port of its own, and the plainest HTTP client that can ask it.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::Updates;
use crate::{Config, Instance};

/// An instance and everything that is needed to ask it.
pub(crate) struct Client {
    pub(crate) instance: Instance,
    pub(crate) config: Config,
    address: SocketAddr,
    runtime: Runtime,
    stop: oneshot::Sender<()>,
    served: JoinHandle<std::io::Result<()>>,
}

/// What came back.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

impl Client {
    /// An instance in memory with that update set.
    pub(crate) fn with(updates: &Updates) -> Self {
        let client = Self::open(Config::with_made_up_secrets());
        client.instance.install_update_set(&updates.xml()).expect("the test's update set is valid");
        client
    }

    pub(crate) fn open(config: Config) -> Self {
        let instance = Instance::open(config.clone()).expect("the instance opens");
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime starts");
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("there is a free port");
        let address = listener.local_addr().expect("a listener has an address");
        let (stop, stopped) = oneshot::channel::<()>();
        let shutdown = async move {
            // A client that is dropped stops its server too.
            drop(stopped.await);
        };
        let served = runtime.spawn(instance.clone().serve(listener, shutdown));
        Self { instance, config, address, runtime, stop, served }
    }

    /// Stops the server and waits for it to end.
    pub(crate) fn close(self) -> Config {
        assert_eq!(self.stop.send(()), Ok(()));
        self.runtime.block_on(self.served).expect("the server does not panic").expect("the server ends well");
        self.config
    }

    pub(crate) fn send(&self, method: &str, path: &str, headers: &str, body: &str) -> Reply {
        let mut stream = TcpStream::connect(self.address).expect("the instance listens");
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n{body}",
            self.address,
            body.len()
        );
        stream.write_all(request.as_bytes()).expect("the request is taken");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("the answer is text");
        let (head, body) = answer.split_once("\r\n\r\n").expect("an answer has a head");
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("an answer has a status");
        Reply { status, head: head.to_owned(), body: body.to_owned() }
    }

    /// Sends the head of a request, and of its body nothing but the length: it is taken up and does not end.
    pub(crate) fn begin(&self, path: &str, headers: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).expect("the instance listens");
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: 9\r\n{headers}\r\n",
            self.address
        );
        stream.write_all(head.as_bytes()).expect("the request is taken");
        stream
    }

    pub(crate) fn loader(&self) -> String {
        basic(&self.config.service_account, &self.config.service_password)
    }

    pub(crate) fn admin(&self) -> String {
        basic("admin", &self.config.admin_password)
    }

    /// As the account that loads.
    pub(crate) fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &self.loader(), "")
    }

    /// As `admin`, who reads everything: the eyes of most tests.
    pub(crate) fn see(&self, path: &str) -> Reply {
        self.send("GET", path, &self.admin(), "")
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Reply {
        let headers = format!("{}Content-Type: application/json\r\n", self.loader());
        self.send("POST", path, &headers, &body.to_string())
    }

    pub(crate) fn as_admin(&self, method: &str, path: &str, body: &Value) -> Reply {
        let headers = format!("{}Content-Type: application/json\r\n", self.admin());
        self.send(method, path, &headers, &body.to_string())
    }

    pub(crate) fn form(&self, body: &str) -> Reply {
        self.send("POST", "/oauth_token.do", "Content-Type: application/x-www-form-urlencoded\r\n", body)
    }

    /// Imports one record and answers the result of each map.
    pub(crate) fn import(&self, table: &str, record: &Value) -> Vec<Value> {
        let reply = self.post(&format!("/api/now/import/{table}"), record);
        assert_eq!(reply.status, 201, "{}", reply.body);
        reply.json()["result"].as_array().cloned().unwrap_or_default()
    }

    /// Imports many records, waits until they are processed and answers the import set's id.
    pub(crate) fn load(&self, table: &str, records: &[Value]) -> String {
        let reply = self.post(&format!("/api/now/import/{table}/insertMultiple"), &json!({ "records": records }));
        assert_eq!(reply.status, 201, "{}", reply.body);
        let set = reply.json()["import_set_id"].as_str().expect("an import set has an id").to_owned();
        self.wait(&set);
        set
    }

    pub(crate) fn wait(&self, set: &str) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while Instant::now() < deadline {
            let state = self.see(&format!("/api/now/table/sys_import_set/{set}")).json()["result"]["state"].clone();
            if state == "processed" {
                return;
            }
            assert_ne!(state, "cancelled");
        }
        panic!("the import set was not processed");
    }

    /// The records that a query finds, whoever may read them.
    pub(crate) fn find(&self, table: &str, query: &str) -> Vec<Value> {
        let query: String = url::form_urlencoded::byte_serialize(query.as_bytes()).collect();
        let reply =
            self.see(&format!("/api/now/table/{table}?sysparm_query={query}&sysparm_exclude_reference_link=true"));
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()["result"].as_array().cloned().unwrap_or_default()
    }

    /// The one record that a query finds.
    pub(crate) fn one(&self, table: &str, query: &str) -> Value {
        let mut found = self.find(table, query);
        assert_eq!(found.len(), 1, "{table} {query}: {found:?}");
        found.remove(0)
    }
}

fn basic(user: &str, password: &str) -> String {
    format!("Authorization: Basic {}\r\n", STANDARD.encode(format!("{user}:{password}")))
}
