#![doc = include_str!("../README.md")]

mod answer;
mod client;
mod config;
mod error;
pub mod limits;
mod request;
mod retry;

pub use answer::{Answer, Headers};
pub use client::Client;
pub use config::ClientConfig;
pub use error::{Endpoint, Error};
pub use request::{Auth, Request};
pub use reqwest::Method;
pub use secrecy::ExposeSecret;
/// A password, a token or a key: it has no `Display`, its `Debug` shows nothing, and its memory is wiped when it is
/// dropped.
pub use secrecy::SecretString as Secret;
