//! A new master key, with the machine stopping after every single operation.

use super::*;

const NAMES: [&str; 3] = ["acme", "beta", "gamma"];

fn filled() -> Place {
    let place = Place::new();
    for of in NAMES {
        place.vault().seal(&name(of), &secrets(of)).expect("sealed");
    }
    place
}

fn assert_all_open(vault: &Vault) {
    for of in NAMES {
        assert_opens(vault, of, of);
    }
}

fn master_of(place: &Place) -> String {
    fs::read_to_string(place.keys().join("master.key")).expect("read").trim_end().to_owned()
}

fn with_key(place: &Place, digits: &str) -> Vault {
    let source = MasterSource::Environment(Secret::from(digits.to_owned()));
    Vault::new(&place.state(), &place.keys(), source).expect("a vault")
}

#[test]
fn the_new_key_opens_everything_and_the_old_one_nothing() {
    let place = filled();
    let old = master_of(&place);
    let sealed = fs::read(place.credentials_path("acme")).expect("read");
    place.vault().rotate().expect("rotated");
    assert_ne!(master_of(&place), old);
    assert_all_open(&place.vault());
    for of in NAMES {
        assert!(matches!(with_key(&place, &old).open(&name(of)), Err(Error::OtherMaster { .. })));
    }
    assert_eq!(fs::read(place.credentials_path("acme")).expect("read"), sealed);
}

#[test]
fn wherever_it_breaks_off_every_key_opens_and_it_can_be_made_again() {
    for operations in 0.. {
        let place = filled();
        let old = master_of(&place);
        let vault = place.vault();
        vault.disk.failing.after(operations);
        let is_rotated = vault.rotate().is_ok();
        assert_all_open(&place.vault());
        // One half of the places goes on by another rotation, the other is settled as it is.
        if operations % 2 == 0 {
            place.vault().rotate().expect("rotated");
            assert_ne!(master_of(&place), old);
        } else {
            place.vault().settle().expect("settled");
        }
        assert_all_open(&place.vault());
        assert_one_wrap_each(&place);
        if is_rotated {
            assert!(operations > 30, "{operations} operations are fewer than eight durable files have");
            break;
        }
    }
}

fn assert_one_wrap_each(place: &Place) {
    for of in NAMES {
        let text = fs::read_to_string(place.key_path(of)).expect("read");
        assert_eq!(text.matches("\"master\"").count(), 1, "{of}");
    }
}

#[test]
fn a_key_from_elsewhere_is_prepared_replaced_and_settled() {
    let place = filled();
    let old = master_of(&place);
    let error = with_key(&place, &old).rotate().expect_err("not ours to replace");
    assert!(matches!(error, Error::MasterElsewhere { .. }) && error.hint().expect("a hint").contains("prepare"));
    with_key(&place, &old).prepare(&Secret::from(MASTER)).expect("prepared");
    assert_all_open(&with_key(&place, &old));
    assert_all_open(&with_key(&place, MASTER));
    with_key(&place, MASTER).settle().expect("settled");
    assert_all_open(&with_key(&place, MASTER));
    assert!(with_key(&place, &old).open(&name("acme")).is_err());
}

#[test]
fn a_key_that_the_master_does_not_open_stops_it_before_anything_changes() {
    let place = filled();
    let text = |of: &str| fs::read(place.key_path(of)).expect("read");
    with_key(&place, MASTER).seal(&name("foreign"), &secrets("foreign")).expect("sealed");
    let before = (master_of(&place), NAMES.map(text), text("foreign"));
    assert!(matches!(place.vault().rotate(), Err(Error::OtherMaster { .. })));
    assert_eq!((master_of(&place), NAMES.map(text), text("foreign")), before);
    place.vault().settle().expect("settled");
    assert_opens(&with_key(&place, MASTER), "foreign", "foreign");
}

#[test]
fn two_at_once_wait_for_each_other() {
    let place = filled();
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| place.vault().rotate().expect("rotated"));
            scope.spawn(|| (0..20).for_each(|_| assert_all_open(&place.vault())));
            scope.spawn(|| place.vault().seal(&name("acme"), &secrets("acme")).expect("sealed"));
        }
    });
    assert_all_open(&place.vault());
    assert_one_wrap_each(&place);
}
