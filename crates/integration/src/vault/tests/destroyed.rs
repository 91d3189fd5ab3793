//! After the end nothing opens, whatever was copied before.

use super::*;

#[test]
fn a_copy_of_the_state_with_the_master_key_opens_nothing() {
    let place = Place::new();
    let vault = place.vault();
    for of in ["acme", "other"] {
        vault.seal(&name(of), &secrets(of)).expect("sealed");
    }
    let copy = place.top.path().join("copy");
    copy_folder(&place.state(), &copy);
    vault.destroy(&name("acme")).expect("destroyed");
    assert!(!vault.has(&name("acme")) && !place.credentials_path("acme").exists());
    assert!(matches!(vault.open(&name("acme")), Err(Error::NoCredentials { .. })));

    let thief = Vault::new(&copy, &place.keys(), MasterSource::File).expect("a vault");
    assert!(matches!(thief.open(&name("acme")), Err(Error::KeyGone { .. })));
    assert_opens(&thief, "other", "other");

    // A new key under the old name is another key.
    vault.seal(&name("acme"), &secrets("second")).expect("sealed");
    assert!(matches!(thief.open(&name("acme")), Err(Error::KeyGone { .. })));
    assert_opens(&vault, "acme", "second");
}

#[test]
fn the_key_goes_first_and_an_end_that_broke_off_can_be_made_again() {
    for operations in 0.. {
        let place = Place::new();
        let vault = place.vault();
        vault.seal(&name("acme"), &secrets("acme")).expect("sealed");
        vault.disk.failing.after(operations);
        let is_destroyed = vault.destroy(&name("acme")).is_ok();
        // The sealed file never goes while its key stays.
        assert!(place.credentials_path("acme").exists() || !place.key_path("acme").exists(), "{operations}");
        place.vault().destroy(&name("acme")).expect("destroyed");
        assert!(!place.key_path("acme").exists() && !place.credentials_path("acme").exists());
        if is_destroyed {
            assert!(operations > 4);
            break;
        }
    }
}

#[test]
fn what_a_crash_left_beside_the_key_goes_with_it() {
    let place = Place::new();
    let vault = place.vault();
    vault.seal(&name("acme"), &secrets("acme")).expect("sealed");
    for path in [place.key_path("acme"), place.credentials_path("acme")] {
        let mut partial = path.clone().into_os_string();
        partial.push(".partial");
        fs::copy(&path, partial).expect("copied");
    }
    vault.destroy(&name("acme")).expect("destroyed");
    let left: Vec<_> = fs::read_dir(place.state().join("acme")).expect("read").collect();
    assert!(left.is_empty(), "{left:?}");
    let mut keys: Vec<_> =
        fs::read_dir(place.keys()).expect("read").map(|entry| entry.expect("read").file_name()).collect();
    keys.sort();
    assert_eq!(keys, ["lock", "master.key"]);
}

#[test]
fn it_needs_no_master_key_and_no_whole_files() {
    let place = Place::new();
    let vault = place.vault();
    vault.seal(&name("acme"), &secrets("acme")).expect("sealed");
    fs::remove_file(place.keys().join("master.key")).expect("removed");
    fs::write(place.key_path("acme"), "{").expect("written");
    fs::write(place.credentials_path("acme"), "{").expect("written");
    vault.destroy(&name("acme")).expect("destroyed");
    assert!(!place.key_path("acme").exists() && !place.credentials_path("acme").exists());
    vault.destroy(&name("never")).expect("nothing is there");
}

#[test]
fn a_key_is_not_left_in_silence_where_nobody_can_tell_whose_it_is() {
    let place = Place::new();
    place.vault().seal(&name("acme"), &secrets("acme")).expect("sealed");
    let moved = place.top.path().join("moved");
    fs::rename(place.state(), &moved).expect("moved");
    fs::write(moved.join("acme/credentials.json"), "{").expect("written");
    let vault = Vault::new(&moved, &place.keys(), MasterSource::File).expect("a vault");
    assert!(matches!(vault.destroy(&name("acme")), Err(Error::OtherState { .. })));
}
