//! What is not in the target, and why: what the staging left out, driving records that were never decoded, and records
//! of joined data sets that completed no row. Apart because each comes from elsewhere, and all stand in one list that
//! has a limit a kind.

use std::collections::BTreeMap;

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::UInt32Type;
use engine::TextColumn;
use flow::Rejected;
use transform::{LeftOut, Tally, lineage};

use super::plan::Planning;
use crate::error::Error;
use crate::limits;
use crate::report::LeftOutRow;

/// The kind of a record of a joined data set that completed no row.
const ORPHAN: &str = "orphan";
/// The kind of a record that was not decoded.
const UNREADABLE: &str = "unreadable";

/// Everything that was left out.
#[derive(Default)]
pub(super) struct LeftOutList {
    pub(super) listed: Vec<LeftOutRow>,
    /// How many more there are, by kind.
    pub(super) not_listed: BTreeMap<String, u64>,
    /// Records of joined data sets without a partner, listed or not.
    pub(super) orphans: u64,
}

/// Gathers what one pipeline left out; the staging's own list is taken out of its tally.
pub(super) async fn list(one: &Planning<'_>, tally: &mut Tally) -> Result<LeftOutList, Error> {
    let mut list = LeftOutList::default();
    list.listed.extend(std::mem::take(&mut tally.listed).into_iter().map(|(kind, record)| row(kind_of(kind), record)));
    for (kind, count) in &tally.not_listed {
        list.pass_over(kind_of(*kind), *count);
    }
    let driver = &one.mapping.mapping().driver;
    let undecoded = one.run.options.snapshot.manifest.rejected.iter().filter(|record| record.data_set == *driver);
    let mut room = limits::LISTED_ROWS_MAX;
    for record in undecoded {
        list.add(UNREADABLE, &mut room, || record.clone());
    }
    orphans(one, &mut list).await?;
    Ok(list)
}

/// Records of joined data sets that completed no staging row, batch by batch: a tenant may have any number of them.
async fn orphans(one: &Planning<'_>, list: &mut LeftOutList) -> Result<(), Error> {
    let mut room = limits::LISTED_ROWS_MAX;
    for (data_set, sql) in one.mapping.orphan_sql() {
        let mut rows = one.engine.stream(&sql).await?;
        while let Some(batch) = rows.next().await {
            let batch = batch?;
            let found = Orphans::of(&batch)?;
            for row in 0..batch.num_rows() {
                list.orphans += 1;
                list.add(ORPHAN, &mut room, || found.record(one, &data_set, row));
            }
        }
    }
    Ok(())
}

/// One batch of orphans.
struct Orphans<'b> {
    who: TextColumn,
    partnered: TextColumn,
    page: &'b [u32],
    record: &'b [u32],
}

impl<'b> Orphans<'b> {
    fn of(batch: &'b RecordBatch) -> Result<Self, Error> {
        let column = |name: &str| batch.column_by_name(name).expect("the orphan query names its columns");
        let text =
            |name: &str| TextColumn::new(column(name)).map_err(|source| Error::from(transform::Error::Gather(source)));
        let number = |name: &str| &column(name).as_primitive::<UInt32Type>().values()[..];
        Ok(Self {
            who: text(lineage::WHO)?,
            partnered: text("_partnered")?,
            page: number(lineage::PAGE),
            record: number(lineage::RECORD),
        })
    }

    fn record(&self, one: &Planning<'_>, data_set: &str, row: usize) -> Rejected {
        let driver = &one.mapping.mapping().driver;
        let reason = if self.partnered.text(row) == Some("true") {
            format!("a record of `{driver}` has its key, and another record of `{data_set}` completed it")
        } else {
            format!("no record of `{driver}` has its key")
        };
        let page = one.run.options.snapshot.manifest.page_name(self.page[row]);
        Rejected {
            data_set: data_set.to_owned(),
            place: format!("{page}, record {}", self.record[row]),
            who: Rejected::shown(self.who.text(row).unwrap_or_default()),
            column: String::new(),
            value: String::new(),
            reason,
        }
    }
}

impl LeftOutList {
    /// Lists a record while there is room for its kind; counts it otherwise.
    fn add(&mut self, kind: &str, room: &mut usize, record: impl FnOnce() -> Rejected) {
        if *room > 0 {
            *room -= 1;
            self.listed.push(row(kind, record()));
        } else {
            self.pass_over(kind, 1);
        }
    }

    fn pass_over(&mut self, kind: &str, count: u64) {
        if count > 0 {
            *self.not_listed.entry(kind.to_owned()).or_default() += count;
        }
    }
}

fn row(kind: &str, record: Rejected) -> LeftOutRow {
    LeftOutRow { kind: kind.to_owned(), record }
}

fn kind_of(kind: LeftOut) -> &'static str {
    match kind {
        LeftOut::Duplicate => "duplicate",
        LeftOut::OutOfScope => "out_of_scope",
        LeftOut::Rejected => "rejected",
        LeftOut::Emptied => "emptied",
    }
}
