//! How long the browser is waited for, and what a page is measured by. Apart so that each has its reason in one place.

use std::time::Duration;

/// Until chromedriver says that it is ready: on a machine whose cores are all busy a start takes seconds.
pub(super) const READY: Duration = Duration::from_secs(60);

/// For one command to chromedriver: opening Chromium is one, and the slowest.
pub(super) const COMMAND: Duration = Duration::from_secs(90);

/// Until a page shows what it was waited for. A whole connection check against two served ends takes a few seconds.
pub(super) const APPEARS: Duration = Duration::from_secs(30);

/// Between two looks: short enough that nobody waits for the look itself.
pub(super) const BETWEEN_LOOKS: Duration = Duration::from_millis(25);

/// Until killed processes are gone from the machine, so that their folder can be removed.
pub(super) const GONE: Duration = Duration::from_secs(10);

/// The narrow page that everything must be readable on: a small telephone.
pub const NARROW: u32 = 360;

/// The wide page: a laptop.
pub const WIDE: u32 = 1400;

/// The height of a window. Screenshots show the whole page however high it is.
pub(super) const HEIGHT: u32 = 900;

/// The highest screenshot. Chromium draws a picture as one texture, and none is higher than this.
pub(super) const SCREENSHOT_HEIGHT_MAX: f64 = 16_000.0;

/// The contrast between a text and what it stands on, at least: WCAG 2.2, success criterion 1.4.3, level AA. Large texts
/// could do with 3; one number for all is simpler to hold.
pub(super) const CONTRAST_MIN: f64 = 4.5;

/// How often Tab is pressed before a page is said to have no end.
pub(super) const TABS_MAX: usize = 300;

/// How much of a page's text a failure shows.
pub(super) const SHOWN_CHARACTERS: usize = 4_000;
