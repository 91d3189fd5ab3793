//! The models that exist. Apple's own names and identifiers, because a mapping reads the form factor and the processor out of them.

use crate::device::Platform;
use rand::{Rng, RngExt};

/// One model of device.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) platform: Platform,
    /// What the list tells: `MacBook Air (M1, 2020)`.
    pub(crate) name: &'static str,
    /// What the details' hardware overview tells: `MacBook Air`.
    pub(crate) family: &'static str,
    pub(crate) identifier: &'static str,
    /// Machines of this model among 100 of its platform, roughly.
    share: u32,
    pub(crate) processor: Option<Processor>,
    pub(crate) memory: &'static [&'static str],
    /// Sizes as they are sold, in GB.
    pub(crate) storage_gb: &'static [u32],
}

/// The processor of a Mac.
#[derive(Debug)]
pub(crate) struct Processor {
    pub(crate) name: &'static str,
    /// `2.6 GHz`; empty on Apple silicon.
    pub(crate) speed: &'static str,
    pub(crate) processors: &'static str,
    pub(crate) cores: &'static str,
}

impl Processor {
    pub(crate) fn is_apple_silicon(&self) -> bool {
        self.speed.is_empty()
    }
}

impl Model {
    /// One of the platform's models, the common ones more often.
    pub(crate) fn pick(platform: Platform, rng: &mut impl Rng) -> &'static Model {
        let candidates = || MODELS.iter().filter(move |model| model.platform == platform);
        let tickets: u32 = candidates().map(|model| model.share).sum();
        let mut ticket = rng.random_range(0..tickets);
        candidates()
            .find(|model| {
                let drawn = ticket < model.share;
                ticket = ticket.saturating_sub(model.share);
                drawn
            })
            .expect("the shares of a platform's models cover every ticket")
    }
}

const fn silicon(
    share: u32,
    name: &'static str,
    family: &'static str,
    identifier: &'static str,
    chip: &'static str,
    cores: &'static str,
    memory: &'static [&'static str],
) -> Model {
    let processor = Processor { name: chip, speed: "", processors: cores, cores };
    mac(share, name, family, identifier, processor, memory)
}

const fn intel(
    share: u32,
    name: &'static str,
    family: &'static str,
    identifier: &'static str,
    (chip, speed, cores): (&'static str, &'static str, &'static str),
    memory: &'static [&'static str],
) -> Model {
    let processor = Processor { name: chip, speed, processors: "1", cores };
    mac(share, name, family, identifier, processor, memory)
}

const fn mac(
    share: u32,
    name: &'static str,
    family: &'static str,
    identifier: &'static str,
    processor: Processor,
    memory: &'static [&'static str],
) -> Model {
    let storage_gb = &[256, 512, 1_024];
    Model { platform: Platform::Mac, name, family, identifier, share, processor: Some(processor), memory, storage_gb }
}

const fn mobile(
    platform: Platform,
    share: u32,
    name: &'static str,
    family: &'static str,
    identifier: &'static str,
    storage_gb: &'static [u32],
) -> Model {
    Model { platform, name, family, identifier, share, processor: None, memory: &[], storage_gb }
}

/// A virtual machine. It is no product, so it is drawn by its own rate.
pub(crate) static VIRTUAL_MAC: Model =
    silicon(0, "Virtual Machine", "Virtual Machine", "VirtualMac2,1", "Apple M2 (Virtual)", "4", &["8 GB"]);

use Platform::{Android, AppleTv, IPad, IPhone, Windows};

static MODELS: [Model; 29] = [
    silicon(
        14,
        "MacBook Air (M1, 2020)",
        "MacBook Air",
        "MacBookAir10,1",
        "Apple M1",
        "8",
        &["8 GB LPDDR4", "16 GB LPDDR4"],
    ),
    silicon(
        13,
        "MacBook Air (13-inch, M2, 2022)",
        "MacBook Air",
        "Mac14,2",
        "Apple M2",
        "8",
        &["8 GB LPDDR5", "16 GB LPDDR5"],
    ),
    silicon(
        16,
        "MacBook Air (13-inch, M3, 2024)",
        "MacBook Air",
        "Mac15,12",
        "Apple M3",
        "8",
        &["16 GB LPDDR5", "24 GB LPDDR5"],
    ),
    silicon(
        8,
        "MacBook Air (15-inch, M4, 2025)",
        "MacBook Air",
        "Mac16,13",
        "Apple M4",
        "10",
        &["16 GB LPDDR5", "24 GB LPDDR5"],
    ),
    silicon(
        9,
        "MacBook Pro (14-inch, 2021)",
        "MacBook Pro",
        "MacBookPro18,3",
        "Apple M1 Pro",
        "10",
        &["16 GB LPDDR5", "32 GB LPDDR5"],
    ),
    silicon(
        9,
        "MacBook Pro (14-inch, Nov 2023)",
        "MacBook Pro",
        "Mac15,6",
        "Apple M3 Pro",
        "12",
        &["18 GB LPDDR5", "36 GB LPDDR5"],
    ),
    silicon(
        6,
        "MacBook Pro (16-inch, 2024)",
        "MacBook Pro",
        "Mac16,5",
        "Apple M4 Max",
        "16",
        &["48 GB LPDDR5", "64 GB LPDDR5"],
    ),
    silicon(5, "iMac (24-inch, M1, 2021)", "iMac", "iMac21,1", "Apple M1", "8", &["8 GB LPDDR4", "16 GB LPDDR4"]),
    silicon(4, "Mac mini (2023)", "Mac mini", "Mac14,3", "Apple M2", "8", &["8 GB LPDDR5", "16 GB LPDDR5"]),
    silicon(2, "Mac Studio (2023)", "Mac Studio", "Mac14,13", "Apple M2 Max", "12", &["32 GB LPDDR5", "64 GB LPDDR5"]),
    intel(
        5,
        "MacBook Pro (16-inch, 2019)",
        "MacBook Pro",
        "MacBookPro16,1",
        ("6-Core Intel Core i7", "2.6 GHz", "6"),
        &["16 GB DDR4", "32 GB DDR4"],
    ),
    intel(
        4,
        "MacBook Pro (13-inch, 2020, Four Thunderbolt 3 ports)",
        "MacBook Pro",
        "MacBookPro16,2",
        ("Quad-Core Intel Core i5", "2 GHz", "4"),
        &["16 GB LPDDR4X"],
    ),
    intel(
        2,
        "Mac mini (2018)",
        "Mac mini",
        "Macmini8,1",
        ("6-Core Intel Core i5", "3.0 GHz", "6"),
        &["8 GB DDR4", "32 GB DDR4"],
    ),
    intel(
        1,
        "Mac Pro (2019)",
        "Mac Pro",
        "MacPro7,1",
        ("12-Core Intel Xeon W", "3.3 GHz", "12"),
        &["96 GB 2933 MHz DDR4"],
    ),
    mobile(IPhone, 20, "iPhone SE (3rd generation)", "iPhone", "iPhone14,6", &[64, 128]),
    mobile(IPhone, 25, "iPhone 13", "iPhone", "iPhone14,5", &[128, 256]),
    mobile(IPhone, 30, "iPhone 15", "iPhone", "iPhone15,4", &[128, 256]),
    mobile(IPhone, 15, "iPhone 16 Pro", "iPhone", "iPhone17,1", &[256, 512]),
    mobile(IPhone, 10, "iPhone 11 Pro Max", "iPhone", "iPhone12,5", &[64, 256]),
    mobile(IPad, 40, "iPad (8th generation) (Wi-Fi)", "iPad", "iPad11,6", &[32, 128]),
    mobile(IPad, 30, "iPad (10th generation) (Wi-Fi + Cellular)", "iPad", "iPad13,19", &[64, 256]),
    mobile(IPad, 20, "iPad Pro 11-inch (M4) (Wi-Fi)", "iPad", "iPad16,3", &[256, 512]),
    mobile(IPad, 10, "iPad mini (6th generation) (Wi-Fi)", "iPad", "iPad14,1", &[64, 256]),
    mobile(AppleTv, 60, "Apple TV 4K (2nd generation)", "Apple TV", "AppleTV11,1", &[32, 64]),
    mobile(AppleTv, 40, "Apple TV 4K (3rd generation)", "Apple TV", "AppleTV14,1", &[64, 128]),
    mobile(Android, 60, "Pixel 8", "Pixel", "shiba", &[128, 256]),
    mobile(Android, 40, "Galaxy S24", "Galaxy", "SM-S921B", &[128, 256]),
    mobile(Windows, 70, "ThinkPad X1 Carbon Gen 12", "ThinkPad", "21KC", &[512, 1_024]),
    mobile(Windows, 30, "Surface Laptop 6", "Surface Laptop", "Surface_Laptop_6", &[256, 512]),
];
