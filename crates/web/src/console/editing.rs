//! Editing what an integration sends, of which devices, and when.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use extract::Scope;
use serde::Deserialize;
use service::{Connected, Edited, Edits};

use super::connecting::at_field;
use super::{Console, Named, Signed, failure, onwards, told};
use crate::guard::Posted;
use crate::pages::{self, EditForm, FieldError, links};

pub(super) async fn page(State(console): State<Console>, Signed(frame): Signed, Named(name): Named) -> Response {
    match console.desk.connected(&name) {
        Ok(connected) => pages::edit(&frame, &form(&connected)).into_response(),
        Err(error) => failure(&frame, &error),
    }
}

fn form(connected: &Connected) -> EditForm {
    let raw = connected.settings.to_raw();
    let scope = &raw.scope.conditions;
    let lines = |values: &BTreeSet<String>| values.iter().cloned().collect::<Vec<_>>().join("\n");
    EditForm {
        name: connected.name.to_string(),
        sync: raw.sync,
        send_apps: raw.send_apps,
        every_device: scope.is_everything(),
        serials: lines(&scope.serials),
        tags: lines(&scope.tags),
        blueprints: lines(&scope.blueprints),
        platforms: scope.platforms.iter().cloned().collect(),
        limit: scope.devices_max.map(|devices| devices.to_string()).unwrap_or_default(),
        pinned: raw.scope.pinned.len() as u64,
        devices_schedule: raw.schedules.devices,
        apps_schedule: raw.schedules.apps,
        time_zone: raw.schedules.time_zone,
        seen: seen(connected),
        errors: Vec::new(),
        refused: Vec::new(),
    }
}

/// The settings of an integration as one word.
fn seen(connected: &Connected) -> String {
    let text = serde_json::to_vec(&connected.settings.to_raw()).expect("settings are JSON wherever they are kept");
    blake3::hash(&text).to_hex().to_string()
}

/// What was typed.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    sync: Option<String>,
    send_apps: Option<String>,
    scope: String,
    serials: String,
    tags: String,
    blueprints: String,
    platforms: Vec<String>,
    limit: String,
    devices_schedule: String,
    apps_schedule: String,
    time_zone: String,
    seen: String,
}

pub(super) async fn edit(
    State(console): State<Console>,
    Signed(frame): Signed,
    Named(name): Named,
    Posted(typed): Posted<Typed>,
) -> Response {
    let connected = match console.desk.connected(&name) {
        Ok(connected) => connected,
        Err(error) => return failure(&frame, &error),
    };
    let before = form(&connected);
    let mut view = typed.form(&before);
    if typed.seen != before.seen {
        let message = "It was changed meanwhile, in another window or on the command line. What you typed is below: saving it \
                       again sets all of it as it stands there.";
        view.errors.push(FieldError { field: String::new(), message: message.to_owned() });
        return pages::edit(&frame, &view).into_response();
    }
    let edits = match typed.edits(&before) {
        Ok(edits) => edits,
        Err(error) => {
            view.errors.push(error);
            return pages::edit(&frame, &view).into_response();
        }
    };
    match console.desk.edit(&name, &edits).await {
        Ok(Edited::Kept(_)) => {
            console.scheduler.look_again();
            onwards(&links::integration(name.as_str()))
        }
        Ok(Edited::Refused(refusal)) => {
            view.refused = told::checks(&refusal.looked.checks);
            pages::edit(&frame, &view).into_response()
        }
        Err(error) => {
            view.errors.push(at_field(&error));
            pages::edit(&frame, &view).into_response()
        }
    }
}

impl Typed {
    fn form(&self, before: &EditForm) -> EditForm {
        EditForm {
            sync: self.sync.is_some(),
            send_apps: self.send_apps.is_some(),
            every_device: self.scope != "some",
            serials: self.serials.clone(),
            tags: self.tags.clone(),
            blueprints: self.blueprints.clone(),
            platforms: self.platforms.clone(),
            limit: self.limit.clone(),
            devices_schedule: self.devices_schedule.trim().to_owned(),
            apps_schedule: self.apps_schedule.trim().to_owned(),
            time_zone: self.time_zone.trim().to_owned(),
            ..before.clone()
        }
    }

    /// What is otherwise than before. A scope that says the same stays as it is, with the devices that it came to.
    fn edits(&self, before: &EditForm) -> Result<Edits, FieldError> {
        let scope = self.scope()?;
        let same = match before.every_device {
            true => scope.is_everything(),
            false => {
                !scope.is_everything()
                    && lines(&before.serials) == scope.serials
                    && lines(&before.tags) == scope.tags
                    && lines(&before.blueprints) == scope.blueprints
                    && before.platforms.iter().cloned().collect::<BTreeSet<_>>() == scope.platforms
                    && limit(&before.limit).ok().flatten() == scope.devices_max
            }
        };
        let changed = |now: &str, before: &str| (now.trim() != before).then(|| now.trim().to_owned());
        Ok(Edits {
            send_apps: (self.send_apps.is_some() != before.send_apps).then_some(self.send_apps.is_some()),
            sync: (self.sync.is_some() != before.sync).then_some(self.sync.is_some()),
            scope: (!same).then_some(scope),
            devices_schedule: changed(&self.devices_schedule, &before.devices_schedule),
            apps_schedule: changed(&self.apps_schedule, &before.apps_schedule),
            time_zone: changed(&self.time_zone, &before.time_zone),
        })
    }

    fn scope(&self) -> Result<Scope, FieldError> {
        if self.scope != "some" {
            return Ok(Scope::default());
        }
        let wrong = |field: &str, message: String| FieldError { field: field.to_owned(), message };
        let scope = Scope {
            serials: lines(&self.serials),
            tags: lines(&self.tags),
            blueprints: lines(&self.blueprints),
            platforms: self.platforms.iter().cloned().collect(),
            devices_max: limit(&self.limit).map_err(|message| wrong("limit", message))?,
        };
        match scope.is_everything() {
            true => Err(wrong("scope", "Nothing is named. Name some devices, or choose every device.".to_owned())),
            false => Ok(scope),
        }
    }
}

/// What stands in a field of several lines, one value a line.
fn lines(text: &str) -> BTreeSet<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// A number of devices; none where the field is empty.
pub(super) fn limit(text: &str) -> Result<Option<u64>, String> {
    match text.trim() {
        "" => Ok(None),
        text => match text.parse::<u64>() {
            Ok(0) | Err(_) => Err("Write a whole number from 1, or nothing for every device.".to_owned()),
            Ok(devices) => Ok(Some(devices)),
        },
    }
}
