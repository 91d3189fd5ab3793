//! Blueprints and tags: what devices are put into. Small fixed tables; only their ids come from the seed.

use crate::device::Platform;
use crate::seed::{Seed, Topic, characters, one_of, uuid};
use rand::{Rng, RngExt};

/// A blueprint: the set of rules that a device is under.
#[derive(Clone, Debug)]
pub(crate) struct Blueprint {
    pub(crate) id: String,
    pub(crate) code: String,
    pub(crate) kind: &'static BlueprintKind,
}

/// What is told of a blueprint beside its id.
#[derive(Debug)]
pub(crate) struct BlueprintKind {
    pub(crate) name: &'static str,
    pub(crate) icon: &'static str,
    pub(crate) color: &'static str,
    pub(crate) description: &'static str,
    pub(crate) layout: &'static str,
    platform: Option<Platform>,
}

const fn kind(
    name: &'static str,
    icon: &'static str,
    color: &'static str,
    description: &'static str,
    layout: &'static str,
    platform: Option<Platform>,
) -> BlueprintKind {
    BlueprintKind { name, icon, color, description, layout, platform }
}

static BLUEPRINTS: [BlueprintKind; 11] = [
    kind("Larkfield Macs", "ss-laptop", "aqua-500", "Everybody’s Mac", "map", Some(Platform::Mac)),
    kind("Engineering Macs", "ss-files", "aqua-800", "", "map", Some(Platform::Mac)),
    kind("Design Macs", "ss-paintdisabled", "purple-500", "", "classic", Some(Platform::Mac)),
    kind("Loaner Macs", "ss-refresh", "yellow-500", "Returned within a week", "classic", Some(Platform::Mac)),
    kind("Company iPhones", "ss-phone", "green-500", "", "map", Some(Platform::IPhone)),
    kind("Field Service iPhones", "ss-phone", "green-800", "", "classic", Some(Platform::IPhone)),
    kind("Field Service iPads", "ss-tablet", "orange-500", "", "map", Some(Platform::IPad)),
    kind("Lobby Kiosks", "ss-tablet", "orange-800", "", "classic", Some(Platform::IPad)),
    kind("Meeting Rooms", "ss-tv", "red-500", "", "classic", Some(Platform::AppleTv)),
    kind("Default Blueprint", "ss-files", "aqua-500", "", "classic", None),
    kind("_staging – do not use", "ss-files", "gray-500", "", "map", None),
];

/// A tag that may be put on any device.
#[derive(Clone, Debug)]
pub(crate) struct Tag {
    pub(crate) id: String,
    pub(crate) name: &'static str,
}

const TAGS: [&str; 8] = ["loaner", "executive", "lab", "contractor", "do not wipe", "Büro Süd", "refresh-2027", "vip"];

/// The blueprints, in the order in which they are told.
pub(crate) fn blueprints(seed: &Seed) -> Vec<Blueprint> {
    let mut rng = seed.stream(Topic::Groups, 0);
    BLUEPRINTS
        .iter()
        .map(|kind| Blueprint { id: uuid(&mut rng), code: characters(&mut rng, "0123456789", 6), kind })
        .collect()
}

/// The tags, in the order in which they are told.
pub(crate) fn tags(seed: &Seed) -> Vec<Tag> {
    let mut rng = seed.stream(Topic::Groups, 1);
    TAGS.iter().map(|name| Tag { id: uuid(&mut rng), name }).collect()
}

/// The position of a blueprint that suits a platform.
pub(crate) fn blueprint_for(platform: Platform, rng: &mut impl Rng) -> usize {
    let suitable: Vec<usize> =
        (0..BLUEPRINTS.len()).filter(|position| BLUEPRINTS[*position].platform == Some(platform)).collect();
    one_of(rng, &suitable)
}

/// The position of a blueprint for platforms that have none of their own.
pub(crate) fn blueprint_for_others() -> usize {
    BLUEPRINTS.iter().position(|blueprint| blueprint.platform.is_none()).expect("the table has blueprints for all")
}

/// The positions of a device's tags: mostly none, at times two.
pub(crate) fn tags_for(rng: &mut impl Rng) -> Vec<usize> {
    let count = match rng.random_range(0..10) {
        0 => 2,
        1..4 => 1,
        _ => 0,
    };
    let first = rng.random_range(0..TAGS.len());
    (0..count).map(|step| (first + step * 3) % TAGS.len()).collect()
}
