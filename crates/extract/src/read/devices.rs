//! The list of devices. It has no cursor and no snapshot: devices enrol and leave while it is read, and every row behind
//! them moves. Ordered by device id, each page begins with the last row of the one before; where it does not, devices have
//! left, and the reading steps back until it does. So every device that was listed throughout is read.
//!
//! ```text
//!  page 1  a b c d        page 2 should begin with d:   d e f g      nothing moved
//!                                                       c d e f      somebody enrolled: d is known already
//!                                                       e f g h      somebody left: step back until d, or less, is first
//! ```
//!
//! A tenant that does not keep the order is read several times instead, until a reading brings nothing new.

use std::collections::HashSet;
use std::time::Instant;

use arrow::array::{Array, AsArray, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;

use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::read::ahead::{self, Page, Query};
use crate::read::options::Listed;
use crate::read::pager::Position;
use crate::read::piece::{Account, Piece, Read};
use crate::read::reader::Reading;
use crate::tenant::Tenant;
use crate::{DataSet, limits};

/// The devices that are wanted, and how their list was read.
pub(crate) struct Devices {
    pub(crate) listed: Vec<Listed>,
    pub(crate) account: Account,
}

/// Reads the list, or what is left of it.
pub(crate) async fn read(reading: &Reading<'_>) -> Result<Devices, Error> {
    let began = Instant::now();
    let questions = reading.options.settings.scope.questions();
    let tenant = reading.tenant.counted();
    let from = match (reading.position(DataSet::Devices)?, questions.len()) {
        (Some(Position::Offset { rows: offset, .. }), 1) if reading.options.settings.scope.is_everything() => {
            Some(offset)
        }
        // A list that was not kept whole cannot say where its last row was: it is begun again.
        (Some(_), _) => {
            reading.out.send(Piece::Restarted { data_set: DataSet::Devices }).await?;
            None
        }
        (None, _) => None,
    };
    reading.began(DataSet::Devices, None, false).await?;
    let mut list =
        List { reading, tenant: &tenant, ids: HashSet::new(), listed: Vec::new(), total: None, notes: Vec::new() };
    if from.is_some() {
        list.listed.clone_from(&reading.options.listed);
        list.ids = list.listed.iter().map(|device| device.device_id.clone()).collect();
    }
    let mut complete = true;
    for question in &questions {
        complete &= list.question(question, from.unwrap_or(0)).await?;
    }
    if complete && questions.len() == 1 && reading.options.settings.scope.is_everything() {
        complete = list.agrees_with_counts(&questions[0]).await?;
    }
    let account = Account {
        strategy: "pages",
        requests: tenant.requests(),
        took: began.elapsed(),
        complete,
        carries_over: false,
        notes: list.notes,
    };
    Ok(Devices { listed: list.listed, account })
}

struct List<'a> {
    reading: &'a Reading<'a>,
    tenant: &'a Tenant,
    /// Devices that were met, wanted or not.
    ids: HashSet<String>,
    /// Devices that are wanted, in the order in which they were met.
    listed: Vec<Listed>,
    /// The least that the pages of this reading said of the number of devices: whoever enrolled since is not missing.
    total: Option<u64>,
    notes: Vec<String>,
}

/// What a page is in the order of device ids.
struct Ordered {
    /// The device ids, in the page's order; none for a record that could not be read.
    ids: Vec<String>,
    rises: bool,
}

impl List<'_> {
    /// Reads one question's pages to their end; false where that cannot be said to be all.
    async fn question(&mut self, question: &Query, from: u64) -> Result<bool, Error> {
        let mut offset = from;
        // A reading that is gone on with repeats the last row like any other page: devices may have left meanwhile.
        let mut last = self.ids.iter().filter(|_| from > 0).max().cloned();
        let mut previous = Vec::new();
        let mut steps_back = 0;
        let mut back = limits::DEVICES_OVERLAP_ROWS;
        loop {
            let begin = if last.is_some() { offset.saturating_sub(back) } else { offset };
            let (page, number) = self.page(question, begin).await?;
            let order = ordered(&page.decoded.batch);
            if !order.rises {
                return self.passes(question, "the tenant does not keep the order that was asked for").await;
            }
            let records = page.decoded.records;
            if let Some(last) = &last
                && begin > 0
                && order.ids.first().is_none_or(|first| first > last)
            {
                // Devices left. Those that moved over the border are before this page.
                steps_back += 1;
                if steps_back > limits::DEVICES_STEPS_BACK_MAX {
                    return self.passes(question, "devices leave faster than their list can be read").await;
                }
                back = (back * 4).min(limits::PAGE_ROWS / 2);
                offset = begin;
                continue;
            }
            let is_last = is_last(&page, begin + records);
            // A page of known devices only is no end: as many may have enrolled before it. The same page again is one.
            let is_end = records == 0 || is_last || (!previous.is_empty() && order.ids == previous);
            last = order.ids.last().cloned().max(last);
            previous = order.ids;
            back = limits::DEVICES_OVERLAP_ROWS;
            offset = begin + records;
            self.hand_on(page, number, offset).await?;
            if is_end || self.has_enough() {
                return Ok(true);
            }
        }
    }

    /// Reads the whole list again and again until a reading brings nothing new.
    async fn passes(&mut self, question: &Query, reason: &str) -> Result<bool, Error> {
        self.notes.push(format!("The list of devices was read several times, because {reason}."));
        for _ in 0..limits::DEVICES_PASSES_MAX {
            let known = self.ids.len();
            let mut offset = 0;
            self.total = None;
            loop {
                let (page, number) = self.page(question, offset).await?;
                let records = page.decoded.records;
                if records == 0 {
                    break;
                }
                offset += records;
                let is_last = is_last(&page, offset);
                self.hand_on(page, number, offset).await?;
                if is_last {
                    break;
                }
            }
            if self.ids.len() == known {
                return Ok(true);
            }
        }
        self.notes.push(format!(
            "After {} readings there were still devices that had not been listed before.",
            limits::DEVICES_PASSES_MAX
        ));
        Ok(false)
    }

    /// Compares what was read with what the tenant says of the number of its devices, and reads again what is missing.
    async fn agrees_with_counts(&mut self, question: &Query) -> Result<bool, Error> {
        let is_short = |list: &Self| list.total.filter(|&total| (list.ids.len() as u64) < total);
        if self.total.is_none() {
            return self.agrees_with_licence(question).await;
        }
        if is_short(self).is_none() {
            return Ok(true);
        }
        let settled = self.passes(question, "it was shorter than the tenant says").await?;
        let Some(total) = is_short(self) else { return Ok(settled) };
        let found = self.ids.len() as u64;
        let licensed = self.reading.licensed_devices(self.tenant).await?;
        if licensed == Some(found) {
            self.notes.push(format!(
                "The list says that it has {total} devices; its pages and the licence's count say {found}, which is believed."
            ));
            return Ok(settled);
        }
        self.notes.push(format!("The tenant says that it lists {total} devices, and its pages held {found}."));
        Ok(false)
    }

    /// Where the list does not count itself the licence does. It may count devices that are listed no more, so that it can
    /// only be a reason to look again.
    async fn agrees_with_licence(&mut self, question: &Query) -> Result<bool, Error> {
        let licensed = self.reading.licensed_devices(self.tenant).await?;
        let Some(licensed) = licensed.filter(|&licensed| (self.ids.len() as u64) < licensed) else { return Ok(true) };
        let settled = self.passes(question, "it was shorter than the licence's count").await?;
        let found = self.ids.len() as u64;
        if found < licensed {
            self.notes.push(format!("The licence counts {licensed} devices, and the list held {found} each time."));
        }
        Ok(settled)
    }

    async fn page(&mut self, question: &Query, offset: u64) -> Result<(Page, u32), Error> {
        let mut query = question.clone();
        query.push(("ordering", "device_id".to_owned()));
        query.push(("limit", limits::PAGE_ROWS.to_string()));
        query.push(("offset", offset.to_string()));
        let got = self.tenant.get(Endpoint::Devices, "", &query).await?;
        let number = self.reading.number();
        let page = ahead::page(self.tenant, DataSet::Devices, (Endpoint::Devices, ""), &query, number, got).await?;
        self.total = [page.total, self.total].into_iter().flatten().min();
        Ok((page, number))
    }

    /// Hands on the devices of a page that are new and wanted.
    async fn hand_on(&mut self, mut page: Page, number: u32, offset: u64) -> Result<(), Error> {
        let batch = &page.decoded.batch;
        let wanted = self.reading.options.settings.scope.wanted(batch);
        let devices = listed(batch);
        let mut kept = Vec::with_capacity(batch.num_rows());
        for (row, device) in devices.into_iter().enumerate() {
            let is_kept = self.ids.insert(device.device_id.clone()) && wanted.value(row) && !self.has_enough();
            if is_kept {
                self.listed.push(device);
            }
            kept.push(is_kept);
        }
        page.decoded.batch = filtered(batch, kept);
        let read = Read {
            data_set: DataSet::Devices,
            number,
            is_by_device: false,
            name: page.name,
            decoded: page.decoded,
            position: Position::Offset { rows: offset, total: None }.text(),
            requests: self.tenant.requests(),
        };
        self.reading.out.send(Piece::Page(Box::new(read))).await
    }

    fn has_enough(&self) -> bool {
        self.reading.options.settings.scope.devices_max.is_some_and(|most| self.listed.len() as u64 >= most)
    }
}

/// True for a short page that the tenant says is the last one: whoever enrols behind it each time would be followed for ever
/// else. Neither alone would do: pages may be short in the middle, and totals may lie.
fn is_last(page: &Page, rows: u64) -> bool {
    page.decoded.records < limits::PAGE_ROWS && page.total.is_some_and(|total| rows >= total)
}

/// The rows of a batch that are kept.
pub(crate) fn filtered(batch: &RecordBatch, kept: Vec<bool>) -> RecordBatch {
    if kept.iter().all(|&kept| kept) {
        return batch.clone();
    }
    filter_record_batch(batch, &BooleanArray::from(kept)).expect("the filter is as long as the batch")
}

/// The devices of a batch, in its order.
pub fn listed(batch: &RecordBatch) -> Vec<Listed> {
    let column = |name: &str| batch.column_by_name(name).map(|column| column.as_string::<i32>());
    let (ids, serials, platforms) = (column("device_id"), column("serial_number"), column("platform"));
    let enrolled = column("last_enrollment");
    let text = |column: Option<&arrow::array::StringArray>, row: usize| -> String {
        column.filter(|column| column.is_valid(row)).map(|column| column.value(row).to_owned()).unwrap_or_default()
    };
    let one = |row| Listed {
        device_id: text(ids, row),
        serial_number: text(serials, row),
        platform: text(platforms, row),
        last_enrollment: text(enrolled, row).trim().parse().ok(),
    };
    (0..batch.num_rows()).map(one).collect()
}

fn ordered(batch: &RecordBatch) -> Ordered {
    let ids: Vec<String> = listed(batch).into_iter().map(|device| device.device_id).collect();
    let rises = ids.windows(2).all(|pair| pair[0] < pair[1]);
    Ordered { ids, rises }
}
