//! Where secrets come from: a file descriptor, the environment, else a person at a terminal, who sees nothing of what
//! is typed. Never arguments: everybody on the machine may read those.
//!
//! What is read goes through buffers that are wiped. The environment's own copy stays where the system keeps it.

use std::fs::File;
use std::io::{IsTerminal, Read, Write};

use anyhow::{Context, Result};
use integration::Credentials;
use integration::limits::SECRET_BYTES_MAX;
use rest::Secret;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use service::Renewed;
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use crate::arguments::SecretArguments;
use crate::commands::TOKEN;
use crate::exit::{Interrupted, Usage};
use crate::output::Output;

/// A secret, as people call it and as a script gives it.
struct Kind {
    what: &'static str,
    variable: &'static str,
    flag: &'static str,
}

const IRU_TOKEN: Kind = Kind { what: "API token of the tenant", variable: TOKEN, flag: "--iru-token-fd" };
const CLIENT_SECRET: Kind =
    Kind { what: "client secret", variable: "SNOWHAUL_CLIENT_SECRET", flag: "--client-secret-fd" };
const SERVICE_PASSWORD: Kind = Kind {
    what: "password of the service account",
    variable: "SNOWHAUL_SERVICE_PASSWORD",
    flag: "--service-password-fd",
};

const NEW_MASTER_KEY: Kind = Kind { what: "new master key", variable: "SNOWHAUL_NEW_MASTER_KEY", flag: "--new-key-fd" };

/// The secrets of an integration that has none yet; the password only where it is needed.
pub(super) async fn all(arguments: &SecretArguments, with_password: bool, output: &Output) -> Result<Credentials> {
    let iru_token = required(&IRU_TOKEN, arguments.iru_token_fd, output).await?;
    let client_secret = required(&CLIENT_SECRET, arguments.client_secret_fd, output).await?;
    let service_password = match with_password {
        true => Some(required(&SERVICE_PASSWORD, arguments.service_password_fd, output).await?),
        false => None,
    };
    Ok(Credentials { iru_token, client_secret, service_password })
}

/// New secrets, at least one. On a terminal an empty line keeps the old one.
pub(super) async fn renewed(arguments: &SecretArguments, with_password: bool, output: &Output) -> Result<Renewed> {
    let iru_token = optional(&IRU_TOKEN, arguments.iru_token_fd, output).await?;
    let client_secret = optional(&CLIENT_SECRET, arguments.client_secret_fd, output).await?;
    let service_password = match with_password {
        true => optional(&SERVICE_PASSWORD, arguments.service_password_fd, output).await?,
        false => None,
    };
    if iru_token.is_none() && client_secret.is_none() && service_password.is_none() {
        let ways = [&IRU_TOKEN, &CLIENT_SECRET, &SERVICE_PASSWORD].map(|kind| kind.variable).join(", ");
        return Err(Usage(format!("no new credential was given: set {ways}, or name a file descriptor")).into());
    }
    Ok(Renewed { iru_token, client_secret, service_password })
}

/// The master key that is to come.
pub(super) async fn new_master_key(descriptor: Option<u32>, output: &Output) -> Result<Secret> {
    required(&NEW_MASTER_KEY, descriptor, output).await
}

/// A person's answer to a question; an error where nobody can be asked.
pub(super) async fn answer(question: &str, instead: &str, output: &Output) -> Result<String> {
    if !is_person(output) {
        return Err(Usage(format!("nobody can be asked here: {instead}")).into());
    }
    Ok(typed(question, false).await?.trim().to_owned())
}

async fn required(kind: &Kind, descriptor: Option<u32>, output: &Output) -> Result<Secret> {
    let secret = optional(kind, descriptor, output).await?;
    let Kind { what, variable, flag } = kind;
    Ok(secret.ok_or_else(|| {
        Usage(format!("the {what} is not given: set {variable}, or name a file descriptor with {flag}"))
    })?)
}

async fn optional(kind: &Kind, descriptor: Option<u32>, output: &Output) -> Result<Option<Secret>> {
    if let Some(number) = descriptor {
        return from_descriptor(kind, number).map(Some);
    }
    if let Some(value) = std::env::var_os(kind.variable) {
        let value = value.into_string().map(Zeroizing::new).map_err(|_| refused(kind, "is no text"))?;
        return judged(kind, &value).map(Some);
    }
    if !is_person(output) {
        return Ok(None);
    }
    let line = typed(kind.what, true).await?;
    if line.is_empty() { Ok(None) } else { judged(kind, &line).map(Some) }
}

/// The descriptor is opened once more by its path: taking it over by its number would need unsafe code.
fn from_descriptor(kind: &Kind, number: u32) -> Result<Secret> {
    let attempt = || format!("could not read the {} from file descriptor {number}", kind.what);
    let file = File::open(format!("/dev/fd/{number}")).with_context(attempt)?;
    // As long as it can become from the start, so that no copy of it is left behind where it grew.
    let mut bytes = Zeroizing::new(Vec::with_capacity(SECRET_BYTES_MAX + 64));
    file.take(SECRET_BYTES_MAX as u64 + 3).read_to_end(&mut bytes).with_context(attempt)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| refused(kind, "is no text"))?;
    judged(kind, without_end(text))
}

fn judged(kind: &Kind, text: &str) -> Result<Secret> {
    match text.len() {
        0 => Err(refused(kind, "is empty").into()),
        1..=SECRET_BYTES_MAX => Ok(Secret::from(text)),
        _ => Err(refused(kind, "is longer than any that is known").into()),
    }
}

fn refused(kind: &Kind, reason: &str) -> Usage {
    Usage(format!("the {} {reason}", kind.what))
}

/// A line without its end: whoever writes a secret with `echo` means what stands before it.
fn without_end(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}

fn is_person(output: &Output) -> bool {
    output.is_terminal() && std::io::stdin().is_terminal()
}

/// A line of the terminal. It is read by a thread of its own, which nobody waits for: so an interrupted command ends at
/// once, and what it holds here puts the terminal back as it was.
async fn typed(question: &str, is_hidden: bool) -> Result<Zeroizing<String>> {
    let attempt = "could not ask on the terminal";
    let mut terminal = File::options().read(true).write(true).open("/dev/tty").context(attempt)?;
    let quiet = is_hidden.then(|| Quiet::begin(&terminal)).transpose().context(attempt)?;
    write!(terminal, "{question}: ").context(attempt)?;
    let reading = terminal.try_clone().context(attempt)?;
    let (sender, line) = oneshot::channel();
    std::thread::spawn(move || drop(sender.send(line_of(reading))));
    let line = line.await.context(attempt)?.context(attempt)?;
    if quiet.is_some() {
        writeln!(terminal).context(attempt)?;
    }
    Ok(line.ok_or(Interrupted)?)
}

/// The line that is read next; none where the terminal was closed. A terminal gives one line at a time, and no more
/// than some 4,000 bytes of it.
fn line_of(mut terminal: impl Read) -> std::io::Result<Option<Zeroizing<String>>> {
    let mut bytes = Zeroizing::new(vec![0; SECRET_BYTES_MAX + 2]);
    let length = terminal.read(&mut bytes)?;
    if length == 0 {
        return Ok(None);
    }
    let text = std::str::from_utf8(&bytes[..length]).map_err(std::io::Error::other)?;
    Ok(Some(Zeroizing::new(without_end(text).to_owned())))
}

/// A terminal that shows nothing of what is typed, until this is dropped.
struct Quiet {
    terminal: File,
    before: Termios,
}

impl Quiet {
    fn begin(terminal: &File) -> std::io::Result<Self> {
        let terminal = terminal.try_clone()?;
        let before = tcgetattr(&terminal)?;
        let mut quiet = before.clone();
        quiet.local_modes.remove(LocalModes::ECHO);
        // What was typed before was shown, so it is thrown away.
        tcsetattr(&terminal, OptionalActions::Flush, &quiet)?;
        Ok(Self { terminal, before })
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        // A terminal that is gone needs nothing put back.
        let _ = tcsetattr(&self.terminal, OptionalActions::Now, &self.before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rest::ExposeSecret;
    use std::os::fd::AsRawFd;

    fn piped(bytes: &[u8]) -> Result<Secret> {
        let (reader, mut writer) = std::io::pipe().expect("a pipe");
        writer.write_all(bytes).expect("it fits into the pipe");
        drop(writer);
        from_descriptor(&CLIENT_SECRET, reader.as_raw_fd().try_into().expect("descriptors are not negative"))
    }

    #[test]
    fn a_descriptor_gives_its_text_without_the_end_of_the_line() {
        for bytes in [&b"planted"[..], b"planted\n", b"planted\r\n"] {
            assert_eq!(piped(bytes).expect("a secret").expose_secret(), "planted");
        }
        assert_eq!(piped(b"two\nlines\n").expect("a secret").expose_secret(), "two\nlines");
    }

    #[test]
    fn what_is_no_secret_is_refused_by_its_name_and_not_repeated() {
        for (bytes, reason) in [(&b""[..], "is empty"), (b"\n", "is empty"), (b"planted\xff", "is no text")] {
            let error = piped(bytes).expect_err("refused").to_string();
            assert_eq!(error, format!("the client secret {reason}"));
        }
        let endless = "planted".repeat(2_000);
        let error = piped(endless.as_bytes()).expect_err("refused").to_string();
        assert!(error.ends_with("longer than any that is known") && !error.contains("planted"), "{error}");
    }

    #[test]
    fn a_closed_terminal_gives_no_line() {
        assert!(line_of(&b""[..]).expect("read").is_none());
        assert_eq!(*line_of(&b"typed\n"[..]).expect("read").expect("a line"), "typed");
    }
}
