//! Which rows a query asks for. Their numbers are held, four bytes for a row that a filter kept and nothing where all are wanted.

use super::{Filter, RowSink, Sort, tell};
use crate::category::Category;
use crate::device::Device;
use crate::fleet::Fleet;
use crate::inventory;
use crate::limits::SORTED_ROWS_MAX;
use crate::wire::{Owner, PrismRow};
use std::ops::Range;

/// What a query asks for.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) category: Category,
    /// Blueprints by id; empty for all.
    pub(crate) blueprint_ids: Vec<String>,
    /// Families as Prism calls them; empty for all.
    pub(crate) device_families: Vec<String>,
    pub(crate) filter: Filter,
    pub(crate) sort: Option<Sort>,
}

impl Wanted {
    /// Everything in a category.
    pub(crate) fn all(category: Category) -> Self {
        Self { category, blueprint_ids: Vec::new(), device_families: Vec::new(), filter: Filter::default(), sort: None }
    }

    fn has(&self, fleet: &Fleet, device: &Device) -> bool {
        let is_among = |wanted: &[String], told: &str| wanted.is_empty() || wanted.iter().any(|one| one == told);
        device.presence.in_prism
            && is_among(&self.device_families, device.platform().prism_name())
            && is_among(&self.blueprint_ids, &fleet.blueprint_of(device).id)
            && self.filter.may_keep(&Owner::of(fleet, device))
    }
}

/// A query would have to hold more keys to sort by than is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooManyRows;

/// The rows of a query, in order.
#[derive(Debug)]
pub(crate) struct Selection {
    category: Category,
    /// Positions of the devices that have rows in it.
    devices: Vec<u32>,
    /// Rows up to and with each of them.
    ends: Vec<u64>,
    chosen: Chosen,
}

#[derive(Debug)]
enum Chosen {
    /// Every row of each device.
    All,
    /// The numbers of the kept rows of each device.
    Kept(Vec<Box<[u32]>>),
    /// Position of the device and number of the row, in the order asked for.
    Sorted(Vec<(u32, u32)>),
}

impl Selection {
    /// Everything in a category.
    pub(crate) fn all(fleet: &Fleet, category: Category) -> Self {
        Self::whole(
            fleet,
            category,
            (0..fleet.devices().len() as u32).filter(|position| fleet.devices()[*position as usize].presence.in_prism),
        )
    }

    /// What a query asks for. A filter on fields of rows reads all rows once, a sort by such a field as well.
    pub(crate) fn of(fleet: &Fleet, wanted: &Wanted) -> Result<Self, TooManyRows> {
        let device = |position: &u32| &fleet.devices()[*position as usize];
        let mut positions: Vec<u32> =
            (0..fleet.devices().len() as u32).filter(|position| wanted.has(fleet, device(position))).collect();
        let by_row = match &wanted.sort {
            Some(sort) if sort.is_by_device() => {
                sort.devices(&mut positions, |position| Owner::of(fleet, device(&position)));
                None
            }
            sort => sort.as_ref(),
        };
        let selection = if wanted.filter.is_empty() {
            Self::whole(fleet, wanted.category, positions.into_iter())
        } else {
            Self::kept(fleet, wanted, &positions)
        };
        match by_row {
            Some(sort) => selection.sorted(fleet, sort),
            None => Ok(selection),
        }
    }

    fn whole(fleet: &Fleet, category: Category, positions: impl Iterator<Item = u32>) -> Self {
        let (mut devices, mut ends, mut told) = (Vec::new(), Vec::new(), 0);
        for position in positions {
            let rows = inventory::count(fleet, category, &fleet.devices()[position as usize]);
            if rows > 0 {
                told += u64::from(rows);
                devices.push(position);
                ends.push(told);
            }
        }
        Self { category, devices, ends, chosen: Chosen::All }
    }

    fn kept(fleet: &Fleet, wanted: &Wanted, positions: &[u32]) -> Self {
        let (mut devices, mut ends, mut kept, mut told) = (Vec::new(), Vec::new(), Vec::new(), 0);
        for position in positions {
            let device = &fleet.devices()[*position as usize];
            let rows = inventory::count(fleet, wanted.category, device);
            let mut keep = wanted.filter.keep();
            tell(fleet, wanted.category, device, 0..rows, &mut keep);
            let numbers = keep.into_numbers();
            if !numbers.is_empty() {
                told += numbers.len() as u64;
                devices.push(*position);
                ends.push(told);
                kept.push(numbers.into_boxed_slice());
            }
        }
        Self { category: wanted.category, devices, ends, chosen: Chosen::Kept(kept) }
    }

    fn sorted(self, fleet: &Fleet, sort: &Sort) -> Result<Self, TooManyRows> {
        if self.total() > SORTED_ROWS_MAX {
            return Err(TooManyRows);
        }
        let mut places = Vec::with_capacity(self.total() as usize);
        for (at, position) in self.devices.iter().enumerate() {
            match &self.chosen {
                Chosen::Kept(kept) => places.extend(kept[at].iter().map(|number| (*position, *number))),
                _ => places.extend((0..(self.ends[at] - self.begin(at)) as u32).map(|number| (*position, number))),
            }
        }
        let mut keys = sort.keys(self.total() as usize);
        self.tell(fleet, 0..self.total(), &mut keys);
        Ok(Self { chosen: Chosen::Sorted(keys.order(&places)), ..self })
    }

    /// How many rows there are.
    pub(crate) fn total(&self) -> u64 {
        self.ends.last().copied().unwrap_or(0)
    }

    /// Tells a range of rows, as far as there are any.
    pub(crate) fn tell(&self, fleet: &Fleet, rows: Range<u64>, sink: &mut impl RowSink) {
        let end = rows.end.min(self.total());
        if rows.start >= end {
            return;
        }
        if let Chosen::Sorted(places) = &self.chosen {
            for (position, number) in &places[rows.start as usize..end as usize] {
                tell(fleet, self.category, &fleet.devices()[*position as usize], *number..number + 1, sink);
            }
            return;
        }
        let mut next = rows.start;
        for at in self.ends.partition_point(|end| *end <= next)..self.devices.len() {
            if next == end {
                return;
            }
            let (begin, last) = (self.begin(at), self.ends[at].min(end));
            self.tell_of(fleet, at, (next - begin) as u32..(last - begin) as u32, sink);
            next = last;
        }
    }

    /// Tells a range of the chosen rows of the device at a place.
    fn tell_of(&self, fleet: &Fleet, at: usize, range: Range<u32>, sink: &mut impl RowSink) {
        let device = &fleet.devices()[self.devices[at] as usize];
        let Chosen::Kept(kept) = &self.chosen else {
            return tell(fleet, self.category, device, range, sink);
        };
        let numbers = &kept[at][range.start as usize..range.end as usize];
        if let (Some(first), Some(last)) = (numbers.first(), numbers.last()) {
            let mut pick = Pick { numbers, number: *first, sink };
            tell(fleet, self.category, device, *first..last + 1, &mut pick);
        }
    }

    /// The id of the device whose row is the one before this.
    pub(crate) fn device_before<'f>(&self, fleet: &'f Fleet, row: u64) -> &'f str {
        let Some(before) = row.checked_sub(1) else { return "" };
        let position = match &self.chosen {
            Chosen::Sorted(places) => places.get(before as usize).map(|(position, _)| *position),
            _ => self.devices.get(self.ends.partition_point(|end| *end <= before)).copied(),
        };
        position.map_or("", |position| fleet.devices()[position as usize].id.as_str())
    }

    fn begin(&self, at: usize) -> u64 {
        at.checked_sub(1).map_or(0, |before| self.ends[before])
    }
}

/// Passes on the rows whose numbers are wanted.
struct Pick<'p, S> {
    /// Those still to come, in order.
    numbers: &'p [u32],
    number: u32,
    sink: &'p mut S,
}

impl<S: RowSink> RowSink for Pick<'_, S> {
    fn row(&mut self, row: &impl PrismRow) {
        if let Some((next, rest)) = self.numbers.split_first()
            && *next == self.number
        {
            self.numbers = rest;
            self.sink.row(row);
        }
        self.number += 1;
    }
}
