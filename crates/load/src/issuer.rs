//! The token endpoint: first tokens and renewed ones. Apart from the session, which shares a token among requests,
//! because here it is held that a password is tried at most twice a run.

use std::time::Instant;

use rest::{Client, Request, Secret};

use crate::login::REFRESH;
use crate::token::Token;
use crate::{Error, Login, limits, refusal};

#[derive(Debug)]
pub(crate) struct Issuer {
    client: Client,
    login: Login,
    password_logins: u32,
}

impl Issuer {
    pub(crate) fn new(client: Client, login: Login) -> Self {
        Self { client, login, password_logins: 0 }
    }

    /// Asks for a first token.
    pub(crate) async fn log_in(&mut self) -> Result<Token, Error> {
        if self.login.is_password() {
            if self.password_logins >= limits::PASSWORD_LOGINS_MAX {
                return Err(Error::PasswordLoginsSpent { tried: self.password_logins });
            }
            // Counted before it leaves: a login whose answer is lost may have failed.
            self.password_logins += 1;
        }
        self.fetch(self.login.request(), self.login.grant_type()).await
    }

    /// Asks for the token that follows `old`; with its refresh token if it has one, because that costs no password
    /// login.
    pub(crate) async fn renew(&mut self, old: &Token) -> Result<Token, Error> {
        let Some(refresh) = &old.refresh else { return self.log_in().await };
        match self.refresh(refresh).await {
            Err(error @ Error::LoginRefused { .. }) => {
                tracing::debug!(host = self.client.host(), %error, "the refresh token was refused");
                self.log_in().await
            }
            result => result,
        }
    }

    async fn refresh(&self, refresh: &Secret) -> Result<Token, Error> {
        let mut token = self.fetch(self.login.refresh(refresh), REFRESH).await?;
        // The answer need not repeat the refresh token; then the one at hand stays good.
        token.refresh.get_or_insert_with(|| refresh.clone());
        Ok(token)
    }

    async fn fetch(&self, request: Request, grant: &'static str) -> Result<Token, Error> {
        let doing = || format!("log in to {} with the {grant} grant", self.client.host());
        let asked_at = Instant::now();
        let answer = self.client.send(request).await.map_err(|source| Error::Http { doing: doing(), source })?;
        if let Some(page) = refusal::page(&answer, &doing()) {
            return Err(page);
        }
        match answer.status {
            200..=299 => Token::parse(&answer.body, asked_at)
                .map_err(|source| Error::Garbled { doing: doing(), source })?
                .ok_or_else(|| Error::Unexpected { doing: doing(), reason: "the answer has no token".to_owned() }),
            // The instance answers 401 to nearly every cause; RFC 6749 has 400 for some of them.
            400 | 401 => Err(Error::LoginRefused { grant, status: answer.status, said: refusal::said(&answer) }),
            _ => Err(refusal::refusal(&answer, doing())),
        }
    }
}
