//! What both ends should have for some pipelines, told to the checks, which know no pipelines.

use std::collections::BTreeSet;

use extract::DataSet;
use flow::Clock;
use integration::checks::{Choice, Expected, Keys, Map, NeededDataSet, Reference, StagingColumn, StagingTable};
use pipeline::{Pipeline, PipelineSet};

use crate::error::Error;

/// How the tables of Software Asset Management begin: they come with a licence.
const SOFTWARE: [&str; 2] = ["cmdb_sam_", "samp_"];

/// What these pipelines of a set expect.
///
/// # Errors
/// A pipeline names a data set that there is not.
pub fn expected(set: &PipelineSet, pipelines: &[Pipeline]) -> Result<Expected, Error> {
    let targets: BTreeSet<&str> = pipelines.iter().flat_map(Pipeline::targets).collect();
    let software = targets.into_iter().filter(|table| SOFTWARE.iter().any(|begin| table.starts_with(begin)));
    Ok(Expected {
        data_sets: data_sets(set, pipelines)?,
        staging: pipelines.iter().map(staging_table).collect(),
        maps: pipelines.iter().flat_map(maps).collect(),
        choices: unique(pipelines, Pipeline::choices)
            .map(|(table, element, value)| Choice { table, element, value })
            .collect(),
        references: unique(pipelines, Pipeline::references).map(|(table, field)| Reference { table, field }).collect(),
        software_tables: software.map(str::to_owned).collect(),
        clock: Clock::default(),
    })
}

/// What the pipelines read, and what is read beside them.
fn data_sets(set: &PipelineSet, pipelines: &[Pipeline]) -> Result<Vec<NeededDataSet>, Error> {
    let mut wanted = pipeline::data_sets_of(pipelines)?;
    wanted.insert(DataSet::Devices);
    wanted.extend(set.read_beside());
    let drives = |data_set: DataSet| pipelines.iter().any(|pipeline| pipeline.mapping().driver == data_set.name());
    Ok(wanted.into_iter().map(|data_set| NeededDataSet { data_set, drives: drives(data_set) }).collect())
}

fn staging_table(pipeline: &Pipeline) -> StagingTable {
    let column = |own: &pipeline::StagingColumn| StagingColumn {
        name: own.name.clone(),
        label: own.label.clone(),
        length: own.length,
    };
    StagingTable {
        name: pipeline.staging_table().to_owned(),
        keys: if pipeline.keys_are_names() { Keys::Names } else { Keys::Labels },
        columns: pipeline.staging_columns().iter().map(column).collect(),
    }
}

fn maps(pipeline: &Pipeline) -> impl Iterator<Item = Map> {
    let staging_table = pipeline.staging_table().to_owned();
    pipeline.map_names().into_iter().map(move |(name, target_table)| Map {
        name,
        staging_table: staging_table.clone(),
        target_table,
    })
}

/// What several pipelines need, once.
fn unique<T: Ord>(pipelines: &[Pipeline], of: fn(&Pipeline) -> Vec<T>) -> impl Iterator<Item = T> {
    pipelines.iter().flat_map(of).collect::<BTreeSet<T>>().into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connected::carried;

    fn of(sends_apps: bool) -> Expected {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../pipelines");
        let set = PipelineSet::read(folder.as_ref()).expect("the program's own declarations hold");
        expected(&set, &carried(&set, sends_apps)).expect("they compile")
    }

    #[test]
    fn the_built_in_pipelines_expect_what_their_declarations_say() {
        let all = of(true);
        let users = Reference { table: "sys_user".to_owned(), field: "email".to_owned() };
        assert_eq!(all.references, [users], "records that rows bring along are not expected");
        let choice = |table: &str| Choice {
            table: table.to_owned(),
            element: "discovery_source".to_owned(),
            value: "Kandji".to_owned(),
        };
        assert_eq!(all.choices, [choice("cmdb_ci"), choice("cmdb_sam_sw_install")]);
        assert_eq!(all.software_tables, ["cmdb_sam_sw_install"]);
        assert_eq!((all.staging.len(), all.maps.len()), (2, 3));
        let drives: Vec<DataSet> =
            all.data_sets.iter().filter(|needed| needed.drives).map(|needed| needed.data_set).collect();
        assert_eq!(drives, [DataSet::Devices, DataSet::Apps]);
        assert!(all.data_sets.iter().any(|needed| needed.data_set == DataSet::AuditEvents));
    }

    #[test]
    fn without_applications_nothing_of_them_is_expected() {
        let devices = of(false);
        assert!(devices.software_tables.is_empty());
        assert_eq!(devices.staging.iter().map(|table| table.name.as_str()).collect::<Vec<_>>(), ["u_iru_device"]);
        assert!(devices.data_sets.iter().all(|needed| needed.data_set != DataSet::Apps));
    }
}
