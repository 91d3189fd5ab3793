//! Modems. Of the two slots the published sample fills the first, and of that its number and name only.

use crate::device::{Device, Platform};
use crate::wire::{Fields, Null, imei};

const SLOT_1: [&str; 15] = [
    "carrier_settings_version_slot_1",
    "current_carrier_network_slot_1",
    "current_mcc_slot_1",
    "current_mnc_slot_1",
    "eid_slot_1",
    "iccid_slot_1",
    "imei_slot_1",
    "is_data_preferred_slot_1",
    "is_roaming_slot_1",
    "is_voice_preferred_slot_1",
    "label_slot_1",
    "label_id_slot_1",
    "phone_number_slot_1",
    "slot_1",
    "subscriber_carrier_network_slot_1",
];

const SLOT_2: [&str; 15] = [
    "carrier_settings_version_slot_2",
    "current_carrier_network_slot_2",
    "current_mcc_slot_2",
    "current_mnc_slot_2",
    "eid_slot_2",
    "iccid_slot_2",
    "imei_slot_2",
    "is_data_preferred_slot_2",
    "is_roaming_slot_2",
    "is_voice_preferred_slot_2",
    "label_slot_2",
    "label_id_slot_2",
    "phone_number_slot_2",
    "slot_2",
    "subscriber_carrier_network_slot_2",
];

/// iPhones have one, and the iPads that say so.
pub(super) fn has_modem(device: &Device) -> bool {
    match device.platform() {
        Platform::IPhone => true,
        Platform::IPad => device.model.name.contains("Cellular"),
        _ => false,
    }
}

pub(super) fn cellular<'a>(device: &Device, mixed: u64) -> Fields<'a> {
    let imei = imei(mixed);
    // The equipment identifier is the number without its spaces and its check digit.
    let meid: String = imei.chars().filter(char::is_ascii_digit).take(14).collect();
    let technology = if device.platform() == Platform::IPhone { "GSM and CDMA" } else { "GSM" };
    let mut fields: Fields<'a> = vec![
        ("cellular_technology", technology.into()),
        ("data_roaming_enabled", mixed.is_multiple_of(12).into()),
        ("voice_roaming_enabled", false.into()),
        ("modem_firmware_version", format!("6.{}.01", 20 + mixed % 10).into()),
        ("personal_hotspot_enabled", mixed.is_multiple_of(5).into()),
        ("meid", meid.into()),
    ];
    for key in SLOT_1.into_iter().chain(SLOT_2) {
        let cell = match key {
            "imei_slot_1" => imei.clone().into(),
            "slot_1" => "CTSubscriptionSlotOne".into(),
            _ => Null.into(),
        };
        fields.push((key, cell));
    }
    fields
}
