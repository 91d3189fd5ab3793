//! One ServiceNow instance, logged in. Apart from what is asked of it: `table.rs` reads, `import.rs` writes.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rest::{Answer, Client, ClientConfig, Request};

use crate::session::Session;
use crate::{Error, Login, limits, refusal};

/// One ServiceNow instance, logged in. Clones share its session and connections.
#[derive(Clone, Debug)]
pub struct Target {
    pub(crate) session: Arc<Session>,
    pub(crate) confirm_deadline: Duration,
}

impl Target {
    /// Logs in to the instance at `base_url`, `https://acme.service-now.com` for example.
    ///
    /// # Errors
    /// An address that credentials must not be sent to, an instance that cannot be reached, refused credentials.
    pub async fn connect(base_url: &str, login: Login) -> Result<Self, Error> {
        Self::connect_with(ClientConfig::new(base_url), login).await
    }

    /// As [`Target::connect`], with the client's own limits.
    ///
    /// # Errors
    /// As [`Target::connect`].
    pub async fn connect_with(config: ClientConfig, login: Login) -> Result<Self, Error> {
        let doing = "prepare the connection to the instance";
        let client = Client::new(config).map_err(|source| Error::Http { doing: doing.to_owned(), source })?;
        let session = Arc::new(Session::open(client, login).await?);
        Ok(Self { session, confirm_deadline: limits::CONFIRM_DEADLINE })
    }

    /// Sets how long [`Target::outcomes`] waits for one import set; [`limits::CONFIRM_DEADLINE`] otherwise.
    #[must_use]
    pub fn confirm_within(mut self, deadline: Duration) -> Self {
        self.confirm_deadline = deadline;
        self
    }

    /// The instance's host, with its port if it is unusual.
    pub fn host(&self) -> &str {
        self.session.host()
    }

    /// What time the instance had when it last answered, to the second; none before its first answer, and where it does
    /// not say.
    pub fn time(&self) -> Option<Timestamp> {
        self.session.time()
    }

    /// Ends the tokens of this session at the instance: whoever has a copy of them has nothing.
    ///
    /// # Errors
    /// An instance that cannot be reached, or refuses.
    pub async fn revoke(&self) -> Result<(), Error> {
        self.session.revoke().await
    }

    /// Reads; an answer of any status.
    pub(crate) async fn get(&self, request: Request, doing: &str) -> Result<Answer, Error> {
        let request = request.header("accept", "application/json");
        self.session.send(request).await?.map_err(|source| Error::Http { doing: doing.to_owned(), source })
    }
}

/// The answer if it is a success with something other than a page in it.
pub(crate) fn success(answer: Answer, doing: &str) -> Result<Answer, Error> {
    if !answer.is_success() {
        return Err(refusal::refusal(&answer, doing.to_owned()));
    }
    match refusal::page(&answer, doing) {
        Some(page) => Err(page),
        None => Ok(answer),
    }
}

#[cfg(test)]
mod tests;
