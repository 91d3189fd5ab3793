//! Who gets in, and what those who do not are told.

use serde_json::json;

use super::{Client, Reply, devices};
use crate::Config;

fn password_form(config: &Config) -> String {
    let values = [
        ("grant_type", "password"),
        ("client_id", config.client_id.as_str()),
        ("client_secret", config.client_secret.as_str()),
        ("username", config.service_account.as_str()),
        ("password", config.service_password.as_str()),
    ];
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in values {
        form.append_pair(name, value);
    }
    form.finish()
}

fn bearer(client: &Client, token: &str) -> Reply {
    let headers = format!("Authorization: Bearer {token}\r\n");
    client.send("GET", "/api/now/table/cmdb_ci?sysparm_limit=1", &headers, "")
}

#[test]
fn a_token_is_the_same_within_its_life_and_a_refresh_makes_another() {
    let client = Client::open(Config::with_made_up_secrets());
    let form = password_form(&client.config);
    let first = client.form(&form).json();
    let second = client.form(&form).json();
    assert_eq!(first["access_token"], second["access_token"]);
    assert_eq!(first["refresh_token"], second["refresh_token"]);
    assert_eq!((&first["scope"], &first["token_type"]), (&json!("useraccount"), &json!("Bearer")));
    let life = second["expires_in"].as_u64().expect("a life is a number");
    assert!((1790..=1800).contains(&life), "{life}");

    let refresh = first["refresh_token"].as_str().expect("a token is text");
    let body = format!(
        "grant_type=refresh_token&client_id={}&client_secret={}&refresh_token={refresh}",
        client.config.client_id, client.config.client_secret
    );
    let third = client.form(&body).json();
    assert_ne!(third["access_token"], first["access_token"]);
    assert_eq!(third["refresh_token"], first["refresh_token"]);
    let access = third["access_token"].as_str().expect("a token is text");
    assert_eq!(bearer(&client, access).status, 200);
    assert_eq!(client.send("POST", &format!("/oauth_revoke_token.do?token={access}"), "", "").status, 200);
    assert_eq!(bearer(&client, access).status, 401);
}

#[test]
fn whatever_is_wrong_with_a_login_the_answer_is_one() {
    let client = Client::open(Config::with_made_up_secrets());
    let form = password_form(&client.config);
    let wrong_secret = form.replace(&client.config.client_secret, "x");
    let wrong_password = form.replace(&client.config.service_password, "x");
    let as_json = client.send("POST", "/oauth_token.do", "Content-Type: application/json\r\n", "{}");
    let in_query = client.form("");
    for reply in [client.form(&wrong_secret), client.form(&wrong_password), as_json, in_query] {
        assert_eq!(reply.status, 401);
        assert_eq!(reply.json(), json!({ "error_description": "access_denied", "error": "server_error" }));
    }
}

#[test]
fn a_request_without_credentials_gets_the_documented_body() {
    let client = Client::open(Config::with_made_up_secrets());
    let reply = client.send("GET", "/api/now/table/sys_user", "", "");
    let expected = json!({
        "error": { "message": "User Not Authenticated", "detail": "Required to provide Auth information" },
        "status": "failure",
    });
    assert_eq!((reply.status, reply.json()), (401, expected));
    assert_eq!(bearer(&client, "no such token").status, 401);
}

#[test]
fn without_its_role_the_loader_may_not_import() {
    let client = Client::with(&devices());
    let grants = client.find("sys_user_has_role", "role.name=import_transformer");
    for grant in grants {
        let path = format!("/api/now/table/sys_user_has_role/{}", grant["sys_id"].as_str().unwrap_or_default());
        assert_eq!(client.as_admin("DELETE", &path, &json!({})).status, 204);
    }
    let reply = client.post("/api/now/import/u_stage_device/insertMultiple", &json!({ "records": [] }));
    assert_eq!(reply.status, 403);
    assert_eq!(reply.json()["error"]["message"], "Operation Failed");
}

#[test]
fn only_admin_writes_tables() {
    let client = Client::open(Config::with_made_up_secrets());
    let user = json!({ "user_name": "ada", "name": "Ada" });
    assert_eq!(client.post("/api/now/table/sys_user", &user).status, 403);
    let made = client.as_admin("POST", "/api/now/table/sys_user", &user);
    assert_eq!(made.status, 201);
    let id = made.json()["result"]["sys_id"].as_str().expect("a record has an id").to_owned();
    let path = format!("/api/now/table/sys_user/{id}");
    let changed = client.as_admin("PATCH", &path, &json!({ "email": "ada@example.com" })).json();
    assert_eq!(changed["result"]["email"], "ada@example.com");
    assert_eq!(changed["result"]["sys_mod_count"], "1");
    assert_eq!(client.as_admin("DELETE", &path, &json!({})).status, 204);
    assert_eq!(client.see(&path).status, 404);
}

#[test]
fn what_is_not_there_is_refused_in_the_documented_shape() {
    let client = Client::open(Config::with_made_up_secrets());
    let nowhere = client.get("/api/now/nothing");
    assert_eq!(nowhere.status, 400);
    assert_eq!(nowhere.json()["error"]["message"], "Requested URI does not represent any resource");
    let table = client.get("/api/now/table/sys_nonexistent");
    assert_eq!(table.status, 400);
    assert_eq!(
        table.json()["error"],
        json!({ "message": "Invalid table sys_nonexistent", "detail": "Table sys_nonexistent does not exist" })
    );
    let record = client.see("/api/now/v1/table/sys_user/00000000000000000000000000000000");
    assert_eq!((record.status, &record.json()["error"]["message"]), (404, &json!("No Record found")));
}
