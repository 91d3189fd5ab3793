//! Applications where the instance has no Software Asset Management: packages and their instances instead of installs.

use std::collections::BTreeSet;

use pipeline::PipelineSet;
use tests::{Night, Served, State, repository, small_fleet};

#[tokio::test(flavor = "multi_thread")]
async fn applications_become_packages_and_instances_and_a_second_night_sends_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    for entry in std::fs::read_dir(repository().join("pipelines")).expect("the pipelines") {
        let path = entry.expect("an entry").path();
        std::fs::copy(&path, folder.path().join(path.file_name().expect("a name"))).expect("copied");
    }
    let nightly = std::fs::read_to_string(folder.path().join("nightly.toml")).expect("the order of a night");
    let order = "order = [\"devices\", \"applications\"]";
    assert!(nightly.contains(order), "{nightly}");
    let without = nightly.replace(order, "order = [\"devices\", \"applications-without-sam\"]");
    std::fs::write(folder.path().join("nightly.toml"), without).expect("written");
    let pipelines = || PipelineSet::read(folder.path()).expect("they hold").nightly();
    let night = || Night { pipelines: pipelines(), ..Night::default() };

    let (state, served) = (State::new(), Served::with(None, &pipelines()).await);
    let snapshot = state.record_fleet(&small_fleet());
    let report = state.carry(&snapshot, &served, night()).await.expect("a run");
    let applications = &report.tables[1];
    assert_eq!(applications.staging_table, "u_iru_application_install");
    let accounts = &applications.accounts;
    assert!(report.balanced && accounts.staging_rows > 0, "{accounts:?}");
    assert_eq!(accounts.inserted, accounts.staging_rows, "every row made an instance: {accounts:?}");

    let target = served.target().await;
    let packages = target.read("cmdb_ci_spkg", "", &["key"]).await.expect("the packages");
    let keys: BTreeSet<&Vec<String>> = packages.iter().collect();
    assert!(!keys.is_empty() && keys.len() == packages.len(), "a package is there once");
    let instances = target.read("cmdb_software_instance", "", &["software", "installed_on"]).await.expect("them");
    let pairs: BTreeSet<&Vec<String>> = instances.iter().collect();
    assert_eq!((pairs.len(), instances.len() as u64), (instances.len(), accounts.inserted));
    assert!(instances.iter().flatten().all(|reference| !reference.is_empty()), "each has both ends");
    assert!(served.ids("cmdb_sam_sw_install", "").await.is_empty());

    let again = state.carry(&snapshot, &served, night()).await.expect("a run");
    assert!(again.tables.iter().all(|table| table.sent == 0), "{again:?}");
}
