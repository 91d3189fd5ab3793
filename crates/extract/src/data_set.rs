//! The data sets, their names and their schemas.

use std::sync::{Arc, LazyLock};

use arrow::datatypes::{DataType, Field as Column, Schema, SchemaRef};

use crate::declared;
use crate::field::{Field, columns};

/// One kind of record that the service gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DataSet {
    /// `GET /devices`: one row a device.
    Devices,
    /// `GET /devices/{id}/details`: one row a device, in groups that depend on its platform.
    DeviceDetails,
    /// `GET /prism/device_information`: one row a device.
    DeviceInformation,
    /// `GET /prism/apps` and `GET /devices/{id}/apps`: one row an installed application, in either form.
    Apps,
    /// `GET /users`: one row a person.
    Users,
    /// `GET /blueprints`.
    Blueprints,
    /// `GET /tags`.
    Tags,
}

impl DataSet {
    /// Every data set, in the order in which they are read.
    pub const ALL: [Self; 7] = [
        Self::Devices,
        Self::DeviceDetails,
        Self::DeviceInformation,
        Self::Apps,
        Self::Users,
        Self::Blueprints,
        Self::Tags,
    ];

    /// The lineage column that holds the page's number.
    pub const PAGE_COLUMN: &'static str = "_page";

    /// The lineage column that holds the record's place in its page, from 0.
    pub const RECORD_COLUMN: &'static str = "_record";

    /// The name, in snake case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Devices => "devices",
            Self::DeviceDetails => "device_details",
            Self::DeviceInformation => "device_information",
            Self::Apps => "apps",
            Self::Users => "users",
            Self::Blueprints => "blueprints",
            Self::Tags => "tags",
        }
    }

    /// The data set of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|data_set| data_set.name() == name)
    }

    /// The declared fields of its records.
    pub fn fields(self) -> &'static [Field] {
        match self {
            Self::Devices => declared::DEVICES,
            Self::DeviceDetails => declared::DEVICE_DETAILS,
            Self::DeviceInformation => declared::DEVICE_INFORMATION,
            Self::Apps => declared::APPS,
            Self::Users => declared::USERS,
            Self::Blueprints => declared::BLUEPRINTS,
            Self::Tags => declared::TAGS,
        }
    }

    /// The schema of its batches: the declared fields, then `_page` and `_record`, which say where a row was read.
    pub fn schema(self) -> SchemaRef {
        static SCHEMAS: LazyLock<[SchemaRef; 7]> = LazyLock::new(|| DataSet::ALL.map(DataSet::build_schema));
        Arc::clone(&SCHEMAS[self as usize])
    }

    fn build_schema(self) -> SchemaRef {
        let mut all = columns(self.fields());
        all.push(Column::new(Self::PAGE_COLUMN, DataType::UInt32, false));
        all.push(Column::new(Self::RECORD_COLUMN, DataType::UInt32, false));
        Arc::new(Schema::new(all))
    }
}

impl std::fmt::Display for DataSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::DECLARED_FIELDS_MAX;

    #[test]
    fn a_data_set_is_found_by_its_name_and_its_schema_is_its_own() {
        for data_set in DataSet::ALL {
            assert_eq!(DataSet::parse(data_set.name()), Some(data_set));
            assert_eq!(data_set.schema().field(0).name(), data_set.fields()[0].name);
            assert_eq!(data_set.schema().fields().len(), data_set.fields().len() + 2);
        }
        assert_eq!(DataSet::parse("Devices"), None);
    }

    #[test]
    fn no_declared_name_stands_twice_and_none_is_beyond_the_mask() {
        for data_set in DataSet::ALL {
            let mut names: Vec<_> = data_set.fields().iter().map(|field| field.name).collect();
            assert!(names.len() < DECLARED_FIELDS_MAX, "{data_set}");
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), data_set.fields().len(), "{data_set}");
        }
    }
}
