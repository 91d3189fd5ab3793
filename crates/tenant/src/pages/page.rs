//! One response body with where it comes from.

use serde::Serialize;

/// Space for a body before it has to grow; most pages hold a few hundred records.
const BODY_BYTES: usize = 16 * 1_024;

/// The endpoints that the fleet is told by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Endpoint {
    /// `/api/v1/devices`.
    Devices,
    /// `/api/v1/devices/{id}/details`.
    DeviceDetails,
    /// `/api/v1/prism/device_information`.
    PrismDeviceInformation,
    /// `/api/v1/prism/apps`.
    PrismApps,
    /// `/api/v1/users`.
    Users,
    /// `/api/v1/blueprints`.
    Blueprints,
    /// `/api/v1/tags`.
    Tags,
}

impl Endpoint {
    /// The name that pages of this endpoint have in file names, and its folder among the fixtures.
    pub fn name(self) -> &'static str {
        match self {
            Self::Devices => "devices",
            Self::DeviceDetails => "device_details",
            Self::PrismDeviceInformation => "device_information",
            Self::PrismApps => "apps",
            Self::Users => "users",
            Self::Blueprints => "blueprints",
            Self::Tags => "tags",
        }
    }
}

/// One response body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Which endpoint answers with it.
    pub endpoint: Endpoint,
    /// The path and query that ask for it, `/api/v1/devices?limit=300&offset=0`.
    pub path: String,
    /// A file name for it, `devices-0001.json`; numbers count from 1 within an endpoint.
    pub file_name: String,
    /// The body, JSON in UTF-8.
    pub body: Vec<u8>,
}

impl Page {
    pub(super) fn of(endpoint: Endpoint, number: usize, path: String, content: &impl Serialize) -> Self {
        Self::holding(endpoint, number, path, body_of(content))
    }

    /// A page whose body is written already.
    pub(super) fn holding(endpoint: Endpoint, number: usize, path: String, body: Vec<u8>) -> Self {
        let file_name = format!("{}-{number:04}.json", endpoint.name());
        Self { endpoint, path, file_name, body }
    }
}

/// A body as JSON.
pub(crate) fn body_of(content: &impl Serialize) -> Vec<u8> {
    let mut body = Vec::with_capacity(BODY_BYTES);
    serde_json::to_writer(&mut body, content).expect("a body has text keys only and memory takes every byte");
    body
}
