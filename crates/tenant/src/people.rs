//! The people of the tenant's directory, to whom devices are assigned. Apart from devices because a CMDB is seeded with them too,
//! and because some of them are archived here or unknown there.

use crate::hazards;
use crate::moment::{DAY, Moment};
use crate::seed::{Seed, Topic, one_of, uuid};
use rand::RngExt;

const FIRST_NAMES: [&str; 64] = [
    "Amara",
    "Bastien",
    "Chidi",
    "Daria",
    "Eero",
    "Farah",
    "Gwen",
    "Hiro",
    "Ines",
    "Jonas",
    "Keira",
    "Lionel",
    "Mirela",
    "Noor",
    "Odette",
    "Pavel",
    "Quentin",
    "Rosalind",
    "Soraya",
    "Tobias",
    "Una",
    "Viktor",
    "Wanda",
    "Ximena",
    "Yusuf",
    "Zelda",
    "Anselm",
    "Briony",
    "Cosmo",
    "Delphine",
    "Edda",
    "Fintan",
    "Greta",
    "Håkon",
    "Ilse",
    "Joaquín",
    "Kwame",
    "Leocadia",
    "Matthijs",
    "Nerys",
    "Orla",
    "Piotr",
    "Rafe",
    "Saoirse",
    "Tamsin",
    "Ulrich",
    "Vesna",
    "Wolfram",
    "Yara",
    "Zoltan",
    "Aoife",
    "Bertil",
    "Clémence",
    "Dag",
    "Estelle",
    "Florin",
    "Gudrun",
    "Hamish",
    "Iseult",
    "Jörg",
    "Katya",
    "Ludo",
    "Maëlle",
    "Nikos",
];

const LAST_NAMES: [&str; 64] = [
    "Okafor",
    "Lindqvist",
    "Marchetti",
    "Vance",
    "Thornbury",
    "Castellan",
    "Drummond",
    "Ekström",
    "Fairweather",
    "Gallardo",
    "Hartnell",
    "Ivanova",
    "Jellicoe",
    "Kessler",
    "Larkin",
    "Moreau",
    "Nakagawa",
    "O’Brannigan",
    "Pemberton",
    "Quillfeather",
    "Rasmussen",
    "Sandoval",
    "Tremaine",
    "Underhay",
    "Valdés",
    "Whitlock",
    "Xanthos",
    "Yarrow",
    "Zielinski",
    "Abernathy",
    "Birkeland",
    "Crane",
    "Dahl",
    "Eastwick",
    "Fenn",
    "Grimaldi",
    "Holloway",
    "Iturbe",
    "Janssen",
    "Kowalczyk",
    "Leclerc",
    "Montague",
    "Nightingale",
    "Orsini",
    "Penrose",
    "Quist",
    "Rothwell",
    "Szabó",
    "Tolliver",
    "Urquhart",
    "Vasquez",
    "Wren",
    "Yamashiro",
    "Zimmer",
    "Ashdown",
    "Bexley",
    "Cardoso",
    "Devereux",
    "Ellery",
    "Fontaine",
    "Garrick",
    "Hawke",
    "Ingram",
    "Jarvela",
];

const DEPARTMENTS: [&str; 8] =
    ["Engineering", "Design", "Finance", "Sales", "People", "Field Service", "Legal & Compliance", "Research"];

const JOB_TITLES: [&str; 8] =
    ["Analyst", "Designer", "Director", "Engineer", "Field Technician", "Manager", "Counsel", "Senior Engineer"];

/// A step through all pairs of names; it shares no factor with their number, so no pair recurs before all have been.
const PAIR_STEP: u32 = 1_597;

/// One person of the tenant's directory.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct User {
    /// The directory's id, a UUID.
    pub id: String,
    /// The former numeric id as text, by which Prism still refers to people.
    pub deprecated_user_id: String,
    /// Full name.
    pub name: String,
    /// E-mail address, the key by which a CMDB finds the person.
    pub email: String,
    /// The address without its domain; also the account's name on Macs.
    pub user_name: String,
    /// Department, unknown for some.
    pub department: Option<&'static str>,
    /// Job title, unknown for some.
    pub job_title: Option<&'static str>,
    /// Whether the person left the directory. Devices may still be assigned to them.
    pub archived: bool,
    /// Whether the CMDB of the demonstration knows the person; some 92 of 100 are.
    pub known_downstream: bool,
    /// Listed devices that are assigned to the person.
    pub device_count: u32,
    pub(crate) created: Moment,
}

/// The people for a fleet of so many machines: somewhat fewer than machines, so that some have two.
pub(crate) fn people(seed: &Seed, machines: u32, at: Moment) -> Vec<User> {
    let count = (machines - machines / 6).max(1);
    (0..count).map(|number| person(seed, number, at)).collect()
}

fn person(seed: &Seed, number: u32, at: Moment) -> User {
    let mut rng = seed.stream(Topic::People, number);
    let (first, last, round) = names(number);
    let mut user_name = format!("{}.{}", plain(first), plain(last));
    if round > 0 {
        user_name.push_str(&(round + 1).to_string());
    }
    User {
        id: uuid(&mut rng),
        deprecated_user_id: (41_000 + number * 3).to_string(),
        name: format!("{first} {last}"),
        email: format!("{user_name}@larkfield.example"),
        user_name,
        department: rng.random_ratio(5, 6).then(|| one_of(&mut rng, &DEPARTMENTS)),
        job_title: rng.random_ratio(2, 3).then(|| one_of(&mut rng, &JOB_TITLES)),
        archived: hazards::IS_ARCHIVED.hits(number),
        known_downstream: !hazards::IS_UNKNOWN_DOWNSTREAM.hits(number),
        device_count: 0,
        created: at.before(rng.random_range(200 * DAY..1_500 * DAY)).after_microseconds(rng.random_range(0..1_000_000)),
    }
}

/// The pair of names of a person, and how often all pairs were used up before.
fn names(number: u32) -> (&'static str, &'static str, u32) {
    let pairs = (FIRST_NAMES.len() * LAST_NAMES.len()) as u32;
    let pair = (number % pairs * PAIR_STEP % pairs) as usize;
    (FIRST_NAMES[pair % FIRST_NAMES.len()], LAST_NAMES[pair / FIRST_NAMES.len()], number / pairs)
}

/// A name as addresses carry it: ASCII, lower case, letters only.
pub(crate) fn plain(name: &str) -> String {
    name.chars()
        .filter_map(|letter| match letter {
            'å' | 'á' | 'ä' => Some('a'),
            'é' | 'ë' => Some('e'),
            'í' => Some('i'),
            'ö' | 'ó' => Some('o'),
            letter if letter.is_ascii_alphanumeric() => Some(letter.to_ascii_lowercase()),
            _ => None,
        })
        .collect()
}
