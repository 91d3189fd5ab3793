//! One integration: its details, what can be changed, new credentials, its end.

use super::ends::check_of;
use super::runs::last_runs;
use super::*;

pub(super) fn details_of() -> Details {
    Details {
        name: text("acme"),
        standing: Standing::Connected,
        reason: String::new(),
        tenant: text("https://acme.api.eu.kandji.io"),
        instance: text("https://acme.service-now.com"),
        client_id: text("0f3a5c77d1a04be1a2f0d5c1e4b79a21"),
        grant: Grant::ClientCredentials,
        service_account: Some(text("snowhaul.loader")),
        connected_at: text("2026-03-02T09:12:44Z"),
        credentials_at: text("2026-11-15T09:12:44Z"),
        credentials_age_days: 12,
        send_apps: true,
        scope: text("every device"),
        sync: true,
        devices_schedule: text("*/15 * * * *"),
        apps_schedule: text("0 2 * * *"),
        time_zone: text("Europe/Berlin"),
        runs: last_runs(),
        next_run: Some(NextRun { at: text("2026-11-28T02:15:00Z"), what: text("devices") }),
        live_run: None,
        brakes_waiting: Vec::new(),
    }
}

pub(super) fn life(add: Add<'_>, frame: &Frame) {
    add("details", details(frame, &details_of()));
    let brake = BrakeWaiting {
        run: 126,
        reason: text("320 rows retire of 5,012 that are held, and at most 250 may without a person's word"),
    };
    let waiting = Details {
        standing: Standing::NeedsAttention,
        reason: text("run 126 is stopped: the brake `retire` stopped pipeline `devices`"),
        brakes_waiting: vec![brake],
        credentials_age_days: 212,
        live_run: Some(129),
        grant: Grant::Password,
        ..details_of()
    };
    add("details-waiting", details(frame, &waiting));
    let fresh = Details {
        standing: Standing::NeverRan,
        runs: Vec::new(),
        sync: false,
        send_apps: false,
        next_run: None,
        service_account: None,
        ..details_of()
    };
    add("details-fresh", details(frame, &fresh));
    let hostile = Details {
        name: text(HOSTILE),
        reason: text(HOSTILE),
        client_id: text(HOSTILE),
        scope: format!("only tag {HOSTILE}"),
        ..details_of()
    };
    add("details-hostile", details(frame, &hostile));
    edits(add, frame);
    endings(add, frame);
}

pub(super) fn edits(add: Add<'_>, frame: &Frame) {
    let form = EditForm {
        name: text("acme"),
        sync: true,
        every_device: true,
        devices_schedule: text("*/15 * * * *"),
        apps_schedule: text("0 2 * * *"),
        time_zone: text("Europe/Berlin"),
        ..EditForm::default()
    };
    add("edit", edit(frame, &form));
    let wrongly = EditForm {
        every_device: false,
        serials: text("C02XK0AAJG5H\nC02XK0BBJG5H"),
        platforms: texts(&["Mac"]),
        limit: text("25"),
        pinned: 25,
        devices_schedule: text("every day"),
        errors: vec![
            wrong("devices_schedule", "`every day` is no cron expression; type five fields, as `*/15 * * * *`"),
            wrong("platforms", "Choose one, or none"),
        ],
        ..form.clone()
    };
    add("edit-errors", edit(frame, &wrongly));
    let absent = check_of(
        Area::Instance,
        "software asset management",
        CheckResult::Failed,
        "the instance has no table `cmdb_sam_sw_install`",
        "activate Software Asset Management Professional (`com.snc.samp`), or send applications without it",
    );
    add(
        "edit-refused",
        edit(frame, &EditForm { send_apps: true, seen: String::new(), refused: vec![absent], ..form.clone() }),
    );
    let hostile = EditForm {
        name: text(HOSTILE),
        tags: text(TYPED),
        every_device: false,
        errors: vec![wrong("tags", HOSTILE)],
        ..form
    };
    add("edit-hostile", edit(frame, &hostile));
}

pub(super) fn endings(add: Add<'_>, frame: &Frame) {
    let of = ReauthenticateEnds {
        name: text("acme"),
        tenant: text("https://acme.api.eu.kandji.io"),
        instance: text("https://acme.service-now.com"),
        client_id: text("0f3a5c77d1a04be1a2f0d5c1e4b79a21"),
        grant: Grant::Password,
        service_account: Some(text("snowhaul.loader")),
        credentials_at: text("2026-04-15T09:12:44Z"),
        credentials_age_days: 226,
    };
    add("reauthenticate-confirm", reauthenticate_confirm(frame, &of));
    let form = ReauthenticateForm { ends: of.clone(), all_needed: false, errors: Vec::new() };
    add("reauthenticate", reauthenticate(frame, &form));
    let ends = ReauthenticateEnds { name: text(HOSTILE), service_account: Some(text(HOSTILE)), ..of };
    let hostile = ReauthenticateForm { ends, all_needed: true, errors: vec![wrong("client_secret", HOSTILE)] };
    add("reauthenticate-hostile", reauthenticate(frame, &hostile));
    let form = DeleteForm {
        name: text("acme"),
        tenant: text("https://acme.api.eu.kandji.io"),
        instance: text("https://acme.service-now.com"),
        is_running: true,
        shared_with: texts(&["acme-test", "acme-emea"]),
        typed: String::new(),
        purge: false,
        revoke_shared: false,
        errors: Vec::new(),
    };
    add("delete", delete(frame, &form));
    let errors = vec![wrong("typed", "This is not `acme`: nothing was deleted")];
    add(
        "delete-mistyped",
        delete(
            frame,
            &DeleteForm { typed: text("acne"), shared_with: Vec::new(), is_running: false, errors, ..form.clone() },
        ),
    );
    let hostile = DeleteForm { name: text(HOSTILE), shared_with: vec![text(HOSTILE)], typed: text(TYPED), ..form };
    add("delete-hostile", delete(frame, &hostile));
    let ended = Deleted {
        name: text("acme"),
        is_revoked: true,
        tokens: text("revoked"),
        history_until: Some(text("2026-12-28T02:15:00Z")),
        is_held: false,
        rotate: texts(&["the client secret", "the password of the service account", "the API token of the tenant"]),
    };
    add("deleted", deleted(frame, &ended));
    let hostile =
        Deleted { name: text(HOSTILE), is_revoked: false, tokens: text(HOSTILE), history_until: None, ..ended };
    add("deleted-hostile", deleted(frame, &hostile));
}
