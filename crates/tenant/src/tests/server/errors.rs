//! Every shape in which the tenant says no, and every permission that it can refuse.

use super::client::{Reply, Served};
use super::walk;
use crate::tests::text;
use crate::{ErrorShape, Permission, Permissions, RefusalStatus};
use serde_json::{Value, json};

const EXPORT: &str = "/api/v1/prism/export";

/// Checks a body in the gateway's shape, whose request has an id of its own.
#[track_caller]
fn is_of_gateway(reply: &Reply, status: u16, message: &str) {
    let body = reply.json();
    assert_eq!((reply.status, text(&body, "message")), (status, message));
    assert_eq!(text(&body, "request_id").len(), 32, "{body}");
}

#[test]
fn a_wrong_token_in_every_shape() {
    let check = |shape: ErrorShape, expected: Option<Value>| {
        let served = Served::with(|config| config.token_error = shape);
        for headers in ["Authorization: Bearer wrong\r\n", "Authorization: Basic eDp5\r\n", ""] {
            let reply = served.send("GET", "/api/v1/devices", headers, "");
            match &expected {
                Some(expected) => assert_eq!((reply.status, &reply.json()), (401, expected), "{headers}"),
                None => is_of_gateway(&reply, 401, "Invalid token."),
            }
        }
        assert_eq!(served.get("/api/v1/devices").status, 200);
    };
    check(ErrorShape::Detail, Some(json!({ "detail": "Invalid token." })));
    check(ErrorShape::List, Some(json!(["Invalid token."])));
    check(ErrorShape::Fields, Some(json!({ "non_field_errors": ["Invalid token."] })));
    check(ErrorShape::Error, Some(json!({ "error": "Unauthorized" })));
    check(ErrorShape::Gateway, None);
}

/// Asks for what a permission is about.
fn ask(served: &Served, permission: &str, id: &str) -> Reply {
    match permission {
        "prism/export" => served.post(EXPORT, &json!({ "category": "apps" })),
        "prism/count" => served.get("/api/v1/prism/count?category=apps"),
        "prism" => served.get("/api/v1/prism/filevault"),
        other => served.get(&format!("/api/v1/{}", other.replace("{id}", id))),
    }
}

const PERMISSIONS: [&str; 14] = [
    "devices",
    "devices/{id}",
    "devices/{id}/details",
    "devices/{id}/apps",
    "users",
    "blueprints",
    "tags",
    "audit/events",
    "settings/licensing",
    "integrations/apple/ade/devices",
    "prism",
    "prism/apps",
    "prism/count",
    "prism/export",
];

#[test]
fn every_permission_is_refused_in_every_way() {
    let served = Served::usual();
    let devices = walk::by_offset(&served, "/api/v1/devices?", 300);
    let id = text(&devices[0], "device_id");
    for name in PERMISSIONS {
        let permission = Permission::of_name(name).expect("the permission is known");
        served.tenant.set_permissions(Permissions::default());
        assert_eq!(ask(&served, name, id).status, 200, "{name}");
        let ways =
            [(RefusalStatus::Unauthorized, 401), (RefusalStatus::Forbidden, 403), (RefusalStatus::NotFound, 404)];
        for (status, expected) in ways {
            let permissions = Permissions { refused: vec![permission], status, shape: ErrorShape::Detail };
            served.tenant.set_permissions(permissions);
            let reply = ask(&served, name, id);
            assert_eq!(reply.status, expected, "{name}");
            assert!(reply.json()["detail"].is_string(), "{name}: {}", reply.text());
        }
    }
}

#[test]
fn without_one_permission_the_others_are_there() {
    let served = Served::usual();
    let refused = |name: &str| Permission::of_name(name).expect("the permission is known");
    served.tenant.set_permissions(Permissions::without([refused("prism/apps"), refused("devices/{id}/details")]));
    let statuses = ["prism/apps", "prism/filevault", "prism/count", "prism/export", "devices", "users"]
        .map(|name| ask(&served, name, "").status);
    assert_eq!(statuses, [403, 200, 200, 200, 200, 200]);
    served.tenant.set_permissions(Permissions::without([refused("prism")]));
    let statuses = ["prism/apps", "prism/count", "prism/export", "devices"].map(|name| ask(&served, name, "").status);
    assert_eq!(statuses, [403, 403, 403, 200]);
}

#[test]
fn an_address_that_is_none_is_the_gateways() {
    let served = Served::usual();
    for path in ["/api/v1/settings", "/api/v2/devices", "/", "/api/v1/devices/x/secrets"] {
        is_of_gateway(&served.get(path), 404, "no Route matched with those values");
    }
    is_of_gateway(&served.post("/api/v1/devices", &json!({})), 404, "no Route matched with those values");
}

#[test]
fn a_record_that_is_none_is_the_apis() {
    let served = Served::usual();
    for path in ["/api/v1/devices/x", "/api/v1/devices/x/details", "/api/v1/devices/x/apps", "/api/v1/prism/export/x"] {
        let reply = served.get(path);
        assert_eq!((reply.status, reply.json()), (404, json!({ "detail": "Not found." })), "{path}");
    }
}

#[test]
fn categories_that_are_none_or_are_not_exported() {
    let served = Served::usual();
    let refused = |reply: Reply, category: &str| {
        let expected = json!({ "detail": format!("Invalid category: {category}") });
        assert_eq!((reply.status, reply.json()), (400, expected));
    };
    refused(served.get("/api/v1/prism/application_firewal"), "application_firewal");
    refused(served.get("/api/v1/prism/count?category=everything"), "everything");
    refused(served.post(EXPORT, &json!({ "category": "filevault" })), "filevault");
    refused(served.post(EXPORT, &json!({})), "");
}

#[test]
fn parameters_that_cannot_be_read() {
    let served = Served::usual();
    let check = |path: &str, expected: Value| {
        let reply = served.get(path);
        assert_eq!((reply.status, reply.json()), (400, expected), "{path}");
    };
    check("/api/v1/devices?offset=x", json!({ "offset": ["A valid integer is required."] }));
    check("/api/v1/prism/apps?limit=-1", json!({ "limit": ["A valid integer is required."] }));
    check("/api/v1/users?archived=maybe", json!({ "archived": ["Must be a valid boolean."] }));
    let bought = "/api/v1/integrations/apple/ade/devices?dep_account=x";
    check(bought, json!({ "dep_account": ["Enter a valid UUID."] }));
    check("/api/v1/audit/events?sort_by=actor", json!({ "sort_by": ["Not a valid choice."] }));
    check("/api/v1/audit/events?start_date=soon", json!({ "start_date": ["Enter a valid date/time."] }));
    check("/api/v1/prism/apps?filter=%5B%5D", json!({ "detail": "Invalid filter: not an object" }));
}
