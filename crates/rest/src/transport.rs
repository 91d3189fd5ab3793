//! How connections are made, the same for every one of them. Apart so that nothing which opens a connection can
//! forget one of these.
//!
//! What must hold: no redirect is followed (it would carry a request elsewhere), no cookie is kept (ServiceNow runs
//! the requests of one session one after the other), no proxy of the environment is asked, nothing is repeated and
//! nothing is inflated out of our sight.

use std::time::Duration;

use url::Url;

use crate::limits;

const USER_AGENT: &str = concat!("snowhaul/", env!("CARGO_PKG_VERSION"));

/// A client of the HTTP library for addresses like this one.
pub(crate) fn builder(address: &Url, connect_timeout: Duration) -> reqwest::ClientBuilder {
    // The process has one provider; that somebody installed it before us is no failure.
    let _already_installed = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .https_only(address.scheme() == "https")
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .no_proxy()
        // Two layers of retries would multiply; ours knows which requests are idempotent.
        .retry(reqwest::retry::never())
        // The library hides the compressed length, without which a bomb is not known before it has gone off. Another
        // crate of the build may have switched any of these on.
        .no_gzip()
        .no_brotli()
        .no_deflate()
        .no_zstd()
        .connect_timeout(connect_timeout)
        .pool_idle_timeout(limits::CONNECTION_IDLE_MAX)
}
