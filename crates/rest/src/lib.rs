#![doc = include_str!("../README.md")]

mod answer;
mod budget;
mod client;
mod clock;
mod config;
mod download;
mod error;
mod inflate;
pub mod limits;
mod pace;
mod request;
mod retry;
#[cfg(test)]
mod scripted;
mod transport;

pub use answer::{Answer, Headers};
pub use budget::{BudgetConfig, BudgetState};
pub use bytes::Bytes;
pub use client::Client;
pub use clock::{Clock, TokioClock};
pub use config::ClientConfig;
pub use download::{Download, DownloadConfig};
pub use error::{Endpoint, Error};
pub use request::{Auth, Gate, Request};
pub use reqwest::Method;
pub use secrecy::ExposeSecret;
/// A password, a token or a key: it has no `Display`, its `Debug` shows nothing, and its memory is wiped when it is
/// dropped.
pub use secrecy::SecretString as Secret;
