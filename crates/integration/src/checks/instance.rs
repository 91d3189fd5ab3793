//! The checks of an instance, in their order. Apart from the checks themselves, so that which stands behind which is
//! read in one place.

use load::Login;

use super::expected::Expected;
use super::finding::{Finding, Findings};
use super::{Area, Check, access, clock, login, maps, records, settings, staging};

const CLOCK: &str = "instance clock";

/// Logs in to an instance, looks at what is expected of it and tells each finding as it is made. Some fifteen
/// requests, and eight for each staging table; the password, where one is used, is tried at most twice.
pub async fn instance(
    base_url: &str,
    login: Login,
    expected: &Expected,
    each: &mut (dyn FnMut(&Check) + Send),
) -> Vec<Check> {
    let mut said = Findings::of(Area::Instance, each);
    match login::log_in(&mut said, base_url, login).await {
        Some(target) => look(&mut said, &target, expected).await,
        None => skip(&mut said).await,
    }
    said.all()
}

async fn look(said: &mut Findings<'_>, target: &load::Target, expected: &Expected) {
    login::heard(said, target).await;
    let scope = &[login::SCOPE];
    said.check(staging::TABLES, scope, staging::tables(target, expected)).await;
    let known = &[login::SCOPE, staging::TABLES];
    said.check(access::LOADER, known, access::loader(target, expected)).await;
    let seen = &[login::SCOPE, staging::TABLES, access::LOADER];
    let mut read = Vec::new();
    said.check(staging::COLUMNS, seen, staging::columns(target, expected, &mut read)).await;
    said.check(staging::KEYS, &[login::SCOPE, staging::COLUMNS], staging::keys(target, expected, &read)).await;
    said.check(access::TRANSFORMER, seen, access::transformer(target)).await;
    said.check(maps::MAPS, seen, maps::maps(target, expected)).await;
    said.check(maps::CHOICES, seen, maps::choices(target, expected)).await;
    said.check(records::TARGETS, seen, records::targets(target, expected)).await;
    said.check(records::SOFTWARE, scope, records::software(target, expected)).await;
    said.check(records::REFERENCES, seen, records::references(target, expected)).await;
    said.check(settings::OPTIMIZE, seen, settings::optimize(target)).await;
    said.check(access::RIGHTS, scope, access::rights(target)).await;
    said.check(CLOCK, scope, async {
        match target.time() {
            Some(theirs) => clock::compared(theirs, expected.clock.now(), "the instance's"),
            None => Finding::skipped("not looked at, because the instance's answers have no date"),
        }
    })
    .await;
}

/// Everything behind a login that failed, so that a list of checks has the same names whatever is wrong.
async fn skip(said: &mut Findings<'_>) {
    const BEHIND: [&str; 15] = [
        login::ACCEPTED,
        login::SCOPE,
        staging::TABLES,
        access::LOADER,
        staging::COLUMNS,
        staging::KEYS,
        access::TRANSFORMER,
        maps::MAPS,
        maps::CHOICES,
        records::TARGETS,
        records::SOFTWARE,
        records::REFERENCES,
        settings::OPTIMIZE,
        access::RIGHTS,
        CLOCK,
    ];
    for name in BEHIND {
        said.skip_behind(name, login::TOKEN);
    }
}
