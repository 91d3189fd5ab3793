//! `GET /devices` and `GET /devices/{id}`.

use crate::field::{Field, Kind, always, sometimes};

/// A person in charge of a device; `id` is a UUID since 2024 and was an integer before.
pub(super) const PERSON: &[Field] = &[
    always("email", Kind::Text),
    always("name", Kind::Text),
    always("id", Kind::Scalar),
    always("is_archived", Kind::Truth),
];

/// One device. The last three fields come once Android or Windows management is switched on, then on every device.
pub(crate) const DEVICES: &[Field] = &[
    always("device_id", Kind::Text),
    always("device_name", Kind::Text),
    always("model", Kind::Text),
    always("serial_number", Kind::Text),
    always("platform", Kind::Text),
    always("os_version", Kind::Text),
    always("supplemental_build_version", Kind::Text),
    always("supplemental_os_version_extra", Kind::Text),
    always("last_check_in", Kind::Text),
    always("user", Kind::Person(PERSON)),
    always("asset_tag", Kind::Text),
    always("blueprint_id", Kind::Text),
    always("mdm_enabled", Kind::Truth),
    always("agent_installed", Kind::Truth),
    always("is_missing", Kind::Truth),
    always("is_removed", Kind::Truth),
    always("agent_version", Kind::Text),
    always("first_enrollment", Kind::Text),
    always("last_enrollment", Kind::Text),
    always("blueprint_name", Kind::Text),
    sometimes("lost_mode_status", Kind::Text),
    always("tags", Kind::TextList),
    sometimes("api_level", Kind::Scalar),
    sometimes("security_patch_level", Kind::Text),
    sometimes("full_software_version", Kind::Text),
];
