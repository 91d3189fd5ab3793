//! Who and what a Mac trusts: its accounts, its certificates and its configuration profiles.

use crate::device::Device;
use crate::fleet::Fleet;
use crate::wire::{Fields, Null};
use serde_json::json;

/// Names of certificates, the same on every Mac.
pub(super) const CERTIFICATES: [&str; 3] =
    ["com.apple.kerberos.kdc", "com.apple.systemdefault", "LARKFIELD SCEP VERIFIER ..."];

/// Accounts that come with macOS: name, number, full name, home.
pub(super) const SYSTEM_USERS: [(&str, i64, &str, &str); 4] = [
    ("root", 0, "System Administrator", "/var/root"),
    ("daemon", 1, "System Services", "/var/root"),
    ("_lp", 26, "Printing Services", "/var/spool/cups"),
    ("_ard", 67, "Apple Remote Desktop", "/var/empty"),
];

/// Display name, last part of the identifier, type of the payload and its display name.
pub(super) const PROFILES: [(&str, &str, &str, &str); 5] = [
    ("MDM Profile", "mdmprofile", "com.apple.mdm", "Mobile Device Management"),
    ("Agent Settings", "pppc", "com.apple.TCC.configuration-profile-policy", "Privacy Preferences"),
    ("Larkfield Wi-Fi", "wifi.larkfield", "com.apple.wifi.managed", "Wi-Fi"),
    ("Background Services", "services", "com.apple.servicemanagement", "Background Service Management"),
    ("FileVault", "filevault", "com.apple.MCX.FileVault2", "FileVault"),
];

/// Where the ids of profiles begin among the numbers that a machine decides.
const PROFILE_ITEM: u32 = 0x0040_0000;
const PAYLOAD_ITEM: u32 = 0x0041_0000;
const USER_ITEM: u32 = 0x0042_0000;

pub(super) fn certificate<'a>(number: u32) -> Fields<'a> {
    let name = CERTIFICATES[number as usize % CERTIFICATES.len()];
    vec![("common_name", name.into()), ("identity_certificate", true.into())]
}

/// The account of whoever uses the Mac first, then those of the system.
pub(super) fn local_user<'a>(fleet: &Fleet, device: &Device, account: &'a str, number: u32) -> Fields<'a> {
    let system_user = number.checked_sub(1).map(|place| SYSTEM_USERS[place as usize % SYSTEM_USERS.len()]);
    let is_person = system_user.is_none();
    let generated_uid = match system_user {
        Some((_, uid, ..)) => format!("FFFFEEEE-DDDD-CCCC-BBBB-AAAA{uid:08X}"),
        None => fleet.mixed_uuid(device.machine, USER_ITEM).to_uppercase(),
    };
    let (username, uid, full_name) =
        system_user.map_or((account, 501, account), |(name, uid, full, _)| (name, uid, full));
    let home = system_user.map_or_else(|| format!("/Users/{account}"), |(.., home)| home.to_owned());
    vec![
        ("uid", uid.into()),
        ("user_created_at", Null.into()),
        ("failed_logins", Null.into()),
        ("failed_login_time", Null.into()),
        ("password_last_set", Null.into()),
        ("generated_uid", generated_uid.into()),
        ("directory", "/Local/Default".into()),
        ("home_directory", home.into()),
        ("shell", if is_person { "/bin/zsh" } else { "/usr/bin/false" }.into()),
        ("type", if is_person { "Administrator" } else { "Standard" }.into()),
        ("hidden_user", false.into()),
        ("secure_token", Null.into()),
        ("filevault_user", is_person.into()),
        ("volume_owner", is_person.into()),
        ("full_name", full_name.into()),
        ("username", username.into()),
        ("logged_in", is_person.into()),
        ("logged_in_time", Null.into()),
        ("mobile_account", false.into()),
        ("home_folder_secure", is_person.into()),
    ]
}

pub(super) fn profile<'a>(fleet: &Fleet, device: &Device, number: u32) -> Fields<'a> {
    let (name, identifier, payload_type, payload_name) = PROFILES[number as usize % PROFILES.len()];
    let identifier = format!("com.larkfield.profile.{identifier}");
    let payload_uuid = fleet.mixed_uuid(device.machine, PAYLOAD_ITEM + number);
    let data = json!([{
        "type": payload_type,
        "uuid": payload_uuid,
        "version": 1,
        "identifier": format!("{identifier}.{payload_type}"),
        "display_name": payload_name,
        "organization": "Larkfield",
    }]);
    vec![
        ("profile_display_name", name.into()),
        ("payload_identifier", identifier.into()),
        ("payload_uuid", fleet.mixed_uuid(device.machine, PROFILE_ITEM + number).into()),
        ("removal_passcode", false.into()),
        ("encrypted", false.into()),
        ("managed", true.into()),
        ("profile_description", Null.into()),
        ("organization", "Larkfield".into()),
        ("removable", false.into()),
        ("signed", (number == 0).into()),
        ("profile_data", data.into()),
    ]
}
