//! How a device is protected: activation lock and FileVault as the details tell them, and the switches of a Mac.

use crate::device::Device;
use crate::fleet::Fleet;
use crate::wire::{Details, Fields, Null};

pub(super) fn activation_lock<'a>(fleet: &Fleet, device: &Device) -> Fields<'a> {
    let protection = Details::of(fleet, device).protection();
    vec![
        ("activation_lock_supported", protection.activation_lock_supported.into()),
        ("activation_lock_allowed_while_supervised", protection.activation_lock_while_supervised.into()),
        ("device_activation_lock_enabled", protection.device_activation_lock.into()),
        ("user_activation_lock_enabled", protection.user_activation_lock.into()),
        ("bypass_code_failed", protection.bypass_code_failed.into()),
    ]
}

pub(super) fn filevault<'a>(fleet: &Fleet, device: &Device) -> Fields<'a> {
    let protection = Details::of(fleet, device).protection();
    vec![
        ("status", (protection.filevault == Some(true)).into()),
        ("key_type", Null.into()),
        ("key_escrowed", protection.key_escrowed.into()),
        ("regeneration_needed", Null.into()),
        ("scheduled_key_rotation", Null.into()),
    ]
}

pub(super) fn firewall<'a>(mixed: u64) -> Fields<'a> {
    let is_on = !mixed.is_multiple_of(4);
    vec![
        ("status", is_on.into()),
        ("block_all_incoming", false.into()),
        ("logging", true.into()),
        ("logging_option", "throttled".into()),
        ("stealth_mode", (is_on && mixed.is_multiple_of(3)).into()),
        ("version", "1.7".into()),
        ("allow_signed_applications", true.into()),
        ("unloading", false.into()),
    ]
}

pub(super) fn gatekeeper<'a>(mixed: u64) -> Fields<'a> {
    vec![
        ("gatekeeper_status", true.into()),
        ("trusted_developers", (!mixed.is_multiple_of(9)).into()),
        ("gatekeeper_version", "8.0".into()),
        ("gatekeeper_opaque_version", "94".into()),
        ("xprotect_version", (5_283 + mixed % 40).to_string().into()),
        ("malware_removal_tool_version", "1.93".into()),
    ]
}

pub(super) fn startup<'a>(device: &Device, mixed: u64) -> Fields<'a> {
    let is_silicon = device.model.processor.as_ref().is_some_and(|processor| processor.is_apple_silicon());
    vec![
        ("sip", (!mixed.is_multiple_of(50)).into()),
        ("ssv", true.into()),
        ("bootstrap_token_auth", is_silicon.into()),
        ("kext_requires_bst", is_silicon.into()),
        ("software_update_requires_bst", is_silicon.into()),
        ("bootstrap_token_escrowed", true.into()),
        ("external_boot_level", if is_silicon { "allowed" } else { "not allowed" }.into()),
        ("secure_boot_level", "full".into()),
        ("any_signed_os", Null.into()),
        ("mdm_manages_kext", Null.into()),
        ("user_manages_kext", Null.into()),
    ]
}
