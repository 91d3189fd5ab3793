//! What stands before and around a device's life: devices of automated device enrolment, bought and perhaps not yet
//! enrolled, and the audit log.

use crate::field::{Field, Kind, always, sometimes};

/// `GET /integrations/apple/ade/devices`: one row a device that Apple assigned to the tenant.
pub(crate) const ADE_DEVICES: &[Field] = &[
    always("id", Kind::Text),
    always("serial_number", Kind::Text),
    always("blueprint_id", Kind::Text),
    // Null until the device is enrolled.
    always("mdm_device", Kind::Object(MDM_DEVICE)),
    always("user_id", Kind::Scalar),
    always("dep_account", Kind::Object(DEP_ACCOUNT)),
    always("asset_tag", Kind::Text),
    always("color", Kind::Text),
    always("description", Kind::Text),
    always("device_assigned_by", Kind::Text),
    always("device_assigned_date", Kind::Text),
    always("device_family", Kind::Text),
    always("model", Kind::Text),
    always("os", Kind::Text),
    always("profile_assign_time", Kind::Text),
    always("profile_push_time", Kind::Text),
    always("profile_status", Kind::Text),
    sometimes("last_assignment_status", Kind::Text),
    sometimes("failed_assignment_attempts", Kind::Number),
    sometimes("assignment_status_received_at", Kind::Text),
    sometimes("blueprint", Kind::Scalar),
    sometimes("user", Kind::Scalar),
];

const MDM_DEVICE: &[Field] = &[
    always("id", Kind::Text),
    always("enrolled_at", Kind::Text),
    always("name", Kind::Text),
    always("enrollment_status", Kind::Scalar),
    sometimes("deferred_install", Kind::Truth),
    always("is_missing", Kind::Truth),
    always("is_removed", Kind::Truth),
];

const DEP_ACCOUNT: &[Field] = &[always("id", Kind::Text), always("server_name", Kind::Text)];

/// `GET /audit/events`: one row an event. What an event of a device holds was never published, so its state is kept as
/// it is written.
pub(crate) const AUDIT_EVENTS: &[Field] = &[
    always("id", Kind::Text),
    always("action", Kind::Text),
    always("occurred_at", Kind::Text),
    always("actor_id", Kind::Scalar),
    always("actor_type", Kind::Text),
    always("target_id", Kind::Scalar),
    always("target_type", Kind::Text),
    always("target_component", Kind::Text),
    always("new_state", Kind::Literal),
    always("metadata", Kind::Literal),
];
