//! Users who may not come in, and clients whose scope does not reach that far.

use serde_json::{Value, json};

use super::Client;
use crate::Config;

fn form(client: &Client, grant: &str, more: &[(&str, &str)]) -> String {
    let config = &client.config;
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", grant);
    form.append_pair("client_id", &config.client_id);
    form.append_pair("client_secret", &config.client_secret);
    form.extend_pairs(more);
    form.finish()
}

fn password(client: &Client) -> String {
    let config = &client.config;
    form(client, "password", &[("username", &config.service_account), ("password", &config.service_password)])
}

fn set_user(client: &Client, values: &Value) {
    let user = client.one("sys_user", &format!("user_name={}", client.config.service_account));
    let path = format!("/api/now/table/sys_user/{}", user["sys_id"].as_str().expect("an id"));
    assert_eq!(client.as_admin("PATCH", &path, values).status, 200);
}

fn with_token(client: &Client, token: &Value) -> super::Reply {
    let headers = format!("Authorization: Bearer {}\r\n", token.as_str().expect("a token"));
    client.send("GET", "/api/now/table/cmdb_ci?sysparm_limit=1", &headers, "")
}

/// OAuth request parameters: "the user is active, not locked out"; the refusal is the one opaque body.
#[test]
fn a_user_who_is_locked_out_or_inactive_is_out_at_once() {
    for values in [json!({ "locked_out": "true" }), json!({ "active": "false" })] {
        let client = Client::open(Config::with_made_up_secrets());
        let first = client.form(&password(&client)).json();
        assert_eq!(with_token(&client, &first["access_token"]).status, 200);
        set_user(&client, &values);
        assert_eq!(with_token(&client, &first["access_token"]).status, 401, "{values}");
        assert_eq!(client.get("/api/now/table/cmdb_ci").status, 401, "Basic too");
        let refresh = first["refresh_token"].as_str().expect("a token");
        for body in [
            password(&client),
            form(&client, "refresh_token", &[("refresh_token", refresh)]),
            form(&client, "client_credentials", &[]),
        ] {
            let refused = client.form(&body);
            assert_eq!(refused.status, 401, "{values}");
            assert_eq!(refused.json(), json!({ "error_description": "access_denied", "error": "server_error" }));
        }
    }
}

/// A report of one observer: the password grant fails for a user whose password has to be reset. Whether it does for
/// *Web service access only* is open, and a setting.
#[test]
fn a_password_that_has_to_be_reset_gives_no_token() {
    let client = Client::open(Config::with_made_up_secrets());
    set_user(&client, &json!({ "password_needs_reset": "true" }));
    assert_eq!(client.form(&password(&client)).status, 401);
    assert_eq!(client.form(&form(&client, "client_credentials", &[])).status, 200);

    for web_service_users_log_in in [true, false] {
        let client = Client::open(Config { web_service_users_log_in, ..Config::with_made_up_secrets() });
        set_user(&client, &json!({ "web_service_access_only": "true" }));
        let expected = if web_service_users_log_in { 200 } else { 401 };
        assert_eq!(client.form(&password(&client)).status, expected);
        assert_eq!(client.get("/api/now/table/cmdb_ci").status, 200, "Basic is what such users are for");
    }
}

/// The property of the Washington DC release and later.
#[test]
fn client_credentials_can_be_switched_off() {
    let client = Client::open(Config::with_made_up_secrets());
    let granted = client.form(&form(&client, "client_credentials", &[]));
    assert!(granted.status == 200 && granted.json()["refresh_token"].is_null());
    let off = json!({ "name": "glide.oauth.inbound.client.credential.grant_type.enabled", "value": "false" });
    assert_eq!(client.as_admin("POST", "/api/now/table/sys_properties", &off).status, 201);
    assert_eq!(client.form(&form(&client, "client_credentials", &[])).status, 401);
}

/// KB2731346: checked before roles, by OAuth only, read from the client's record at run time.
#[test]
fn a_securely_scoped_client_reaches_nothing_unscoped() {
    let client = Client::open(Config::with_made_up_secrets());
    let token = client.form(&password(&client)).json()["access_token"].clone();
    let registration = client.one("oauth_entity", &format!("client_id={}", client.config.client_id));
    let path = format!("/api/now/table/oauth_entity/{}", registration["sys_id"].as_str().expect("an id"));
    assert_eq!(client.as_admin("PATCH", &path, &json!({ "scope_restriction": "securely_scoped" })).status, 200);
    let refused = with_token(&client, &token);
    let body = json!({
        "error": { "message": "User Not Authorized", "detail": "Access to unscoped api is not allowed" },
        "status": "failure",
    });
    assert_eq!((refused.status, refused.json()), (403, body));
    assert_eq!(refused.header("X-Is-Logged-In"), Some("true"));
    assert_eq!(client.get("/api/now/table/cmdb_ci").status, 200, "Basic is not asked");
    let allowed = json!({ "name": "glide.security.oauth_allow_unscoped_clients", "value": "true" });
    assert_eq!(client.as_admin("POST", "/api/now/table/sys_properties", &allowed).status, 201);
    assert_eq!(with_token(&client, &token).status, 200);
}
