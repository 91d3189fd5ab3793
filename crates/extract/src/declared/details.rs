//! `GET /devices/{id}/details`. Every group is optional: an Apple TV has no `cellular`, Android has none of the Apple
//! groups and four of its own. Android's published examples write every value as a string.

use super::devices::PERSON;
use crate::field::{Field, Kind, always, sometimes};

/// One device's details, of any platform.
pub(crate) const DEVICE_DETAILS: &[Field] = &[
    always("general", Kind::Object(GENERAL)),
    sometimes("mdm", Kind::Object(MDM)),
    sometimes("activation_lock", Kind::Object(ACTIVATION_LOCK)),
    sometimes("filevault", Kind::Object(FILEVAULT)),
    sometimes("lost_mode", Kind::Object(LOST_MODE)),
    sometimes("automated_device_enrollment", Kind::Object(AUTOMATED_DEVICE_ENROLLMENT)),
    sometimes("kandji_agent", Kind::Object(AGENT)),
    sometimes("hardware_overview", Kind::Object(HARDWARE_OVERVIEW)),
    sometimes("volumes", Kind::List(VOLUME)),
    sometimes("network", Kind::Object(NETWORK)),
    sometimes("recovery_information", Kind::Object(RECOVERY_INFORMATION)),
    sometimes("users", Kind::Object(LOCAL_USERS)),
    sometimes("installed_profiles", Kind::List(PROFILE)),
    sometimes("apple_business_manager", Kind::Object(APPLE_BUSINESS_MANAGER)),
    sometimes("security_information", Kind::Object(SECURITY_INFORMATION)),
    sometimes("cellular", Kind::Object(CELLULAR)),
    always("tags", Kind::TextList),
    sometimes("hardware", Kind::Object(ANDROID_HARDWARE)),
    sometimes("management", Kind::Object(ANDROID_MANAGEMENT)),
    sometimes("security", Kind::Object(ANDROID_SECURITY)),
];

const GENERAL: &[Field] = &[
    always("device_id", Kind::Text),
    always("device_name", Kind::Text),
    always("last_enrollment", Kind::Text),
    always("first_enrollment", Kind::Text),
    sometimes("model", Kind::Text),
    always("platform", Kind::Text),
    always("os_version", Kind::Text),
    sometimes("supplemental_build_version", Kind::Text),
    sometimes("supplemental_os_version_extra", Kind::Text),
    sometimes("system_version", Kind::Text),
    sometimes("boot_volume", Kind::Text),
    sometimes("time_since_boot", Kind::Text),
    sometimes("last_user", Kind::Text),
    always("asset_tag", Kind::Text),
    always("assigned_user", Kind::Person(PERSON)),
    always("blueprint_name", Kind::Text),
    always("blueprint_uuid", Kind::Text),
    // Android only, from here on.
    sometimes("api_level", Kind::Scalar),
    sometimes("enterprise_device_id", Kind::Scalar),
    sometimes("enterprise_id", Kind::Scalar),
    sometimes("manufacturer", Kind::Text),
    sometimes("model_name", Kind::Text),
    sometimes("os_build", Kind::Text),
    sometimes("security_patch_level", Kind::Text),
    sometimes("serial_number", Kind::Text),
];

const MDM: &[Field] = &[
    always("mdm_enabled", Kind::TruthText),
    sometimes("supervised", Kind::TruthText),
    always("install_date", Kind::Text),
    always("last_check_in", Kind::Text),
    always("mdm_enabled_user", Kind::TextList),
];

const ACTIVATION_LOCK: &[Field] = &[
    always("bypass_code_failed", Kind::TruthText),
    always("user_activation_lock_enabled", Kind::TruthText),
    always("device_activation_lock_enabled", Kind::TruthText),
    always("activation_lock_allowed_while_supervised", Kind::TruthText),
    always("activation_lock_supported", Kind::TruthText),
];

const FILEVAULT: &[Field] = &[
    always("filevault_enabled", Kind::TruthText),
    always("filevault_recoverykey_type", Kind::Text),
    always("filevault_prk_escrowed", Kind::TruthText),
    always("filevault_next_rotation", Kind::Text),
    always("filevault_regen_required", Kind::TruthText),
];

/// Empty on a device that was never lost, so nothing in it is there always.
const LOST_MODE: &[Field] = &[
    sometimes("lost_mode_status", Kind::Text),
    sometimes("enabled_by", Kind::Text),
    sometimes("enable_status_at", Kind::Text),
    sometimes("lock_screen_message", Kind::Text),
    sometimes("lock_screen_phone_number", Kind::Text),
    sometimes("lock_screen_footnote", Kind::Text),
    sometimes("disable_status", Kind::Text),
    sometimes("disabled_by", Kind::Text),
    sometimes("disable_status_at", Kind::Text),
    sometimes("last_location_status", Kind::Text),
    sometimes("last_location_status_at", Kind::Text),
    sometimes("last_location", Kind::Object(LOCATION)),
    sometimes("last_location_at", Kind::Text),
    sometimes("sound_status", Kind::Text),
    sometimes("sound_status_at", Kind::Text),
];

const LOCATION: &[Field] = &[sometimes("latitude", Kind::Scalar), sometimes("longitude", Kind::Scalar)];

const AUTOMATED_DEVICE_ENROLLMENT: &[Field] =
    &[sometimes("auto_enroll_eligible", Kind::TruthText), sometimes("auto_enrolled", Kind::TruthText)];

const AGENT: &[Field] = &[
    always("agent_installed", Kind::TruthText),
    always("install_date", Kind::Text),
    always("last_check_in", Kind::Text),
    always("agent_version", Kind::Text),
];

/// A Mac has `udid` and the processor; the others have `uuid`.
const HARDWARE_OVERVIEW: &[Field] = &[
    sometimes("model_name", Kind::Text),
    always("model_identifier", Kind::Text),
    sometimes("processor_name", Kind::Text),
    sometimes("processor_speed", Kind::Text),
    sometimes("number_of_processors", Kind::Scalar),
    sometimes("total_number_of_cores", Kind::Scalar),
    sometimes("memory", Kind::Text),
    sometimes("udid", Kind::Text),
    always("serial_number", Kind::Text),
    sometimes("uuid", Kind::Text),
];

const VOLUME: &[Field] = &[
    always("name", Kind::Text),
    always("format", Kind::Text),
    always("percent_used", Kind::Scalar),
    always("identifier", Kind::Text),
    always("capacity", Kind::Scalar),
    always("available", Kind::Scalar),
    always("encrypted", Kind::TruthText),
];

/// Empty where nothing was reported.
const NETWORK: &[Field] = &[
    sometimes("local_hostname", Kind::Text),
    sometimes("mac_address", Kind::Text),
    sometimes("ip_address", Kind::Text),
    sometimes("public_ip", Kind::Text),
];

/// `password_escrowed` is the older name of `password_has_been_set`.
const RECOVERY_INFORMATION: &[Field] = &[
    always("recovery_lock_enabled", Kind::TruthText),
    always("firmware_password_exist", Kind::TruthText),
    always("firmware_password_pending", Kind::TruthText),
    always("password_rotation_scheduled", Kind::Text),
    sometimes("password_has_been_set", Kind::TruthText),
    sometimes("password_escrowed", Kind::TruthText),
];

const LOCAL_USERS: &[Field] =
    &[always("regular_users", Kind::List(LOCAL_USER)), always("system_users", Kind::List(LOCAL_USER))];

/// System users have no `name`.
const LOCAL_USER: &[Field] = &[
    always("username", Kind::Text),
    always("uid", Kind::Scalar),
    always("path", Kind::Text),
    always("admin", Kind::TruthText),
    sometimes("name", Kind::Text),
];

const PROFILE: &[Field] = &[
    always("name", Kind::Text),
    always("uuid", Kind::Text),
    always("verified", Kind::TruthText),
    always("identifier", Kind::Text),
    always("organization", Kind::Text),
    always("payload_types", Kind::TextList),
    always("install_date", Kind::Text),
];

/// Empty on a device that was not bought through Apple Business Manager.
const APPLE_BUSINESS_MANAGER: &[Field] = &[
    sometimes("model", Kind::Text),
    sometimes("color", Kind::Text),
    sometimes("description", Kind::Text),
    sometimes("serial_number", Kind::Text),
    sometimes("device_family", Kind::Text),
    sometimes("os", Kind::Text),
    sometimes("device_assigned_date", Kind::Text),
    sometimes("device_assigned_by", Kind::Text),
];

const SECURITY_INFORMATION: &[Field] = &[always("remote_desktop_enabled", Kind::TruthText)];

/// Apple's four fields and Android's two; the shape of `subscriptions` was never published.
const CELLULAR: &[Field] = &[
    sometimes("voice_roaming", Kind::TruthText),
    sometimes("data_roaming", Kind::TruthText),
    sometimes("cellular_technology", Kind::Scalar),
    sometimes("subscriptions", Kind::Literal),
    sometimes("imei", Kind::Scalar),
    sometimes("meid", Kind::Scalar),
];

const ANDROID_HARDWARE: &[Field] = &[
    always("available_capacity", Kind::Scalar),
    always("total_capacity", Kind::Scalar),
    always("total_ram", Kind::Scalar),
    always("wifi_mac_address", Kind::Text),
];

const ANDROID_MANAGEMENT: &[Field] = &[always("management_mode", Kind::Text), always("ownership", Kind::Text)];

const ANDROID_SECURITY: &[Field] = &[
    always("android_debug_bridge_enabled", Kind::TruthText),
    always("developer_mode_enabled", Kind::TruthText),
    always("device_posture", Kind::Text),
    always("encryption_status", Kind::Text),
    always("has_google_play_protect", Kind::TruthText),
    always("has_passcode", Kind::TruthText),
    always("is_encrypted", Kind::TruthText),
    always("unknown_app_sources_enabled", Kind::TruthText),
];
