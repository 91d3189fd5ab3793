//! The small lists beside the devices: `GET /users`, `GET /blueprints`, `GET /tags`.

use crate::field::{Field, Kind, always, sometimes};

/// One person of the user directory. Prism rows name a person by `deprecated_user_id`.
pub(crate) const USERS: &[Field] = &[
    always("active", Kind::Truth),
    always("archived", Kind::Truth),
    always("created_at", Kind::Text),
    always("department", Kind::Text),
    always("deprecated_user_id", Kind::Scalar),
    always("email", Kind::Text),
    always("id", Kind::Scalar),
    always("integration", Kind::Object(INTEGRATION)),
    always("job_title", Kind::Text),
    always("name", Kind::Text),
    always("device_count", Kind::Number),
    always("updated_at", Kind::Text),
];

/// The directory that a person was imported from.
const INTEGRATION: &[Field] =
    &[always("id", Kind::Scalar), always("name", Kind::Text), always("uuid", Kind::Text), always("type", Kind::Text)];

/// One blueprint; the shape of `params` was only ever published as `{}`.
pub(crate) const BLUEPRINTS: &[Field] = &[
    always("id", Kind::Scalar),
    always("name", Kind::Text),
    always("icon", Kind::Text),
    always("color", Kind::Text),
    always("description", Kind::Text),
    sometimes("params", Kind::Literal),
    always("computers_count", Kind::Number),
    always("enrollment_code", Kind::Object(ENROLLMENT_CODE)),
    sometimes("type", Kind::Text),
];

const ENROLLMENT_CODE: &[Field] = &[always("code", Kind::Scalar), always("is_active", Kind::Truth)];

/// One tag.
pub(crate) const TAGS: &[Field] = &[always("id", Kind::Scalar), always("name", Kind::Text)];
