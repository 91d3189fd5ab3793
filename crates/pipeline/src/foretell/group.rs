//! One group of a plan's rows: first everything that the instance is to be asked, in as few requests as that takes, then row
//! by row what each transform map makes of it.

mod ask;
mod judge;

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};

use arrow::array::RecordBatch;
use engine::TextColumn;
use load::Target;
use transform::lineage;

use super::file::{ForetoldLine, ForetoldMap};
use super::maps::MapPlan;
use crate::declaration::Pipeline;
use crate::error::Error;

/// What stands for a record that a row of the plan will make.
const NEW: &str = "(new)";

/// Who knows what there is, and what the rows before will have made.
pub(crate) struct Oracle<'t> {
    pub(crate) target: &'t Target,
    run: String,
    requests: u64,
    /// Asks of every record who changed it last, and when.
    asks_who: bool,
    /// The rows are those of a plan: what one leaves, the next one finds.
    foresees: bool,
    /// Records that are known by a value, by table, column and value in lower case; none where there is no such record.
    known: HashMap<(String, String), HashMap<String, Option<String>>>,
    /// Values in those columns that the plan itself will have made; of columns that nothing refers to none is kept.
    foreseen: HashMap<(String, String), HashSet<String>>,
    /// The columns by which references of the plan's maps name records.
    referred: HashSet<(String, String)>,
    /// Records that the present row makes for its references: table, column and value.
    created: RefCell<Vec<(String, String, String)>>,
    /// Records as rows of the plan will have left them, by table and coalesce values, where several rows may find one.
    left: HashMap<(String, Vec<String>), Record>,
    /// Only `true` in lower case is true; none until it was asked.
    strict_truth: Option<bool>,
    /// Choices by table and column: value and label in lower case, to the value.
    choices: HashMap<(String, String), HashMap<String, String>>,
    /// Hardware models by name, manufacturer's record and number.
    models: HashMap<(String, String, String), String>,
    models_asked: HashSet<String>,
    /// The product of an install by its key; none where there is no such install, empty where it has no product yet.
    products: HashMap<String, Option<String>>,
}

/// Records that match the coalesce values of a map, by those values in lower case.
type Matches = HashMap<Vec<String>, Vec<Record>>;

/// A record as it is now.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) sys_id: String,
    pub(crate) class: String,
    /// By the map's slots.
    pub(crate) values: Vec<String>,
    /// Who changed it last, and when; empty where that was not asked.
    pub(crate) by: String,
    pub(crate) at: String,
}

/// What one transform map makes of one row, and of which records.
pub(crate) struct Looked {
    pub(crate) told: ForetoldMap,
    /// Records that match, the one that is written to first.
    pub(crate) records: Vec<Record>,
    /// References that name nothing, and are left as they are for it.
    pub(crate) unknown: Vec<UnknownReference>,
}

/// A value that names no record.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct UnknownReference {
    /// The field that it is for.
    pub field: String,
    /// The table that has no such record.
    pub table: String,
    /// The value.
    pub value: String,
}

/// Why a row ends in a map.
enum Stop {
    Ignored(String),
    Rejected(u16, String),
}

/// The values of a group's rows.
struct Rows {
    columns: HashMap<String, TextColumn>,
    run: String,
    count: usize,
}

impl Rows {
    fn of(group: &RecordBatch, run: &str) -> Result<Self, Error> {
        let mut columns = HashMap::new();
        for (field, array) in group.schema().fields().iter().zip(group.columns()) {
            columns.insert(field.name().clone(), TextColumn::new(array).map_err(transform::Error::Gather)?);
        }
        Ok(Self { columns, run: run.to_owned(), count: group.num_rows() })
    }

    fn text(&self, column: &str, row: usize) -> &str {
        if column == "u_run" {
            return &self.run;
        }
        self.columns.get(column).and_then(|column| column.text(row)).unwrap_or_default()
    }

    /// The distinct values of a column.
    fn distinct(&self, column: &str) -> BTreeSet<&str> {
        (0..self.count).map(|row| self.text(column, row)).filter(|value| !value.is_empty()).collect()
    }
}

impl<'t> Oracle<'t> {
    pub(crate) fn new(target: &'t Target, run: i64) -> Self {
        Self {
            target,
            run: run.to_string(),
            requests: 0,
            asks_who: false,
            foresees: false,
            known: HashMap::new(),
            foreseen: HashMap::new(),
            referred: HashSet::new(),
            created: RefCell::default(),
            left: HashMap::new(),
            strict_truth: None,
            choices: HashMap::new(),
            models: HashMap::new(),
            models_asked: HashSet::new(),
            products: HashMap::new(),
        }
    }

    /// Foresees what rows of a plan leave for those behind them, and make for the references of these maps, which may be
    /// those of several pipelines.
    pub(crate) fn referring<'m>(self, maps: impl IntoIterator<Item = &'m MapPlan>) -> Self {
        Self { referred: maps.into_iter().flat_map(MapPlan::references).collect(), foresees: true, ..self }
    }

    /// Asks of every record who changed it last, too.
    pub(crate) fn asking_who(self) -> Self {
        Self { asks_who: true, ..self }
    }

    pub(crate) fn requests(&self) -> u64 {
        self.requests
    }

    /// What becomes of a group's rows, in their order.
    pub(crate) async fn group(
        &mut self,
        pipeline: &Pipeline,
        maps: &[MapPlan],
        group: &RecordBatch,
    ) -> Result<Vec<ForetoldLine>, Error> {
        let rows = Rows::of(group, &self.run)?;
        let matches = self.ask(maps, &rows).await?;
        let mut lines = Vec::with_capacity(rows.count);
        for row in 0..rows.count {
            let told = maps.iter().zip(&matches).map(|(map, matches)| self.row(map, matches, &rows, row).0).collect();
            let title = pipeline.title.iter().map(|column| rows.text(column, row)).filter(|text| !text.is_empty());
            lines.push(ForetoldLine {
                row_key: rows.text(lineage::ROW_KEY, row).to_owned(),
                title: title.collect::<Vec<_>>().join(" "),
                maps: told,
            });
        }
        Ok(lines)
    }

    /// As [`Oracle::group`], with the records that each map matches: row by row, one a map.
    pub(crate) async fn look(&mut self, maps: &[MapPlan], group: &RecordBatch) -> Result<Vec<Vec<Looked>>, Error> {
        let rows = Rows::of(group, &self.run)?;
        let matches = self.ask(maps, &rows).await?;
        let mut looked = Vec::with_capacity(rows.count);
        for row in 0..rows.count {
            let mut maps_looked = Vec::with_capacity(maps.len());
            for (map, matches) in maps.iter().zip(&matches) {
                let (told, records) = self.row(map, matches, &rows, row);
                let unknown = self.unknown(map, &rows, row);
                maps_looked.push(Looked { told, records: records.to_vec(), unknown });
            }
            looked.push(maps_looked);
        }
        Ok(looked)
    }

    async fn ask(&mut self, maps: &[MapPlan], rows: &Rows) -> Result<Vec<Matches>, Error> {
        let mut matches = Vec::new();
        for map in maps {
            self.learn(map, rows).await?;
            matches.push(self.records(map, rows).await?);
        }
        Ok(matches)
    }
}
