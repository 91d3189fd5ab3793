//! Users, blueprints and tags, and the two envelopes they come in.

use crate::group::{Blueprint, Tag};
use crate::moment::Stamp;
use crate::people::User;
use serde::Serialize;

/// The envelope of users: pages with a link to the next.
#[derive(Serialize)]
pub(crate) struct Directory<T> {
    pub(crate) next: Option<String>,
    pub(crate) previous: Option<String>,
    pub(crate) results: Vec<T>,
}

/// The envelope of blueprints, tags and bought devices: a count, and links to the pages around.
#[derive(Serialize)]
pub(crate) struct Counted<T> {
    pub(crate) count: u64,
    pub(crate) next: Option<String>,
    pub(crate) previous: Option<String>,
    pub(crate) results: Vec<T>,
}

impl<T> Counted<T> {
    pub(crate) fn single_page(results: Vec<T>) -> Self {
        Self { count: results.len() as u64, next: None, previous: None, results }
    }
}

/// A person of the directory.
#[derive(Serialize)]
pub(crate) struct WireUser<'a> {
    active: bool,
    archived: bool,
    created_at: Stamp,
    department: Option<&'static str>,
    deprecated_user_id: &'a str,
    email: &'a str,
    id: &'a str,
    integration: Integration,
    job_title: Option<&'static str>,
    name: &'a str,
    device_count: u32,
    updated_at: Stamp,
}

/// Where the directory was read from: one for the whole tenant.
#[derive(Serialize)]
struct Integration {
    id: u32,
    name: &'static str,
    uuid: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
}

impl<'a> WireUser<'a> {
    pub(crate) fn of(user: &'a User) -> Self {
        Self {
            active: !user.archived,
            archived: user.archived,
            created_at: user.created.zulu(),
            department: user.department,
            deprecated_user_id: &user.deprecated_user_id,
            email: &user.email,
            id: &user.id,
            integration: Integration {
                id: 712,
                name: "larkfield",
                uuid: "5d0c3c8e-6f0e-4b1f-9a3b-1d1f3a5e7c21",
                kind: "office365",
            },
            job_title: user.job_title,
            name: &user.name,
            device_count: user.device_count,
            updated_at: user.created.after_microseconds(26).zulu(),
        }
    }
}

/// A blueprint with the number of listed devices in it.
#[derive(Serialize)]
pub(crate) struct WireBlueprint<'a> {
    id: &'a str,
    name: &'static str,
    icon: &'static str,
    color: &'static str,
    description: &'static str,
    params: Params,
    computers_count: u32,
    enrollment_code: EnrollmentCode<'a>,
    #[serde(rename = "type")]
    layout: &'static str,
}

/// The parameters of a blueprint: an object that the samples leave empty.
#[derive(Serialize)]
struct Params {}

#[derive(Serialize)]
struct EnrollmentCode<'a> {
    code: &'a str,
    is_active: bool,
}

impl<'a> WireBlueprint<'a> {
    pub(crate) fn of(blueprint: &'a Blueprint, computers_count: u32) -> Self {
        let Blueprint { id, code, kind } = blueprint;
        Self {
            id,
            name: kind.name,
            icon: kind.icon,
            color: kind.color,
            description: kind.description,
            params: Params {},
            computers_count,
            enrollment_code: EnrollmentCode { code, is_active: computers_count > 0 },
            layout: kind.layout,
        }
    }
}

/// A tag.
#[derive(Serialize)]
pub(crate) struct WireTag<'a> {
    id: &'a str,
    name: &'static str,
}

impl<'a> WireTag<'a> {
    pub(crate) fn of(tag: &'a Tag) -> Self {
        Self { id: &tag.id, name: tag.name }
    }
}
