//! A session: the client and the token that all requests share. Apart because it must hold that 64 requests which
//! find the token due lead to one renewal, and that a request whose token was refused is repeated once and no more.
//!
//! The token stands behind one asynchronous lock which is held across its renewal: whoever comes meanwhile waits for
//! that one and finds its result. The requests themselves are sent without the lock.

use std::sync::{Mutex as Lock, PoisonError};
use std::time::Instant;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use rest::{Answer, Client, ExposeSecret as _, Request, Secret};
use tokio::sync::Mutex;

use crate::issuer::Issuer;
use crate::token::Token;
use crate::{Error, Login};

#[derive(Debug)]
pub(crate) struct Session {
    client: Client,
    state: Mutex<State>,
    /// The instance's time, as its newest answer told it.
    told: Lock<Option<Timestamp>>,
}

#[derive(Debug)]
struct State {
    issuer: Issuer,
    token: Token,
    /// Counts tokens, so that of many requests refused with one token only the first asks for another.
    generation: u64,
}

/// A token as one request carries it.
struct Bearer {
    access: Secret,
    generation: u64,
}

impl Session {
    /// Logs in.
    pub(crate) async fn open(client: Client, login: Login) -> Result<Self, Error> {
        let mut issuer = Issuer::new(client.clone(), login);
        let token = issuer.log_in().await?;
        Ok(Self { client, state: Mutex::new(State { issuer, token, generation: 0 }), told: Lock::default() })
    }

    pub(crate) fn host(&self) -> &str {
        self.client.host()
    }

    /// What time the instance had when it last answered, to the second; none before, and where it does not say.
    pub(crate) fn time(&self) -> Option<Timestamp> {
        *self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a request with the token, once more with a new one if the first is refused. The outer error is the
    /// login's: the request was not accepted. The inner one is the way's, which the caller judges by what was sent.
    pub(crate) async fn send(&self, request: Request) -> Result<Result<Answer, rest::Error>, Error> {
        let sent = self.send_as_bearer(request).await?;
        if let Ok(answer) = &sent {
            let told = answer.header("date").and_then(|date| DateTimeParser::new().parse_timestamp(date).ok());
            *self.told.lock().unwrap_or_else(PoisonError::into_inner) = told;
        }
        Ok(sent)
    }

    /// Ends this session's tokens at the instance, the one that renews first.
    pub(crate) async fn revoke(&self) -> Result<(), Error> {
        let state = self.state.lock().await;
        let doing = || "revoke the tokens".to_owned();
        let mut failure = None;
        for token in state.token.refresh.iter().chain([&state.token.access]) {
            // In the body: an address is written to logs.
            let request = Request::form("/oauth_revoke_token.do", &[("token", token.expose_secret())]);
            // That one cannot be revoked keeps the other from nothing.
            match self.client.send(request).await {
                Ok(answer) if answer.is_success() => {}
                Ok(answer) => failure = Some(crate::refusal::refusal(&answer, doing())),
                Err(source) => failure = Some(Error::Http { doing: doing(), source }),
            }
        }
        failure.map_or(Ok(()), Err)
    }

    async fn send_as_bearer(&self, request: Request) -> Result<Result<Answer, rest::Error>, Error> {
        let bearer = self.bearer().await?;
        match self.client.send(request.clone().bearer(bearer.access)).await {
            // A 401 comes before any work is done, so even a write may follow it.
            Ok(answer) if answer.status == 401 => {
                let bearer = self.replacement(bearer.generation).await?;
                Ok(self.client.send(request.bearer(bearer.access)).await)
            }
            result => Ok(result),
        }
    }

    /// The token, renewed first if that is due.
    async fn bearer(&self) -> Result<Bearer, Error> {
        let mut state = self.state.lock().await;
        let now = Instant::now();
        if state.token.is_due(now)
            && let Err(error) = state.renew().await
        {
            if state.token.is_over(now) {
                return Err(error);
            }
            // A fifth of its life is left for the instance to recover in.
            state.token.postpone(now);
            tracing::warn!(host = self.host(), %error, "the token could not be renewed yet and is used on");
        }
        Ok(state.bearer())
    }

    /// The token that follows one which was refused: a new one, or the one that another request has fetched
    /// meanwhile.
    async fn replacement(&self, refused: u64) -> Result<Bearer, Error> {
        let mut state = self.state.lock().await;
        if state.generation == refused {
            tracing::debug!(host = self.host(), "the token was refused and is replaced");
            state.renew().await?;
        }
        Ok(state.bearer())
    }
}

impl State {
    async fn renew(&mut self) -> Result<(), Error> {
        self.token = self.issuer.renew(&self.token).await?;
        self.generation += 1;
        Ok(())
    }

    fn bearer(&self) -> Bearer {
        Bearer { access: self.token.access.clone(), generation: self.generation }
    }
}
