//! Pages of Prism, by cursor: the first call has an empty one, each answer brings the next, and the answer without one is the last.
//! The cursor is opaque to clients; here, as in the published samples, it is the last row's device and a number.

use super::page::{Endpoint, Page};
use super::{PAGE_ROWS_MAX, in_address};
use crate::device::Device;
use crate::fleet::Fleet;
use crate::install::Install;
use crate::wire::{ApplicationRow, InformationRow, Null, Owner, PrismRow};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;

/// Space for a body on top of the one before it.
const SPARE_BYTES: usize = 16 * 1_024;

#[derive(Serialize)]
struct Envelope<'a, R> {
    offset: Null,
    limit: usize,
    total: u64,
    data: &'a [R],
    cursor: Option<&'a str>,
}

/// Prism's device information, a row a device.
pub(crate) fn information_pages(fleet: &Fleet) -> impl Iterator<Item = Page> + '_ {
    let rows = fleet.in_prism().map(move |device| InformationRow::of(fleet, device));
    Pages::new(Endpoint::PrismDeviceInformation, fleet.in_prism().count() as u64, rows)
}

/// Prism's applications, the rows of a device one after the other.
pub(crate) fn app_pages(fleet: &Fleet) -> impl Iterator<Item = Page> + '_ {
    let total = fleet.in_prism().map(|device| u64::from(device.apps.rows)).sum();
    Pages::new(Endpoint::PrismApps, total, AppRows::new(fleet, fleet.in_prism()))
}

/// Cuts rows into pages.
struct Pages<R: Iterator> {
    endpoint: Endpoint,
    total: u64,
    rows: R,
    held: Vec<R::Item>,
    told: u64,
    number: usize,
    /// The cursor that asks for the next page; none after the last.
    cursor: Option<String>,
    body_bytes: usize,
}

impl<R: Iterator> Pages<R> {
    fn new(endpoint: Endpoint, total: u64, rows: R) -> Self {
        let held = Vec::with_capacity(PAGE_ROWS_MAX);
        Self { endpoint, total, rows, held, told: 0, number: 0, cursor: Some(String::new()), body_bytes: SPARE_BYTES }
    }
}

impl<R: Iterator<Item: PrismRow>> Iterator for Pages<R> {
    type Item = Page;

    fn next(&mut self) -> Option<Page> {
        let own_cursor = self.cursor.take()?;
        self.held.clear();
        self.held.extend(self.rows.by_ref().take(PAGE_ROWS_MAX));
        self.told += self.held.len() as u64;
        self.number += 1;
        if let Some(last) = self.held.last()
            && self.told < self.total
        {
            self.cursor = Some(BASE64_STANDARD.encode(format!("{}|{}", last.device_id(), self.told)));
        }
        let envelope = Envelope {
            offset: Null,
            limit: PAGE_ROWS_MAX,
            total: self.total,
            data: &self.held,
            cursor: self.cursor.as_deref(),
        };
        let path =
            format!("/api/v1/prism/{}?limit={PAGE_ROWS_MAX}&cursor={}", self.endpoint.name(), in_address(&own_cursor));
        let page = Page::sized(self.endpoint, self.number, path, &envelope, self.body_bytes);
        self.body_bytes = page.body.len() + SPARE_BYTES;
        Some(page)
    }
}

/// The application rows of devices, made device by device.
struct AppRows<'a, D> {
    fleet: &'a Fleet,
    devices: D,
    current: Option<(&'a Device, Owner<'a>)>,
    installs: Vec<Install>,
    told: usize,
}

impl<'a, D: Iterator<Item = &'a Device>> AppRows<'a, D> {
    fn new(fleet: &'a Fleet, devices: D) -> Self {
        Self { fleet, devices, current: None, installs: Vec::new(), told: 0 }
    }
}

impl<'a, D: Iterator<Item = &'a Device>> Iterator for AppRows<'a, D> {
    type Item = ApplicationRow<'a>;

    fn next(&mut self) -> Option<ApplicationRow<'a>> {
        while self.told == self.installs.len() {
            let device = self.devices.next()?;
            self.fleet.installs_of(device, &mut self.installs);
            self.current = Some((device, Owner::of(self.fleet, device)));
            self.told = 0;
        }
        let (device, owner) = self.current.as_ref()?;
        let row = ApplicationRow::of(self.fleet, device, owner, self.installs[self.told]);
        self.told += 1;
        Some(row)
    }
}
