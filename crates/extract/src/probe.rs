//! One question to one endpoint: may the token ask it, and is what comes an answer? Apart from reading, which pages,
//! keeps and tries again: whoever only wants to know the permissions asks once, for one record.

use arrow::array::{Array as _, AsArray as _};

use crate::decode::decode;
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::{DataSet, PageRef, Tenant};

/// The column of the device list by which other endpoints are asked about a device.
const DEVICE_ID: &str = "device_id";

/// What came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Probed {
    /// Rows of the whole list, where the answer's headers say so.
    pub total: Option<u64>,
    /// The id of the device that came, of the list of devices only.
    pub device: Option<String>,
}

impl Tenant {
    /// Asks for one record of a data set, as a reading would: details, and applications where a device is named, of
    /// that device; everything else from its list. One request, and one more where a 401 is to be told apart.
    ///
    /// # Errors
    /// [`Error::is_refusal`] where the token may not ask this, [`Error::Page`] for an answer that is no data.
    pub async fn probe(&self, data_set: DataSet, device: &str) -> Result<Probed, Error> {
        let endpoint = endpoint_of(data_set, device);
        let got = self.get(endpoint, device, &one_record(endpoint)).await?;
        let path = endpoint.path(device);
        let page = decode(data_set, PageRef { name: &path, number: 1 }, &got.body)?;
        let ids = page.batch.column_by_name(DEVICE_ID).filter(|_| data_set == DataSet::Devices);
        let ids = ids.and_then(|ids| ids.as_string_opt::<i32>());
        let device =
            ids.and_then(|ids| (0..ids.len()).find(|&row| ids.is_valid(row)).map(|row| ids.value(row).to_owned()));
        Ok(Probed { total: got.total, device })
    }
}

fn endpoint_of(data_set: DataSet, device: &str) -> Endpoint {
    match data_set {
        DataSet::Devices => Endpoint::Devices,
        DataSet::DeviceDetails => Endpoint::DeviceDetails,
        DataSet::Apps if !device.is_empty() => Endpoint::DeviceApps,
        DataSet::Users => Endpoint::Users,
        DataSet::Blueprints => Endpoint::Blueprints,
        DataSet::Tags => Endpoint::Tags,
        DataSet::AdeDevices => Endpoint::AdeDevices,
        DataSet::AuditEvents => Endpoint::AuditEvents,
        prism => Endpoint::Prism(prism),
    }
}

/// The parameters that ask for as little as an endpoint gives.
fn one_record(endpoint: Endpoint) -> Vec<(&'static str, String)> {
    match endpoint {
        Endpoint::DeviceDetails | Endpoint::DeviceApps | Endpoint::AdeDevices => Vec::new(),
        Endpoint::Users => vec![("sizePerPage", "1".to_owned())],
        _ => vec![("limit", "1".to_owned())],
    }
}
