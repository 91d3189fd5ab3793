//! The fourteen categories of Prism beside `apps` and `device_information`. Their rows begin with the same fields, which
//! say whose they are; what follows is the category's own. Types are those of the published samples; fields of which
//! only null was published are `Literal`.

use crate::field::{Field, Kind, always, sometimes};

/// A category's fields behind those that every row has.
macro_rules! category {
    ($($name:literal: $kind:ident),+ $(,)?) => {
        &[
            always("device_id", Kind::Text),
            always("device__name", Kind::Text),
            always("device__family", Kind::Text),
            always("device__user_id", Kind::Scalar),
            always("device__user_name", Kind::Text),
            always("device__user_email", Kind::Text),
            always("blueprint_id", Kind::Text),
            always("blueprint_name", Kind::Text),
            sometimes("tags", Kind::Literal),
            sometimes("asset_tag", Kind::Text),
            always("serial_number", Kind::Text),
            sometimes("model_id", Kind::Text),
            sometimes("count", Kind::Scalar),
            sometimes("created_at", Kind::Text),
            always("updated_at", Kind::Text),
            sometimes("last_changed_at", Kind::Text),
            sometimes("last_collected_at", Kind::Text),
            $(sometimes($name, Kind::$kind),)+
        ]
    };
}

/// Whether a lost or stolen device can be set up by others.
pub(crate) const ACTIVATION_LOCK: &[Field] = category! {
    "activation_lock_supported": Truth, "activation_lock_allowed_while_supervised": Truth,
    "device_activation_lock_enabled": Truth, "user_activation_lock_enabled": Truth, "bypass_code_failed": Truth,
};

/// The firewall of a Mac.
pub(crate) const APPLICATION_FIREWALL: &[Field] = category! {
    "status": Truth, "block_all_incoming": Truth, "logging": Truth, "logging_option": Text, "stealth_mode": Truth,
    "version": Text, "allow_signed_applications": Truth, "unloading": Truth,
};

/// Modems and their two slots.
pub(crate) const CELLULAR: &[Field] = category! {
    "cellular_technology": Text, "data_roaming_enabled": Truth, "voice_roaming_enabled": Truth,
    "modem_firmware_version": Text, "personal_hotspot_enabled": Truth, "meid": Text,
    "carrier_settings_version_slot_1": Literal, "current_carrier_network_slot_1": Literal,
    "current_mcc_slot_1": Literal, "current_mnc_slot_1": Literal, "eid_slot_1": Literal, "iccid_slot_1": Literal,
    "imei_slot_1": Text, "is_data_preferred_slot_1": Literal, "is_roaming_slot_1": Literal,
    "is_voice_preferred_slot_1": Literal, "label_slot_1": Literal, "label_id_slot_1": Literal,
    "phone_number_slot_1": Literal, "slot_1": Text, "subscriber_carrier_network_slot_1": Literal,
    "carrier_settings_version_slot_2": Literal, "current_carrier_network_slot_2": Literal,
    "current_mcc_slot_2": Literal, "current_mnc_slot_2": Literal, "eid_slot_2": Literal, "iccid_slot_2": Literal,
    "imei_slot_2": Literal, "is_data_preferred_slot_2": Literal, "is_roaming_slot_2": Literal,
    "is_voice_preferred_slot_2": Literal, "label_slot_2": Literal, "label_id_slot_2": Literal,
    "phone_number_slot_2": Literal, "slot_2": Literal, "subscriber_carrier_network_slot_2": Literal,
};

/// Certificates installed on a device.
pub(crate) const CERTIFICATES: &[Field] = category! { "common_name": Text, "identity_certificate": Truth };

/// Background and screen saver. The published sample shows rows of another category, so only what every row has is
/// declared beside the one field that its name promises; the others are told as drift.
pub(crate) const DESKTOP_AND_SCREENSAVER: &[Field] = category! { "screensaver_idle_time": Literal };

/// Disk encryption of a Mac.
pub(crate) const FILEVAULT: &[Field] = category! {
    "status": Truth, "key_type": Literal, "key_escrowed": Truth, "regeneration_needed": Literal,
    "scheduled_key_rotation": Literal,
};

/// What a Mac lets run.
pub(crate) const GATEKEEPER_AND_XPROTECT: &[Field] = category! {
    "gatekeeper_status": Truth, "trusted_developers": Truth, "gatekeeper_version": Text,
    "gatekeeper_opaque_version": Text, "xprotect_version": Text, "malware_removal_tool_version": Text,
};

/// Configuration profiles.
pub(crate) const INSTALLED_PROFILES: &[Field] = category! {
    "profile_display_name": Text, "payload_identifier": Text, "payload_uuid": Text, "removal_passcode": Truth,
    "encrypted": Truth, "managed": Truth, "profile_description": Literal, "organization": Text, "removable": Truth,
    "signed": Truth, "profile_data": Literal,
};

/// Kernel extensions. The published sample has no rows; the fields are guesses after system extensions.
pub(crate) const KERNEL_EXTENSIONS: &[Field] = category! {
    "path": Text, "identifier": Text, "name": Text, "version": Text, "bundle_version": Text, "team_id": Text,
};

/// What a Mac starts by itself.
pub(crate) const LAUNCH_AGENTS_AND_DAEMONS: &[Field] = category! {
    "path": Text, "file_name": Text, "label": Text, "program": Literal, "run_at_load": Truth, "keep_alive": Literal,
    "disabled": Truth, "is_disabled": Truth, "is_loaded": Truth, "group_name": Literal, "user_name": Literal,
    "standard_out_path": Literal, "standard_error_path": Literal, "start_interval": Number,
    "program_arguments": Literal, "watch_paths": Literal, "queue_directories": Literal, "start_on_mount": Literal,
    "root_directory": Literal, "working_directory": Literal, "process_type": Literal, "domain": Literal,
    "service_domain": Text, "pid": Literal, "user_agent_local_user": Literal, "user_agent_local_user_id": Literal,
};

/// Accounts of a Mac.
pub(crate) const LOCAL_USERS: &[Field] = category! {
    "uid": Number, "user_created_at": Literal, "failed_logins": Literal, "failed_login_time": Literal,
    "password_last_set": Literal, "generated_uid": Text, "directory": Text, "home_directory": Text, "shell": Text,
    "type": Text, "hidden_user": Truth, "secure_token": Literal, "filevault_user": Truth, "volume_owner": Truth,
    "full_name": Text, "username": Text, "logged_in": Truth, "logged_in_time": Literal, "mobile_account": Truth,
    "home_folder_secure": Truth,
};

/// How a Mac starts.
pub(crate) const STARTUP_SETTINGS: &[Field] = category! {
    "sip": Truth, "ssv": Truth, "bootstrap_token_auth": Truth, "kext_requires_bst": Truth,
    "software_update_requires_bst": Truth, "bootstrap_token_escrowed": Truth, "external_boot_level": Text,
    "secure_boot_level": Text, "any_signed_os": Literal, "mdm_manages_kext": Literal, "user_manages_kext": Literal,
};

/// System extensions.
pub(crate) const SYSTEM_EXTENSIONS: &[Field] = category! {
    "path": Text, "identifier": Text, "state": Text, "name": Text, "short_version": Text, "bundle_version": Text,
    "categories": Literal, "bundle_path": Text, "team_id": Text, "is_mdm_managed": Truth,
};

/// What applications may use.
pub(crate) const TRANSPARENCY_DATABASE: &[Field] = category! {
    "service": Text, "application": Text, "client_type": Text, "status": Text, "status_reason": Text,
    "last_modified": Text, "local_user": Text,
};
