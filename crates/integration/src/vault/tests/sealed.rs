//! What is sealed comes back, and opens nowhere else and in no other form.

use super::*;

#[test]
fn what_is_sealed_comes_back() {
    let place = Place::new();
    let vault = place.vault();
    assert!(!vault.has(&name("acme")));
    assert!(matches!(vault.open(&name("acme")), Err(Error::NoCredentials { .. })));
    vault.seal(&name("acme"), &secrets("acme")).expect("sealed");
    assert!(vault.has(&name("acme")));
    assert_opens(&place.vault(), "acme", "acme");
    let without = Credentials { service_password: None, ..secrets("acme") };
    vault.seal(&name("acme"), &without).expect("sealed");
    assert!(vault.open(&name("acme")).expect("it opens").service_password.is_none());
}

#[test]
fn every_file_is_for_its_owner_only_and_holds_no_secret() {
    let place = Place::new();
    place.vault().seal(&name("acme"), &secrets("acme")).expect("sealed");
    let files = [place.credentials_path("acme"), place.key_path("acme"), place.keys().join("master.key")];
    for path in files {
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        let text = fs::read_to_string(&path).expect("text");
        for planted in ["token-of-acme", "client-secret-of-acme", "password-of-acme"] {
            assert!(!text.contains(planted), "{}", path.display());
        }
    }
    assert_eq!((mode(&place.state().join("acme")), mode(&place.keys())), (0o700, 0o700));
}

#[test]
fn a_field_or_an_integration_in_anothers_place_does_not_open() {
    let place = Place::new();
    let vault = place.vault();
    for of in ["acme", "other"] {
        vault.seal(&name(of), &secrets(of)).expect("sealed");
    }
    let path = place.credentials_path("acme");
    let whole = fs::read_to_string(&path).expect("read");
    let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
    let try_with = |document: &serde_json::Value| {
        fs::write(&path, serde_json::to_string_pretty(document).expect("JSON") + "\n").expect("written");
        assert!(matches!(vault.open(&name("acme")), Err(Error::Damaged { .. } | Error::KeyGone { .. })));
    };
    let fields = ["iru_token", "client_secret", "service_password"];
    let foreign = read(&fs::read_to_string(place.credentials_path("other")).expect("read"));
    for (from, to) in fields.iter().flat_map(|from| fields.iter().map(move |to| (*from, *to))) {
        let mut document = read(&whole);
        document[to] = foreign[from].clone();
        try_with(&document);
        if from != to {
            let mut document = read(&whole);
            document[to] = document[from].clone();
            try_with(&document);
        }
    }
    let mut renamed = foreign.clone();
    renamed["integration"] = "acme".into();
    try_with(&renamed);
    renamed["key"] = read(&whole)["key"].clone();
    try_with(&renamed);
    fs::write(&path, &whole).expect("written");
    assert_opens(&vault, "acme", "acme");
    // Also with the other's key, whole and renamed, it stays shut.
    let key = fs::read_to_string(place.key_path("other")).expect("read").replace("\"other\"", "\"acme\"");
    fs::write(place.key_path("acme"), key).expect("written");
    let text = fs::read_to_string(place.credentials_path("other")).expect("read").replace("\"other\"", "\"acme\"");
    fs::write(&path, text).expect("written");
    assert!(vault.open(&name("acme")).is_err());
}

#[test]
fn a_flipped_bit_or_a_cut_anywhere_is_an_error() {
    let place = Place::new();
    let vault = place.vault();
    vault.seal(&name("acme"), &secrets("acme")).expect("sealed");
    for path in [place.credentials_path("acme"), place.key_path("acme"), place.keys().join("master.key")] {
        let whole = fs::read(&path).expect("read");
        // Two or three bits of every byte, and every bit of some: all of them take a minute.
        for bit in (0..whole.len() * 8).step_by(3) {
            let mut flipped = whole.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            fs::write(&path, &flipped).expect("written");
            let error = vault.open(&name("acme")).expect_err("a flipped bit");
            assert!(!everything_said(&error).contains("-of-acme"), "{} bit {bit}", path.display());
        }
        for length in 0..whole.len() {
            // A master key may come without the end of its line.
            if path.ends_with("master.key") && length + 1 == whole.len() {
                continue;
            }
            fs::write(&path, &whole[..length]).expect("written");
            assert!(vault.open(&name("acme")).is_err(), "{} cut to {length}", path.display());
        }
        fs::write(&path, whole).expect("written");
        assert_opens(&vault, "acme", "acme");
    }
}

#[test]
fn new_credentials_are_in_force_all_at_once_or_not_at_all() {
    let place = Place::new();
    for operations in 0.. {
        let vault = place.vault();
        vault.seal(&name("acme"), &secrets("old")).expect("sealed");
        vault.disk.failing.after(operations);
        let is_sealed = vault.seal(&name("acme"), &secrets("new")).is_ok();
        assert_opens(&place.vault(), "acme", if fresh(&place) { "new" } else { "old" });
        if is_sealed {
            assert!(fresh(&place) && operations > 3);
            break;
        }
    }
}

fn fresh(place: &Place) -> bool {
    place.vault().open(&name("acme")).expect("it opens").iru_token.expose_secret() == "token-of-new"
}

#[test]
fn the_first_credentials_may_break_off_anywhere_and_be_sealed_again() {
    for operations in 0.. {
        let place = Place::new();
        let vault = place.vault();
        vault.disk.failing.after(operations);
        let is_sealed = vault.seal(&name("acme"), &secrets("acme")).is_ok();
        place.vault().seal(&name("acme"), &secrets("again")).expect("sealed");
        assert_opens(&place.vault(), "acme", "again");
        if is_sealed {
            assert!(operations > 12, "{operations} operations are fewer than three durable files have");
            break;
        }
    }
}

#[test]
fn what_is_no_secret_is_refused_by_its_name() {
    let place = Place::new();
    let empty = Credentials { client_secret: Secret::from(String::new()), ..secrets("acme") };
    let error = place.vault().seal(&name("acme"), &empty).expect_err("empty");
    assert_eq!(error.to_string(), "the client secret is empty");
    let endless = Credentials { iru_token: Secret::from("x".repeat(8_193)), ..secrets("acme") };
    assert!(matches!(place.vault().seal(&name("acme"), &endless), Err(Error::Secret { field: "API token", .. })));
    assert!(!place.keys().exists());
}

#[test]
fn two_state_folders_with_one_name_do_not_share_a_key() {
    let place = Place::new();
    place.vault().seal(&name("acme"), &secrets("acme")).expect("sealed");
    let second = Vault::new(&place.top.path().join("second"), &place.keys(), MasterSource::File).expect("a vault");
    let error = second.seal(&name("acme"), &secrets("second")).expect_err("another's name");
    assert!(matches!(error, Error::OtherState { .. }) && error.hint().expect("a hint").contains("--keys"));
    second.destroy(&name("acme")).expect("nothing of its own is there");
    assert_opens(&place.vault(), "acme", "acme");
    second.seal(&name("beta"), &secrets("beta")).expect("sealed");
    assert_opens(&second, "beta", "beta");
}

#[test]
fn a_state_folder_may_be_moved() {
    let place = Place::new();
    place.vault().seal(&name("acme"), &secrets("acme")).expect("sealed");
    let moved = place.top.path().join("moved");
    fs::rename(place.state(), &moved).expect("moved");
    let vault = Vault::new(&moved, &place.keys(), MasterSource::File).expect("a vault");
    assert_opens(&vault, "acme", "acme");
    vault.seal(&name("acme"), &secrets("new")).expect("sealed");
    vault.destroy(&name("acme")).expect("destroyed");
    assert!(!place.key_path("acme").exists());
}
