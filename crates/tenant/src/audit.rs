//! The audit log: a year of what people did to the tenant, and what nights did to its devices.
//!
//! Events of blueprints, library items and tokens have the published shapes. Events of devices are **uncertain**: that enrolments and
//! deletions are logged is documented, in which shape is not.

use crate::ageing::{Happening, HappeningKind};
use crate::fleet::Fleet;
use crate::moment::{DAY, HOUR, Moment, Stamp};
use crate::seed::{Topic, ulid, uuid};
use rand::{Rng, RngExt};
use serde::Serialize;
use serde_json::{Value, json};

/// How far the log reaches back: documented as one year.
const DAYS_KEPT: i64 = 365;
/// What people did in the year before the first night.
const EVENTS_BEFORE: u32 = 60;
/// Names of library items, invented.
const LIBRARY_ITEMS: [&str; 6] =
    ["Quillmark Notes", "Umbrage Sensor", "Larkfield Wi-Fi", "Wallpaper", "Drumlin Backup", "Relay"];

/// One event of the log.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct AuditEvent {
    pub(crate) id: String,
    action: &'static str,
    occurred_at: Stamp,
    actor_id: String,
    actor_type: &'static str,
    target_id: String,
    target_type: &'static str,
    target_component: &'static str,
    new_state: Value,
    metadata: Value,
    #[serde(skip)]
    pub(crate) occurred: Moment,
}

/// What an event is about, before it has a time and an actor.
struct Deed {
    action: &'static str,
    target_id: String,
    target_type: &'static str,
    target_component: &'static str,
    new_state: Value,
    metadata: Value,
}

/// The log as it stands in the fleet's last night, oldest first.
pub(crate) fn events(fleet: &Fleet) -> Vec<AuditEvent> {
    let now = fleet.moment_of(fleet.night());
    let rng = &mut fleet.stream(Topic::Audit, 0);
    let administrator = uuid(rng);
    let mut events: Vec<AuditEvent> = (0..EVENTS_BEFORE)
        .map(|number| {
            let at = fleet.moment_of(0).before(rng.random_range(HOUR..DAYS_KEPT * DAY));
            event(deed(fleet, number, rng), at, &administrator, rng)
        })
        .collect();
    let rng = &mut fleet.stream(Topic::Audit, 1);
    events.extend(
        fleet.happenings().iter().map(|happening| event(deed_of(happening), happening.at, &administrator, rng)),
    );
    events.retain(|event| event.occurred >= now.before(DAYS_KEPT * DAY));
    events.sort_by(|one, other| one.occurred.cmp(&other.occurred).then_with(|| one.id.cmp(&other.id)));
    events
}

fn event(deed: Deed, at: Moment, administrator: &str, rng: &mut impl Rng) -> AuditEvent {
    let is_enrolment = deed.target_type == "device" && deed.action == "create";
    AuditEvent {
        id: ulid(at.milliseconds(), rng),
        action: deed.action,
        occurred_at: at.zulu(),
        actor_id: if is_enrolment { deed.target_id.clone() } else { administrator.to_owned() },
        actor_type: if is_enrolment { "device" } else { "user" },
        target_id: deed.target_id,
        target_type: deed.target_type,
        target_component: deed.target_component,
        new_state: deed.new_state,
        metadata: deed.metadata,
        occurred: at,
    }
}

/// What people do, in turn.
fn deed(fleet: &Fleet, number: u32, rng: &mut impl Rng) -> Deed {
    let blueprint = &fleet.blueprints()[number as usize % fleet.blueprints().len()];
    let item = json!({ "id": uuid(rng), "name": LIBRARY_ITEMS[number as usize % LIBRARY_ITEMS.len()] });
    let name = blueprint.kind.name;
    let of_blueprint = |action, target_component, new_state, metadata| Deed {
        action,
        target_id: blueprint.id.clone(),
        target_type: "blueprint",
        target_component,
        new_state,
        metadata,
    };
    match number % 5 {
        0 => of_blueprint(
            "update",
            "library_items",
            json!({ "library_items_added": [item], "library_items_removed": [], "library_items_scoped": [item], "name": name }),
            json!({}),
        ),
        1 => of_blueprint(
            "create",
            "",
            json!({ "description": "", "type": blueprint.kind.layout, "name": name }),
            json!({ "source_id": null, "source": null }),
        ),
        2 => of_blueprint("update", "parameters", json!({ "parameters": [], "name": name }), json!({})),
        3 => Deed {
            action: "update",
            target_id: uuid(rng),
            target_type: "library_item",
            target_component: "",
            new_state: json!({ "active": true, "label": null, "type": "vpp-app", "name": item["name"] }),
            metadata: json!({}),
        },
        _ => Deed {
            action: "update",
            target_id: uuid(rng),
            target_type: "api_token",
            target_component: "",
            new_state: json!({
                "description": null,
                "permissions": [{ "path": "/api/v1/devices", "http_method": "GET" }],
                "label": "inventory",
            }),
            metadata: json!({}),
        },
    }
}

/// What a night did.
fn deed_of(happening: &Happening) -> Deed {
    let (action, target_component) = match happening.kind {
        HappeningKind::Enrolled => ("create", ""),
        HappeningKind::Deleted => ("delete", ""),
        HappeningKind::Removed => ("update", "mdm"),
        HappeningKind::Renamed => ("update", "name"),
        HappeningKind::Reassigned => ("update", "user"),
    };
    Deed {
        action,
        target_id: happening.device_id.clone(),
        target_type: "device",
        target_component,
        new_state: json!({ "name": happening.device_name, "serial_number": happening.serial_number }),
        metadata: json!({}),
    }
}
