//! A device at a time: details, and the applications of a device. Several devices are asked about side by side, and
//! handed on in the order of the list, so that the last one is all that a position needs.

use std::collections::HashSet;
use std::time::Instant;

use futures::stream::{self, StreamExt};

use crate::DataSet;
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::limits;
use crate::read::ahead::{self, Page};
use crate::read::options::Listed;
use crate::read::pager::Position;
use crate::read::piece::{Account, Piece, Read};
use crate::read::reader::Reading;

/// How asking about one device ended.
enum Asked {
    Page {
        id: String,
        page: Page,
        number: u32,
    },
    /// The tenant knows no such device any more.
    Gone(Error),
}

/// What devices are asked for, and which.
pub(crate) struct Asking<'a> {
    pub(crate) data_set: DataSet,
    pub(crate) endpoint: Endpoint,
    /// Every device, in the order in which positions are told.
    pub(crate) listed: &'a [Listed],
    /// Those that are asked, in the same order.
    pub(crate) devices: Vec<&'a Listed>,
    /// Rows expected, when known.
    pub(crate) expected: Option<u64>,
    /// True where earlier rows are to be carried over.
    pub(crate) carries_over: bool,
    /// True where another way had begun the data set.
    pub(crate) anew: bool,
}

/// Asks the devices and returns the data set's account.
pub(crate) async fn read(reading: &Reading<'_>, asking: Asking<'_>) -> Result<Account, Error> {
    let began = Instant::now();
    let tenant = reading.tenant.counted();
    let Asking { data_set, endpoint, carries_over, .. } = asking;
    let position = if asking.anew { None } else { reading.position(data_set)? };
    let done = match position {
        Some(Position::Device(id)) => Some(id),
        Some(other) => return Err(Error::Position(other.text())),
        None => None,
    };
    reading.began(data_set, asking.expected, carries_over).await?;
    let left: Vec<String> = behind(asking.listed, &asking.devices, done.as_deref());
    let count = left.len();
    let mut asked =
        stream::iter(left).map(|id| ask(reading, &tenant, data_set, endpoint, id)).buffered(limits::DEVICES_AT_ONCE);
    let (mut read, mut gone) = (0_u64, Vec::new());
    while let Some(answer) = asked.next().await {
        match answer? {
            Asked::Gone(error) => gone.push(error),
            Asked::Page { id, page, number } => {
                read += 1;
                let position = Position::Device(id).text();
                let Page { name, decoded, .. } = page;
                let requests = tenant.requests();
                let page = Read { data_set, number, is_by_device: true, name, decoded, position, requests };
                reading.out.send(Piece::Page(Box::new(page))).await?;
            }
        }
    }
    // An endpoint that the token may not ask is sometimes refused with 404, once for every device; but where some devices
    // have answered before, these have none.
    let is_known = data_set == DataSet::DeviceDetails && !reading.options.known.devices.is_empty();
    let has_answered = read > 0 || is_known || done.is_some();
    if !has_answered && gone.len() == count && count > 0 {
        return Err(gone.swap_remove(0));
    }
    let notes = match gone.len() {
        0 => Vec::new(),
        count => vec![format!("{count} devices have no answer: they left, or the tenant knows nothing more of them.")],
    };
    let took = began.elapsed();
    Ok(Account { strategy: "device", requests: tenant.requests(), took, complete: true, carries_over, notes })
}

async fn ask(
    reading: &Reading<'_>,
    tenant: &crate::Tenant,
    data_set: DataSet,
    endpoint: Endpoint,
    id: String,
) -> Result<Asked, Error> {
    let query = Vec::new();
    let got = match tenant.get(endpoint, &id, &query).await {
        Err(error @ Error::NotAllowed { status: 404, .. }) => return Ok(Asked::Gone(error)),
        got => got?,
    };
    let number = reading.number();
    let page = ahead::page(tenant, data_set, (endpoint, &id), &query, number, got).await?;
    Ok(Asked::Page { id, page, number })
}

/// The ids of the devices that stand behind one in the list; of all where none is named.
fn behind(listed: &[Listed], devices: &[&Listed], done: Option<&str>) -> Vec<String> {
    let place = done.and_then(|id| listed.iter().position(|device| device.device_id == id));
    let before: HashSet<&str> =
        listed.iter().take(place.map_or(0, |place| place + 1)).map(|device| device.device_id.as_str()).collect();
    let left = devices.iter().filter(|device| !before.contains(device.device_id.as_str()));
    left.map(|device| device.device_id.clone()).collect()
}
