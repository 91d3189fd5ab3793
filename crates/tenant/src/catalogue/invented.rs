//! Applications of invented publishers. A brand and a kind of product make a name; the rank decides the awkward ones, so that they
//! are the same ones under every seed.

use super::{App, Bundle, Publisher, Release};
use crate::hazards;
use crate::seed::{characters, one_of};
use rand::{Rng, RngExt};

/// Brand and legal name. Some are awkward for who reads a publisher out of a signature: commas, parentheses, other scripts.
const PUBLISHERS: [(&str, &str); 48] = [
    ("Quillmark", "Quillmark Labs GmbH"),
    ("Fernhollow", "Fernhollow Software, Inc."),
    ("Brackett", "Brackett (Tools), Inc."),
    ("Søstrene", "Søstrene Lind ApS"),
    ("Tallow", "Tallow & Wick Ltd."),
    ("Harmonie", "株式会社ハルモニ"),
    ("Dwyer", "Jo O’Dwyer"),
    ("Émeraude", "Émeraude Logiciels SARL"),
    ("Northpier", "Northpier Systems LLC"),
    ("Oxbow", "Oxbow Interactive AB"),
    ("Pinnace", "Pinnace Cloud B.V."),
    ("Ravelin", "Ravelin Works Oy"),
    ("Saltbox", "Saltbox Media, LLC"),
    ("Thimble", "Thimble Apps Pty Ltd"),
    ("Umbrage", "Umbrage Security Inc"),
    ("Verdigris", "Verdigris Design Co."),
    ("Wexley", "Wexley Brothers Limited"),
    ("Yewtree", "Yewtree Analytics plc"),
    ("Zephyrine", "Zephyrine S.p.A."),
    ("Alderway", "Alderway Networks, Inc."),
    ("Bramble", "Bramble Studio"),
    ("Cinderpath", "Cinderpath Games Ltd"),
    ("Dovecote", "Dovecote Messaging Inc."),
    ("Elmstead", "Elmstead Data Corporation"),
    ("Foxglove", "Foxglove Audio KG"),
    ("Gantry", "Gantry DevTools, Inc."),
    ("Hobnail", "Hobnail Hardware Company"),
    ("Inkwell", "Inkwell & Daughters"),
    ("Juniperus", "Juniperus Health AG"),
    ("Kestrelle", "Kestrelle Aero SAS"),
    ("Lanternfish", "Lanternfish, Inc."),
    ("Mossbank", "Mossbank Financial Software Ltd"),
    ("Nettle", "Nettle Collective"),
    ("Orrery", "Orrery Astronomy Group"),
    ("Pantile", "Pantile Construction Software A/S"),
    ("Quaystone", "Quaystone Maritime, Inc."),
    ("Rushlight", "Rushlight Education Foundation"),
    ("Sprocketry", "Sprocketry Inc."),
    ("Turnstile", "Turnstile Identity, Inc."),
    ("Upland", "Upland Green Software (Deutschland) GmbH"),
    ("Viaduct", "Viaduct Integration Ltd"),
    ("Wicker", "Wicker Notes LLC"),
    ("Yonder", "Yonder Maps, Inc."),
    ("Zinnia", "Zinnia Photo Kft."),
    ("Amberly", "Amberly Video Pte. Ltd."),
    ("Bellwether", "Bellwether Charts Inc."),
    ("Coppice", "Coppice Virtualisation Ltd"),
    ("Drumlin", "Drumlin Backup, LLC"),
];

/// Kind of product and category of the App Store.
const KINDS: [(&str, &str); 12] = [
    ("Notes", "public.app-category.productivity"),
    ("Draft", "public.app-category.productivity"),
    ("Ledger", "public.app-category.finance"),
    ("Canvas", "public.app-category.graphics-design"),
    ("Shell", "public.app-category.developer-tools"),
    ("Meet", "public.app-category.business"),
    ("Vault", "public.app-category.utilities"),
    ("Relay", "public.app-category.utilities"),
    ("Charts", "public.app-category.business"),
    ("Cut", "public.app-category.video"),
    ("Player", "public.app-category.music"),
    ("Atlas", "public.app-category.reference"),
];

/// Versions that no one can order.
const ODD_VERSIONS: [&str; 9] = [
    "",
    "No value",
    "2026.10 (r4413)",
    "v3.1.0-beta.2+exp.sha.5114f85",
    "１０.２",
    "1,4,0,2",
    " 6.0 ",
    "Version 9",
    "26.1.0.0.0.1234567890",
];

const MINIMUM_SYSTEMS: [&str; 4] = ["10.13", "11.0", "12.3", "14.0"];
const TEAM_ID_CHARACTERS: &str = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const MAC_APPS: u32 = 546;

/// A step through the brands that shares no factor with their number, so that neighbours in rank differ in brand.
const BRAND_STEP: u32 = 29;

/// The invented applications of Macs, the most popular first.
pub(super) fn mac_apps(rng: &mut impl Rng) -> Vec<App> {
    let publishers = publishers(rng);
    (0..MAC_APPS).map(|rank| mac_app(rank, &publishers, rng)).collect()
}

/// The invented applications of iPhones and iPads, the most popular first.
pub(super) fn handheld_apps(rng: &mut impl Rng, count: u32) -> Vec<App> {
    (0..count).map(|rank| handheld_app(rank, rng)).collect()
}

fn publishers(rng: &mut impl Rng) -> Vec<Publisher> {
    let publisher = |(_, legal_name): &(&str, &str)| Publisher {
        developer_name: (*legal_name).to_owned(),
        team_id: characters(rng, TEAM_ID_CHARACTERS, 10),
        copyright: format!("Copyright © {legal_name} All rights reserved."),
    };
    PUBLISHERS.iter().map(publisher).collect()
}

/// Brand and kind of a rank. Every rank below their product has a pair of its own.
fn pair(rank: u32) -> (usize, usize) {
    let brand = (rank * BRAND_STEP) as usize % PUBLISHERS.len();
    (brand, (rank as usize / PUBLISHERS.len() + brand) % KINDS.len())
}

fn mac_app(rank: u32, publishers: &[Publisher], rng: &mut impl Rng) -> App {
    let (brand, kind) = pair(rank);
    let publisher = publishers[brand].clone();
    let (signature, obtained_from) = signature(rank, &publisher);
    let name = format!("{} {}", PUBLISHERS[brand].0, KINDS[kind].0);
    App {
        helpers: helpers(rank, &name, &publisher.team_id),
        bundle: Bundle {
            bundle_id: bundle_id(rank, &name),
            path: format!("/Applications/{name}.app"),
            executable: name.clone(),
            name: if hazards::APP_NAME_HAS_CONTROL.hits(rank) { format!("{name}\u{1b}") } else { name },
            category: KINDS[kind].1,
        },
        signature,
        obtained_from,
        publisher,
        releases: releases(rank, rng),
        preinstalled: false,
        chance: 0,
    }
}

/// What an iPhone tells of an application is less: no path, no signature.
fn handheld_app(rank: u32, rng: &mut impl Rng) -> App {
    let (brand, kind) = pair(rank);
    let name = format!("{} {}", PUBLISHERS[brand].0, KINDS[kind].0);
    App {
        bundle: Bundle {
            bundle_id: format!("{}.mobile", identifier(&name)),
            path: String::new(),
            executable: String::new(),
            name,
            category: "",
        },
        helpers: Vec::new(),
        publisher: Publisher { developer_name: String::new(), team_id: String::new(), copyright: String::new() },
        signature: String::new(),
        obtained_from: "",
        releases: releases(rank + 1, rng),
        preinstalled: false,
        chance: 0,
    }
}

fn signature(rank: u32, publisher: &Publisher) -> (String, &'static str) {
    let Publisher { developer_name, team_id, .. } = publisher;
    if hazards::APP_IS_UNSIGNED.hits(rank) {
        return (String::new(), "Unknown");
    }
    if hazards::APP_IS_FROM_STORE.hits(rank) {
        let chain = "Apple Mac OS Application Signing, Apple Worldwide Developer Relations Certification Authority, Apple Root CA";
        return (chain.to_owned(), "Mac App Store");
    }
    let chain = format!(
        "Developer ID Application: {developer_name} ({team_id}), Developer ID Certification Authority, Apple Root CA"
    );
    (chain, "Identified Developer")
}

fn bundle_id(rank: u32, name: &str) -> String {
    if hazards::BUNDLE_ID_IS_EMPTY.hits(rank) {
        String::new()
    } else if hazards::BUNDLE_ID_IS_NO_VALUE.hits(rank) {
        "No value".to_owned()
    } else {
        identifier(name)
    }
}

/// `com.quillmark.notes` of `Quillmark Notes`. A bundle id is ASCII, so other letters fall away.
fn identifier(name: &str) -> String {
    let parts =
        name.split(' ').map(|part| part.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase());
    format!("com.{}", parts.collect::<Vec<_>>().join("."))
}

fn helpers(rank: u32, name: &str, team_id: &str) -> Vec<Bundle> {
    let helper = |folder: &str, suffix: &str| Bundle {
        name: format!("{name} {suffix}"),
        bundle_id: format!("{team_id}.{}-{}", identifier(name), suffix.to_lowercase()),
        path: format!("/Applications/{name}.app/Contents/{folder}/{name} {suffix}.app"),
        executable: format!("{name} {suffix}"),
        category: "public.app-category.utilities",
    };
    let login_item = hazards::APP_HAS_HELPER.hits(rank).then(|| helper("Library/LoginItems", "Helper"));
    let renderer = hazards::APP_HAS_SECOND_HELPER.hits(rank).then(|| helper("Frameworks", "Renderer"));
    login_item.into_iter().chain(renderer).collect()
}

/// Three to six versions, newest first.
fn releases(rank: u32, rng: &mut impl Rng) -> Vec<Release> {
    let (major, minor) = (rng.random_range(1..30), rng.random_range(6..15));
    let minimum_system = one_of(rng, &MINIMUM_SYSTEMS);
    let mut releases: Vec<Release> =
        (0..3 + rank % 4).map(|age| release(rank, major, minor - age, minimum_system, rng)).collect();
    if hazards::VERSION_IS_ODD.hits(rank) {
        releases[0].version = one_of(rng, &ODD_VERSIONS).to_owned();
    }
    releases
}

/// Publishers count in their own ways: three parts with the build run together, two parts with a date, four parts with a number.
fn release(rank: u32, major: u32, minor: u32, minimum_system: &'static str, rng: &mut impl Rng) -> Release {
    let patch = rng.random_range(0..12_u32);
    let (version, build) = match rank % 3 {
        0 => (format!("{major}.{minor}.{patch}"), format!("{major}{minor:02}{patch:02}000")),
        1 => (format!("{major}.{minor}"), format!("2026{:02}{:02}.{patch}", minor % 12 + 1, patch + 1)),
        _ => (format!("{major}.{minor}.{patch}.{}", 1_000 + rank), (4_000 + major * 20 + minor).to_string()),
    };
    Release { version, build, minimum_system }
}
