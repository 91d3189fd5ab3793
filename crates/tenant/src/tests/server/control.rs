//! `/_control/…`, as a test in another process uses it: without a token, and without being counted.

use super::client::{Reply, Served};
use serde_json::{Value, json};

fn control(served: &Served, what: &str, body: &Value) -> Reply {
    served.send("POST", &format!("/_control/{what}"), "", &body.to_string())
}

#[track_caller]
fn done(served: &Served, what: &str, body: &Value) -> Value {
    let reply = control(served, what, body);
    assert_eq!(reply.status, 200, "{what}: {}", reply.text());
    reply.json()
}

#[test]
fn the_witness() {
    let served = Served::usual();
    for path in ["/api/v1/devices", "/api/v1/devices/x/details", "/api/v1/devices/y/details", "/nowhere"] {
        served.get(path);
    }
    let witness = served.bare("/_control/witness").json();
    assert_eq!((&witness["requests"], &witness["violations"]), (&json!(4), &json!([])));
    assert_eq!(witness["by_endpoint"], json!({ "devices": 1, "devices/{id}/details": 2, "unknown": 1 }));
    assert_eq!(witness["by_status"], json!({ "200": 1, "404": 3 }));
    assert!(witness["bytes_sent"].as_u64().is_some_and(|bytes| bytes > 1_000), "{witness}");
    served.bare("/api/v1/devices");
    let witness = served.bare("/_control/witness").json();
    assert_eq!(witness["violations"][0]["kind"], "without_token");
    // Posted to, it forgets what it answers.
    assert_eq!(done(&served, "witness", &json!({})), witness);
    assert_eq!(served.bare("/_control/witness").json()["requests"], 0);
}

#[test]
fn the_account() {
    let served = Served::usual();
    let expected = serde_json::to_value(served.tenant.fleet().account()).expect("an account is JSON");
    assert_eq!(served.bare("/_control/account").json(), expected);
}

#[test]
fn faults() {
    let served = Served::usual();
    done(&served, "faults", &json!({ "faults": ["server-error=500,times=1"] }));
    let statuses = [0, 1].map(|_| served.get("/api/v1/devices").status);
    assert_eq!(statuses, [500, 200]);
    done(&served, "faults", &json!({ "faults": ["html=502"] }));
    done(&served, "faults", &json!({ "faults": [] }));
    assert_eq!(served.get("/api/v1/devices").status, 200);
    let refused = control(&served, "faults", &json!({ "faults": ["typo"] }));
    assert_eq!(refused.status, 400);
    assert!(refused.text().contains("there is no fault `typo`"), "{}", refused.text());
}

#[test]
fn limits() {
    let served = Served::usual();
    let limits = json!({ "per_second": { "requests": 1, "milliseconds": 100 }, "per_hour": null });
    for _ in 0..2 {
        // New limits are unused ones, also where they are the same.
        done(&served, "limits", &limits);
        let statuses = [0, 1].map(|_| served.get("/api/v1/devices").status);
        assert_eq!(statuses, [200, 429]);
    }
    done(&served, "limits", &json!({ "per_second": null, "per_hour": null, "retry_after": "date" }));
    assert_eq!(served.get("/api/v1/devices").status, 200);
}

#[test]
fn permissions() {
    let served = Served::usual();
    done(&served, "permissions", &json!({ "refused": ["users", "prism"], "status": 404, "shape": "error" }));
    let refused = served.get("/api/v1/users");
    assert_eq!((refused.status, refused.json()), (404, json!({ "error": "Not Found" })));
    assert_eq!(served.get("/api/v1/prism/apps").status, 404);
    done(&served, "permissions", &json!({}));
    assert_eq!(served.get("/api/v1/users").status, 200);
    assert_eq!(control(&served, "permissions", &json!({ "status": 500 })).status, 400);
}

#[test]
fn nights() {
    let served = Served::usual();
    assert_eq!(done(&served, "nights", &json!({ "nights": 2 })), json!({ "night": 2 }));
    assert_eq!(done(&served, "nights", &json!({ "nights": 1 })), json!({ "night": 3 }));
    assert_eq!(served.bare("/_control/account").json()["night"], 3);
}

#[test]
fn what_is_no_control() {
    let served = Served::usual();
    assert_eq!(served.bare("/_control/everything").status, 404);
    assert_eq!(served.bare("/_control/faults").status, 404, "it is posted, not got");
    assert_eq!(control(&served, "nights", &json!({ "nights": -1 })).status, 400);
    assert_eq!(served.tenant.witness().requests, 0, "nothing of it is counted");
}
