//! The way in: address, sleep, credentials, scope. Apart because an instance says the same few words to all of them,
//! and what a person clicks differs most here.

use load::{Error, Grant, Login, Target};
use rest::ClientConfig;

use super::access::unclear;
use super::finding::{Finding, Findings, told};

const REACHABLE: &str = "instance reachable";
const AWAKE: &str = "instance awake";
pub(super) const TOKEN: &str = "token granted";
const GRANT: &str = "grant";
pub(super) const ACCEPTED: &str = "API takes the token";
pub(super) const SCOPE: &str = "scope restriction";

/// Attempts for one request: a person waits for the answer, and may ask again.
const ATTEMPTS_MAX: u32 = 2;

/// The property in which an instance keeps its own identity: the smallest thing to ask it for.
pub(super) const IDENTITY: &str = "instance_id";

const PASSWORD_REMEDY: &str = "in ServiceNow, open System OAuth > Application Registry > the record of this client: \
    compare Client ID and Client Secret, and see that it is active; open User Administration > Users > the service \
    account: Active must be ticked, Locked out and Password needs reset must not, and where Web service access only is \
    ticked, try without it; set the password anew if in doubt. All of them are refused in the same words: the cause \
    stands in System Logs > All, where the message contains \"Exception on token flow\"";

const CLIENT_REMEDY: &str = "in ServiceNow, open System OAuth > Application Registry > the record of this client: \
    compare Client ID and Client Secret, see that it is active and that OAuth Application User names a service account \
    that is active and not locked out; open sys_properties.list and set \
    `glide.oauth.inbound.client.credential.grant_type.enabled` to true. All of them are refused in the same words: the \
    cause stands in System Logs > All, where the message contains \"Exception on token flow\"";

/// Logs in; none where that failed.
pub(super) async fn log_in(said: &mut Findings<'_>, base_url: &str, login: Login) -> Option<Target> {
    let is_password = matches!(login.grant, Grant::Password { .. });
    let config = ClientConfig { attempts_max: ATTEMPTS_MAX, ..ClientConfig::new(base_url) };
    let connected = Target::connect_with(config, login).await;
    let error = connected.as_ref().err();
    said.note(REACHABLE, reachable(&connected));
    said.check(AWAKE, &[REACHABLE], async { awake(error) }).await;
    said.check(TOKEN, &[REACHABLE, AWAKE], async { granted(error, is_password) }).await;
    said.note(GRANT, grant(is_password));
    connected.ok()
}

/// Asks for the first time with the token, by both of the interfaces that are read.
pub(super) async fn heard(said: &mut Findings<'_>, target: &Target) {
    let table = target.property(IDENTITY).await.map(|_| ());
    let counted = match &table {
        Ok(()) | Err(Error::Forbidden { .. }) => target.count("sys_properties", "name=instance_id").await.map(|_| ()),
        Err(_) => Ok(()),
    };
    let asked = [table, counted];
    let errors: Vec<&Error> = asked.iter().filter_map(|asked| asked.as_ref().err()).collect();
    said.note(ACCEPTED, accepted(&errors));
    said.check(SCOPE, &[ACCEPTED], async { scope(&errors) }).await;
}

fn reachable(connected: &Result<Target, Error>) -> Finding {
    let (error, source) = match connected {
        Ok(target) => return Finding::passed(format!("{} answers", target.host())),
        Err(error @ Error::Http { source, .. }) => (error, source),
        Err(_) => return Finding::passed("the instance answers"),
    };
    let remedy = if source.is_network() {
        "check the prefix: it is what stands before `.service-now.com` in the browser's address; and that this \
         machine's firewall, DNS and proxy let HTTPS through to it"
    } else if source.wait().is_some() {
        "the instance asks for a pause: wait as long as it says, or let an administrator look at its rate limit rules \
         (sys_rate_limit_rules.list)"
    } else {
        "check the instance's address and what stands between this machine and it"
    };
    Finding::failed(told(error), remedy)
}

fn awake(error: Option<&Error>) -> Finding {
    match error {
        Some(error @ (Error::Hibernating { .. } | Error::Page { .. } | Error::Busy { .. })) => asleep(error),
        _ => Finding::passed("it answers as an API, and not with a page for people"),
    }
}

/// What is to be done about an instance that does not work at the moment.
fn asleep(error: &Error) -> Finding {
    let remedy = match error {
        Error::Hibernating { .. } => {
            "wake the instance: sign in at developer.servicenow.com, open the account's menu and choose Wake instance, \
             or open the instance in a browser; it takes some minutes"
        }
        Error::Page { .. } => {
            "open the address in a browser and see what page it is: in an upgrade or maintenance wait; for a sign-on \
             page exempt `/oauth_token.do` and `/api/now` from it; for a proxy's page let HTTPS to this host pass"
        }
        _ => {
            "the instance is busy: try again later, or let an administrator look at its rate limit rules for this user \
             (sys_rate_limit_rules.list)"
        }
    };
    Finding::failed(told(error), remedy)
}

fn granted(error: Option<&Error>, is_password: bool) -> Finding {
    match error {
        None => Finding::passed("the token endpoint gave a token"),
        Some(error @ Error::LoginRefused { .. }) => {
            Finding::failed(told(error), if is_password { PASSWORD_REMEDY } else { CLIENT_REMEDY })
        }
        Some(error) => Finding::failed(
            told(error),
            "see in sys_properties.list that `com.snc.platform.security.oauth.is.active` is true, and that the address \
             is the instance's own",
        ),
    }
}

fn grant(is_password: bool) -> Finding {
    if !is_password {
        return Finding::passed("client credentials: nobody's password is involved");
    }
    Finding::warning(
        "the service account's password is used, which OWASP's ASVS (V10.4.4) advises against",
        "prefer client credentials, where the instance has them (Washington DC and later): set \
         `glide.oauth.inbound.client.credential.grant_type.enabled` to true, fill OAuth Application User on the \
         client's record in System OAuth > Application Registry, and connect with `--grant client-credentials`",
    )
}

/// What stands against using the token at all.
fn accepted(errors: &[&Error]) -> Finding {
    let unheard = errors.iter().find(|error| {
        !matches!(error, Error::Forbidden { .. } | Error::ScopeRestricted { .. } | Error::CountDisagrees { .. })
    });
    match unheard {
        None => Finding::passed("the interfaces take the token"),
        Some(error @ (Error::Hibernating { .. } | Error::Page { .. } | Error::Busy { .. })) => asleep(error),
        Some(error) if error.is_credentials() => Finding::failed(
            told(*error),
            "see that the client's record in System OAuth > Application Registry and the service account in User \
             Administration > Users are active, that the account is not locked out, and that no proxy removes the \
             Authorization header",
        ),
        Some(error) => unclear(error),
    }
}

fn scope(errors: &[&Error]) -> Finding {
    match errors.iter().find(|error| matches!(error, Error::ScopeRestricted { .. })) {
        None => Finding::passed(
            "the Table and Aggregate APIs are reached; the Import Set API, which is only written to, is seen at the \
             first row of a run",
        ),
        Some(error) => Finding::failed(
            told(*error),
            "in ServiceNow, open System OAuth > Application Registry > the record of this client and set Scope \
             Restriction to Broadly scoped (KB2731346), or link the auth scopes of the Table, Aggregate and Import Set \
             APIs to it",
        ),
    }
}
