//! The applications that come with macOS, under their real names and bundle ids: a mapping tells them from others by their signature.

use super::{App, Bundle, Publisher, Release};

const SIGNATURE: &str = "Software Signing, Apple Code Signing Certification Authority, Apple Root CA";
/// The generations of the system, as `System::generation` counts them.
const GENERATIONS: [&str; 4] = ["13.0", "14.0", "15.0", "26.0"];

/// Name, last part of the bundle id, version in the first generation of the system.
const APPLICATIONS: [(&str, &str, u32); 36] = [
    ("App Store", "AppStore", 3),
    ("Automator", "Automator", 2),
    ("Books", "iBooksX", 5),
    ("Calculator", "calculator", 10),
    ("Calendar", "iCal", 13),
    ("Chess", "Chess", 3),
    ("Clock", "clock", 1),
    ("Contacts", "AddressBook", 14),
    ("Dictionary", "Dictionary", 2),
    ("FaceTime", "FaceTime", 36),
    ("Find My", "findmy", 4),
    ("Font Book", "FontBook", 11),
    ("Freeform", "freeform", 1),
    ("Home", "Home", 8),
    ("Image Capture", "Image_Capture", 8),
    ("Launchpad", "launchpad.launcher", 1),
    ("Mail", "mail", 16),
    ("Maps", "Maps", 3),
    ("Messages", "MobileSMS", 14),
    ("Mission Control", "exposelauncher", 1),
    ("Music", "Music", 1),
    ("News", "news", 8),
    ("Notes", "Notes", 4),
    ("Photo Booth", "PhotoBooth", 12),
    ("Photos", "Photos", 8),
    ("Podcasts", "podcasts", 1),
    ("Preview", "Preview", 11),
    ("QuickTime Player", "QuickTimePlayerX", 10),
    ("Reminders", "reminders", 7),
    ("Safari", "Safari", 16),
    ("Shortcuts", "shortcuts", 6),
    ("Stickies", "Stickies", 10),
    ("Stocks", "stocks", 6),
    ("System Settings", "systempreferences", 15),
    ("TextEdit", "TextEdit", 1),
    ("Weather", "weather", 3),
];

/// As above, of `/System/Applications/Utilities`.
const UTILITIES: [(&str, &str, u32); 18] = [
    ("Activity Monitor", "ActivityMonitor", 10),
    ("AirPort Utility", "airport.airportutility", 6),
    ("Audio MIDI Setup", "audio.AudioMIDISetup", 3),
    ("Bluetooth File Exchange", "BluetoothFileExchange", 9),
    ("Boot Camp Assistant", "bootcampassistant", 6),
    ("ColorSync Utility", "ColorSyncUtility", 12),
    ("Console", "Console", 1),
    ("Digital Color Meter", "DigitalColorMeter", 5),
    ("Directory Utility", "DirectoryUtility", 6),
    ("Disk Utility", "DiskUtility", 22),
    ("Grapher", "grapher", 2),
    ("Keychain Access", "keychainaccess", 11),
    ("Migration Assistant", "MigrateAssistant", 13),
    ("Screenshot", "screenshot.launcher", 1),
    ("Script Editor", "ScriptEditor2", 2),
    ("System Information", "SystemProfiler", 11),
    ("Terminal", "Terminal", 2),
    ("VoiceOver Utility", "VoiceOverUtility", 10),
];

/// Apple's own applications of a Mac.
pub(super) fn apps() -> Vec<App> {
    let applications = APPLICATIONS.iter().map(|entry| app("/System/Applications", entry));
    let utilities = UTILITIES.iter().map(|entry| app("/System/Applications/Utilities", entry));
    applications.chain(utilities).collect()
}

fn app(folder: &str, (name, id, major): &(&'static str, &'static str, u32)) -> App {
    let category = if folder.ends_with("Utilities") {
        "public.app-category.utilities"
    } else {
        "public.app-category.productivity"
    };
    let release = |(generation, minimum_system): (u32, &'static str)| Release {
        version: format!("{}.{}", major + generation, generation * 2),
        build: format!("{}.{}.{}", 300 + major * 7, generation + 1, major),
        minimum_system,
    };
    App {
        bundle: Bundle {
            name: (*name).to_owned(),
            bundle_id: format!("com.apple.{id}"),
            path: format!("{folder}/{name}.app"),
            executable: (*name).to_owned(),
            category,
        },
        helpers: Vec::new(),
        publisher: Publisher {
            developer_name: String::new(),
            team_id: String::new(),
            copyright: "Copyright © Apple Inc. All rights reserved.".to_owned(),
        },
        signature: SIGNATURE.to_owned(),
        obtained_from: "Apple",
        releases: (0..).zip(GENERATIONS).map(release).collect(),
        preinstalled: true,
        chance: 0,
    }
}
