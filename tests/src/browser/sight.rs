//! What a page looks like: how wide it is, in which colours, whether it fits, and a picture of it.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::session::Browser;
use super::{NARROW, WIDE, limits};

/// Where pictures go instead of the build's folder, when it is set.
const FOLDER: &str = "SNOWHAUL_SCREENSHOTS";

/// What is drawn beyond the page's right edge, outermost first, and not within something that scrolls by itself.
const OVERFLOWING: &str = "
    const width = document.documentElement.clientWidth;
    if (document.scrollingElement.scrollWidth <= width) return [];
    const scrolls = element => ['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(element).overflowX);
    const isWithin = element => {
        for (let above = element.parentElement; above && above !== document.body; above = above.parentElement)
            if (scrolls(above)) return true;
        return false;
    };
    const beyond = [...document.body.querySelectorAll('*')]
        .filter(element => element.getBoundingClientRect().right > width + 0.5 && !isWithin(element))
        .map(element => `<${element.localName} class=\"${element.getAttribute('class') ?? ''}\"> ends at `
            + `${Math.round(element.getBoundingClientRect().right)}: ${element.textContent.trim().slice(0, 60)}`);
    return [`the page is ${document.scrollingElement.scrollWidth} wide, the window ${width}`, ...beyond.slice(0, 10)];";

/// Light or dark, as the machine's owner prefers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl fmt::Display for Scheme {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Light => "light",
            Self::Dark => "dark",
        })
    }
}

/// Whether pages may run scripts of theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    /// As browsers do.
    On,
    /// As where an administrator forbids it.
    Off,
}

impl Browser {
    /// Makes the page so wide and its window so high, in CSS pixels. A real window cannot be as narrow as a telephone.
    pub async fn size(&mut self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.chromium("Emulation.setDeviceMetricsOverride", size).await;
        self.width = width;
    }

    /// Prefers light or dark colours; and less motion, so that a picture shows no half-done movement.
    pub async fn scheme(&mut self, scheme: Scheme) {
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme.to_string() },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.chromium("Emulation.setEmulatedMedia", json!({ "features": features })).await;
        self.scheme = scheme;
    }

    /// Lets pages run scripts, or not, from the next page on.
    pub async fn script(&self, script: Script) {
        let off = script == Script::Off;
        self.chromium("Emulation.setScriptExecutionDisabled", json!({ "value": off })).await;
    }

    /// Takes a picture of the whole page, however high, and says where it is:
    /// `target/console/<name>-<width>-<light|dark>.png`.
    pub async fn screenshot(&self, name: &str) -> PathBuf {
        let metrics = self.chromium("Page.getLayoutMetrics", json!({})).await;
        let height = metrics["cssContentSize"]["height"].as_f64().unwrap_or_default();
        let height = height.clamp(1.0, limits::SCREENSHOT_HEIGHT_MAX);
        let clip = json!({ "x": 0, "y": 0, "width": self.width, "height": height, "scale": 1 });
        let whole = json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
        let picture = self.chromium("Page.captureScreenshot", whole).await;
        let bytes = STANDARD.decode(picture["data"].as_str().unwrap_or_default()).expect("Chromium's own base64");
        let folder = screenshots_folder();
        let path = folder.join(format!("{name}-{}-{}.png", self.width, self.scheme));
        let written = fs::create_dir_all(&folder).and_then(|()| fs::write(&path, bytes));
        written.unwrap_or_else(|error| panic!("could not write {}: {error}", path.display()));
        path
    }

    /// Fails where the page is wider than its window, and says what sticks out.
    pub async fn no_horizontal_overflow(&self) {
        if let Value::Array(faults) = self.ask("measure the page", OVERFLOWING, Vec::new()).await
            && !faults.is_empty()
        {
            let faults: Vec<&str> = faults.iter().filter_map(Value::as_str).collect();
            self.fail(&format!("at a width of {}:\n{}", self.width, faults.join("\n"))).await;
        }
    }
}

/// Pictures of a page at both widths, in light and in dark colours; on the way it must fit, and be accessible, in each.
/// The browser is left as it was opened: wide and light.
pub async fn shots(browser: &mut Browser, name: &str) {
    for width in [NARROW, WIDE] {
        browser.size(width, limits::HEIGHT).await;
        browser.no_horizontal_overflow().await;
        for scheme in [Scheme::Dark, Scheme::Light] {
            browser.scheme(scheme).await;
            browser.screenshot(name).await;
            browser.no_accessibility_faults().await;
        }
    }
}

/// Where pictures go: `console` in the folder that this program was built in.
pub fn screenshots_folder() -> PathBuf {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return PathBuf::from(folder);
    }
    let program = std::env::current_exe().expect("a running program has a path");
    // Cargo marks the folder that it builds in, wherever that is, for programs that make copies of everything else.
    let marked = |folder: &&Path| folder.join("CACHEDIR.TAG").is_file();
    let target = program.ancestors().find(marked).unwrap_or_else(|| Path::new("target"));
    target.join("console")
}
