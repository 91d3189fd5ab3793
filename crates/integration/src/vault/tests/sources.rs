//! Where a master key may come from, what is refused as one, and what is said of it: nothing.

use std::ffi::OsString;

use super::*;
use crate::vault::default_keys_folder;

fn refusal_of(digits: &str) -> String {
    let place = Place::new();
    let source = MasterSource::Environment(Secret::from(digits.to_owned()));
    let vault = Vault::new(&place.state(), &place.keys(), source).expect("a vault");
    let error = vault.seal(&name("acme"), &secrets("acme")).expect_err(digits);
    assert!(matches!(vault.check(), Err(Error::MasterKey { .. })));
    let said = everything_said(&error);
    assert!(digits.len() < 8 || !said.contains(&digits[..8]), "{said}");
    assert!(error.hint().expect("a hint").contains("64 random"));
    error.to_string()
}

#[test]
fn default_and_typed_keys_are_refused() {
    for digits in ["", "0", &MASTER[..63], &format!("{MASTER}0"), "changeme", &MASTER.repeat(40)] {
        assert!(refusal_of(digits).contains("64 digits"), "{digits}");
    }
    for digits in [MASTER.to_uppercase(), format!("{}\n", &MASTER[..63]), "g".repeat(64), "é".repeat(32)] {
        assert!(refusal_of(&digits).contains("none of 0 to 9"), "{digits}");
    }
    let counted: String = (0..32).map(|byte| format!("{byte:02x}")).collect();
    let counted_down: String = (0..32).map(|byte| format!("{:02x}", 255 - byte * 3)).collect();
    let repeated = MASTER[..16].repeat(4);
    for digits in
        ["0".repeat(64), "f".repeat(64), "42".repeat(32), "deadbeef".repeat(8), counted, counted_down, repeated]
    {
        assert!(refusal_of(&digits).contains("not made at random"), "{digits}");
    }
}

#[test]
fn a_key_or_a_folder_that_others_may_read_is_refused() {
    let place = Place::new();
    place.vault().seal(&name("acme"), &secrets("acme")).expect("sealed");
    for path in [place.keys().join("master.key"), place.key_path("acme")] {
        for mode in [0o604, 0o640, 0o602, 0o666, 0o601, 0o660] {
            set_mode(&path, mode);
            let error = place.vault().open(&name("acme")).expect_err("readable");
            assert!(matches!(error, Error::KeyExposed { .. }), "{mode:o}: {error}");
            assert!(error.hint().expect("a hint").contains("chmod"));
            assert!(place.vault().seal(&name("acme"), &secrets("new")).is_err(), "{mode:o}");
        }
        set_mode(&path, 0o600);
    }
    set_mode(&place.keys(), 0o750);
    let error = Vault::new(&place.state(), &place.keys(), MasterSource::File).expect_err("readable");
    assert!(matches!(error, Error::KeyExposed { mode: 0o750, .. }));
}

#[test]
fn a_folder_for_keys_inside_the_state_is_refused_however_it_is_written() {
    let place = Place::new();
    let (state, top) = (place.state(), place.top.path());
    fs::create_dir_all(state.join("inner")).expect("made");
    std::os::unix::fs::symlink(state.join("inner"), top.join("link")).expect("linked");
    std::os::unix::fs::symlink(&state, top.join("other-state")).expect("linked");
    for keys in [
        state.clone(),
        state.join("keys"),
        state.join("not/yet/there"),
        top.join("link"),
        top.join("link/keys"),
        top.join("other-state/keys"),
        state.join("inner/../keys"),
    ] {
        let refused = Vault::new(&state, &keys, MasterSource::File).expect_err("inside");
        assert!(matches!(refused, Error::KeysInsideState { .. } | Error::File { .. }), "{}", keys.display());
        assert!(Vault::new(&top.join("other-state"), &keys, MasterSource::File).is_err(), "{}", keys.display());
    }
    assert!(Vault::new(&state, &top.join("state-keys"), MasterSource::File).is_ok());
}

#[test]
fn a_master_key_that_is_missing_is_not_made_anew() {
    let place = Place::new();
    let vault = place.vault();
    vault.check().expect("nothing is there yet");
    vault.seal(&name("acme"), &secrets("acme")).expect("sealed");
    fs::rename(place.keys().join("master.key"), place.top.path().join("kept")).expect("moved");
    for refused in [vault.check(), vault.open(&name("acme")).map(drop), vault.seal(&name("beta"), &secrets("beta"))] {
        assert!(matches!(refused, Err(Error::MasterGone { .. })));
    }
    fs::rename(place.top.path().join("kept"), place.keys().join("master.key")).expect("moved");
    assert_opens(&vault, "acme", "acme");
}

#[test]
fn a_credential_comes_before_the_environment_and_that_before_the_file() {
    let place = Place::new();
    let folder = place.top.path().join("credentials");
    fs::create_dir(&folder).expect("made");
    let found = |has_variable: bool| {
        MasterSource::found(|name| match name {
            "CREDENTIALS_DIRECTORY" => Some(folder.clone().into_os_string()),
            "SNOWHAUL_MASTER_KEY" if has_variable => Some(OsString::from(MASTER)),
            _ => None,
        })
    };
    assert!(matches!(found(false), MasterSource::File));
    assert!(matches!(found(true), MasterSource::Environment(_)));
    let path = folder.join("snowhaul-master-key");
    fs::write(&path, MASTER).expect("written");
    assert!(matches!(found(true), MasterSource::Credential(_)));
    let vault = Vault::new(&place.state(), &place.keys(), found(true)).expect("a vault");
    // As systemd lays it out: the group's bits are the mask of an access control list.
    for (mode, is_fit) in [(0o400, true), (0o440, true), (0o600, true), (0o444, false), (0o420, false), (0o644, false)]
    {
        set_mode(&path, mode);
        assert_eq!(vault.check().is_ok(), is_fit, "{mode:o}");
    }
    set_mode(&path, 0o400);
    vault.seal(&name("acme"), &secrets("acme")).expect("sealed");
    assert!(!place.keys().join("master.key").exists());
    fs::remove_file(&path).expect("removed");
    let error = vault.open(&name("acme")).expect_err("the credential is gone");
    assert!(matches!(error, Error::File { .. }));
    let from_environment = Vault::new(&place.state(), &place.keys(), found(true)).expect("a vault");
    assert_opens(&from_environment, "acme", "acme");
}

#[test]
fn keys_are_kept_where_the_variables_say() {
    let of = |pairs: &[(&str, &str)]| {
        let pairs: Vec<(String, OsString)> =
            pairs.iter().map(|(name, value)| ((*name).to_owned(), value.into())).collect();
        default_keys_folder(move |name| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()))
    };
    let found = |pairs: &[(&str, &str)]| of(pairs).expect("a folder").display().to_string();
    assert_eq!(found(&[("SNOWHAUL_KEYS", "/k"), ("HOME", "/h")]), "/k");
    assert_eq!(found(&[("XDG_DATA_HOME", "/d"), ("HOME", "/h")]), "/d/snowhaul/keys");
    assert_eq!(found(&[("XDG_DATA_HOME", "d"), ("HOME", "/h")]), "/h/.local/share/snowhaul/keys");
    assert!(matches!(of(&[("HOME", "")]), Err(Error::NoKeysFolder)));
}

#[test]
fn no_debug_shows_a_secret() {
    let place = Place::new();
    let source = MasterSource::Environment(Secret::from(MASTER));
    let vault = Vault::new(&place.state(), &place.keys(), source.clone()).expect("a vault");
    vault.seal(&name("acme"), &secrets("acme")).expect("sealed");
    let opened = vault.open(&name("acme")).expect("it opens");
    let key = super::super::cipher::Key::random().expect("a key");
    let shown =
        format!("{opened:?} {opened:#?} {vault:?} {source:?} {key:?} {:?}", vault.prepare(&Secret::from("short")));
    for planted in ["-of-acme", &MASTER[..8], &MASTER[56..], "short", &key.digits()[..8]] {
        assert!(!shown.contains(planted), "{planted}: {shown}");
    }
}
