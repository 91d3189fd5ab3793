//! Eyes and hands for the console: a real headless Chromium, used as a person uses it. Controls are found by what they
//! are called, pages are judged by what is drawn.
//!
//! ```text
//!   a test ──> Browser ── HTTP on loopback ──> chromedriver ──> Chromium ──> the console
//!              (session)        (wire)          (process)       (launch)
//! ```
//!
//! Apart from the rest of the harness because nothing else needs a browser on the machine. What must hold: whatever was
//! started is ended when a [`Browser`] is dropped, also by a panic; the browser reaches loopback and nothing else; and
//! what fails panics with words that name the page and what was on it.

mod accessibility;
mod controls;
mod keyboard;
mod launch;
mod limits;
mod names;
mod process;
mod reading;
mod session;
mod sight;
mod wire;

pub use keyboard::{Focused, Key};
pub use limits::{NARROW, WIDE};
pub use session::Browser;
pub use sight::{Scheme, Script, screenshots_folder, shots};
