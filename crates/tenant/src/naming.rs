//! What devices are called. People name their devices, so a name may hold anything, and does.

use crate::hazards;
use crate::model::Model;
use crate::people::User;
use crate::seed::one_of;
use rand::{Rng, RngExt};

const EMOJI: [&str; 4] = ["🦊 fox den", "Lab 🧪 2", "👩🏽‍💻 build box", "do not touch 🛑"];
const RIGHT_TO_LEFT: [&str; 3] = ["מחשב קבלה", "حاسوب الاستقبال", "מק של נועה (2)"];
const NOT_ASCII: [&str; 5] =
    ["受付のiMac", "Büro Süd 3", "Компьютер бухгалтерии", "Zoë’s Cafe\u{301} Mac", "디자인팀 맥북"];
const ROOMS: [&str; 6] = ["Birch", "Cedar", "Elder", "Hazel", "Juniper", "Rowan"];

/// The longest name that occurs, in characters; more than a column of 255 holds.
const LONG_NAME_CHARACTERS: usize = 300;

/// The name of a machine, awkward where a rate says so.
pub(crate) fn device_name(
    machine: u32,
    model: &Model,
    user: Option<&User>,
    serial: &str,
    rng: &mut impl Rng,
) -> String {
    let ordinary = ordinary(machine, model, user, serial, rng);
    let awkward = [
        (hazards::NAME_IS_MARKUP, "<script>alert(1)</script>".to_owned()),
        (hazards::NAME_IS_NULL, "NULL".to_owned()),
        (hazards::NAME_IS_FORMULA, "=cmd()".to_owned()),
        (hazards::NAME_IS_LONG, long_name()),
        (hazards::NAME_HAS_CONTROL, format!("{ordinary}\u{7}")),
        (hazards::NAME_HAS_EMOJI, one_of(rng, &EMOJI).to_owned()),
        (hazards::NAME_IS_RIGHT_TO_LEFT, one_of(rng, &RIGHT_TO_LEFT).to_owned()),
        (hazards::NAME_IS_NOT_ASCII, one_of(rng, &NOT_ASCII).to_owned()),
    ];
    awkward.into_iter().find(|(rate, _)| rate.hits(machine)).map_or(ordinary, |(_, name)| name)
}

fn ordinary(machine: u32, model: &Model, user: Option<&User>, serial: &str, rng: &mut impl Rng) -> String {
    let corporate = rng.random_ratio(1, 2);
    let room = one_of(rng, &ROOMS);
    match user {
        Some(user) if hazards::NAME_HAS_CURLY_APOSTROPHE.hits(machine) => {
            format!("{}’s {}", first_name(user), model.family)
        }
        Some(user) if !corporate => format!("{}'s {}", first_name(user), model.family),
        Some(_) => format!("LKF-{serial}"),
        None => format!("{room} {} {}", model.family, machine % 7 + 1),
    }
}

fn first_name(user: &User) -> &str {
    user.name.split(' ').next().unwrap_or(&user.name)
}

fn long_name() -> String {
    "Shared Mac of the third floor, left of the stairs; ".chars().cycle().take(LONG_NAME_CHARACTERS).collect()
}
