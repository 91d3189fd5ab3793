//! A mapping becomes one query. Apart because its text is the whole of what the engine is told, and can be read.
//!
//! ```text
//!   driving data set ─┐
//!   joined by id ─────┼─▶ mapped ─▶ staged ─▶ keyed, fingerprinted ─▶ sorted by key, the newest first
//!   joined by serial ─┘   values     length,    128 bits each
//!                                    NULL, …
//! ```

use std::collections::BTreeSet;

use arrow::array::{RecordBatch, StringArray};
use engine::{Engine, Order, Seen, Sorted, Then};

use crate::arrays::fingerprints;
use crate::error::Error;
use crate::limits;
use crate::mapping::{Join, Longer, Mapping};

/// Columns that the query yields beside the staging columns.
pub mod lineage {
    /// The row's key, 32 hexadecimal digits; NULL where a column of the key was not understood.
    pub const ROW_KEY: &str = "u_row_key";
    /// Fingerprint of what is not volatile, 32 hexadecimal digits.
    pub const FINGERPRINT: &str = "u_fingerprint";
    /// A hash over what the fingerprint leaves out, by which equals are ordered: a whole number of 64 bits.
    pub const TIE: &str = "_tie";
    /// What sorts records of one key.
    pub const NEWEST: &str = "_newest";
    /// The rule that leaves the record out, or NULL.
    pub const SCOPE: &str = "_scope";
    /// Who the record is, as an orphan's query says it; the staging query has `_who_0`, `_who_1` and so on.
    pub const WHO: &str = "_who";
    /// The page that it was read from.
    pub const PAGE: &str = "_page";
    /// Its place in the page.
    pub const RECORD: &str = "_record";
    /// The staging columns that were cut or cleaned, or NULL.
    pub const ADJUSTED: &str = "_adjusted";
    /// What a staging row keeps of its lineage.
    pub const KEPT: [&str; 5] = [ROW_KEY, FINGERPRINT, NEWEST, PAGE, RECORD];
}

/// A mapping that was found sound, as SQL.
#[derive(Clone, Debug)]
pub struct Compiled {
    pub(crate) mapping: Mapping,
    unsorted: String,
    pub(crate) joined: String,
}

impl Compiled {
    /// The mapping that this was compiled from.
    pub fn mapping(&self) -> &Mapping {
        &self.mapping
    }

    /// Data sets that the query reads.
    pub fn data_sets(&self) -> BTreeSet<&str> {
        let joined = self.mapping.joins.iter().map(|join| join.data_set.as_str());
        joined.chain([self.mapping.driver.as_str()]).collect()
    }

    /// The query, in no order.
    pub fn unsorted_sql(&self) -> &str {
        &self.unsorted
    }

    /// The query in its fixed order: by key, the newest first. Of equals the fingerprint decides, then what it leaves
    /// out, so that the order of pages does not: page and record order only records that make the same row.
    ///
    /// `rows` is how many there will be, as far as that is known; `seen` is shown them all before the first is yielded.
    pub async fn rows(&self, engine: &Engine, rows: Option<u64>, seen: Option<Seen>) -> Result<Sorted, engine::Error> {
        let then = |column: &str, descending| Then { column: column.to_owned(), descending };
        let order = Order {
            key: lineage::ROW_KEY.to_owned(),
            then: vec![
                then(lineage::NEWEST, true),
                then(lineage::FINGERPRINT, false),
                then(lineage::TIE, false),
                then(lineage::PAGE, false),
                then(lineage::RECORD, false),
            ],
        };
        engine.sorted(&self.unsorted, order, rows, seen).await
    }

    /// The fingerprints of staging rows that no query made. A column that they do not have is empty.
    pub fn fingerprints(&self, rows: &RecordBatch) -> Result<StringArray, Error> {
        let lasting = self.mapping.columns.iter().filter(|column| !column.volatile);
        fingerprints(lasting.map(|column| column.name.as_str()), rows)
    }

    /// Records of joined data sets that no staging row used, one query a join that reports them.
    ///
    /// Each yields `_page`, `_record`, `_who` and `_partnered`: true where a driving record exists and another record
    /// was used for it.
    pub fn orphan_sql(&self) -> Vec<(String, String)> {
        self.mapping
            .joins
            .iter()
            .filter(|join| join.orphans)
            .map(|join| (join.data_set.clone(), self.orphans(join)))
            .collect()
    }

    fn orphans(&self, join: &Join) -> String {
        let (device, alias, driver) = (&self.mapping.alias, &join.alias, &self.mapping.driver);
        let ways = || join.on.iter().enumerate();
        // A key of the driving data set stands once, so that a join by it makes no second row.
        let drivers: Vec<String> = ways()
            .map(|(way, on)| {
                let key = &on.driver;
                format!(
                    "_keys_{way} AS (SELECT DISTINCT {key} AS key FROM {driver} AS {device} \
                     WHERE {key} IS NOT NULL AND NOT refused({key}))"
                )
            })
            .collect();
        let keys: Vec<String> = ways().map(|(way, on)| format!("{} AS key_{way}", understood(&on.joined))).collect();
        let joins: Vec<String> =
            ways().map(|(way, _)| format!("LEFT JOIN _keys_{way} ON _all.key_{way} = _keys_{way}.key")).collect();
        let partnered: Vec<String> = ways().map(|(way, _)| format!("_keys_{way}.key IS NOT NULL")).collect();
        let who: Vec<String> = ways().map(|(way, _)| format!("_all.key_{way}")).collect();
        format!(
            "{joined}, _used AS (SELECT DISTINCT {device}.{alias}._page AS page, {device}.{alias}._record AS record \
             FROM _joined AS {device} WHERE {device}.{alias} IS NOT NULL), {drivers}, \
             _all AS (SELECT _page AS page, _record AS record, {keys} FROM {data_set}) \
             SELECT _all.page AS _page, _all.record AS _record, concat_ws(' ', {who}) AS _who, ({partnered}) AS _partnered \
             FROM _all LEFT ANTI JOIN _used ON _all.page = _used.page AND _all.record = _used.record {joins} \
             ORDER BY _page, _record",
            joined = self.joined,
            drivers = drivers.join(", "),
            keys = keys.join(", "),
            data_set = join.data_set,
            who = who.join(", "),
            partnered = partnered.join(" OR "),
            joins = joins.join(" "),
        )
    }

    /// Parses every expression by itself, and plans the query against the registered data sets. Where that does not go, every
    /// expression is planned by itself, so that the fault is told with its place: one by one they take as long as a small run.
    pub async fn check(&self, engine: &Engine) -> Result<(), Error> {
        let mapping = &self.mapping;
        let failed_at = |place: &str, expression: &str, source| Error::Expression {
            pipeline: mapping.name.clone(),
            place: place.to_owned(),
            expression: expression.to_owned(),
            source: Box::new(source),
        };
        for (place, expression) in mapping.expressions() {
            engine.parse_expression(expression).map_err(|source| failed_at(&place, expression, source))?;
        }
        if let Err(source) = engine.check(&self.unsorted).await {
            for (place, expression) in mapping.expressions() {
                let sql = format!("{} SELECT {expression} FROM _joined AS {}", self.joined, mapping.alias);
                engine.check(&sql).await.map_err(|source| failed_at(&place, expression, source))?;
            }
            return Err(Error::Query { pipeline: mapping.name.clone(), source: Box::new(source) });
        }
        let failed = |source| Error::Query { pipeline: mapping.name.clone(), source: Box::new(source) };
        for (_, sql) in self.orphan_sql() {
            engine.check(&sql).await.map_err(failed)?;
        }
        Ok(())
    }
}

impl Mapping {
    /// Compiles the mapping. Only its own consistency is looked at here; names are resolved by [`Compiled::check`].
    pub fn compile(self) -> Result<Compiled, Error> {
        self.consistent()?;
        let joined = self.joined_sql();
        let unsorted = format!("{joined}, {}", self.staged_sql());
        Ok(Compiled { unsorted, joined, mapping: self })
    }

    fn consistent(&self) -> Result<(), Error> {
        let wrong = |reason: String| Err(Error::Mapping { pipeline: self.name.clone(), reason });
        let mut names = BTreeSet::new();
        for column in &self.columns {
            if !names.insert(column.name.as_str()) {
                return wrong(format!("column `{}` is declared twice", column.name));
            }
            if !is_plain(&column.name) {
                return wrong(format!("`{}` is no column's name: a to z, 0 to 9 and _ only", column.name));
            }
        }
        for key in &self.key {
            match self.columns.iter().find(|column| column.name == *key) {
                None => return wrong(format!("the key names `{key}`, which is no column")),
                Some(column) if column.required.is_none() => {
                    return wrong(format!("column `{key}` is in the key, so it needs `required` with the reason"));
                }
                Some(_) => {}
            }
        }
        if self.key.is_empty() {
            return wrong("it has no key".to_owned());
        }
        if self.joins.len() > limits::JOINS_MAX {
            return wrong(format!("it joins {} data sets, and {} are the most", self.joins.len(), limits::JOINS_MAX));
        }
        if self.columns.len() > limits::COLUMNS_MAX {
            return wrong(format!("it has {} columns, and {} are the most", self.columns.len(), limits::COLUMNS_MAX));
        }
        if self.row_bytes_max <= limits::LINEAGE_BYTES {
            return wrong(format!(
                "a row of {} bytes has no room beside the {} that every row carries",
                self.row_bytes_max,
                limits::LINEAGE_BYTES
            ));
        }
        Ok(())
    }

    /// Every expression with the place where a person finds it.
    fn expressions(&self) -> Vec<(String, &str)> {
        let columns =
            self.columns.iter().map(|column| (format!("the value of column `{}`", column.name), column.value.as_str()));
        let scope = self.scope.iter().map(|rule| (format!("the scope's rule `{}`", rule.name), rule.out_when.as_str()));
        let newest = [("`newest`".to_owned(), self.newest.as_str())];
        let who = self.who.iter().map(|who| ("`who`".to_owned(), who.as_str()));
        columns.chain(scope).chain(newest).chain(who).collect()
    }

    /// The driving records, each with its partner in every joined data set as one column.
    ///
    /// Partners are found among keys alone, by page and record; their values are fetched once, by that place. Else wide
    /// records would be sorted, and hashed once for every way to find them. What must hold for that: no two records of a
    /// data set have one page and one record number; where they do, rows are doubled and the accounts say so.
    fn joined_sql(&self) -> String {
        let mut with = String::from("WITH ");
        let device = &self.alias;
        let mut found = format!("_found AS (SELECT {device}.*");
        let mut ways = format!(" FROM {} AS {device}", self.driver);
        let mut select = format!("_joined AS (SELECT {device}.*");
        let mut from = format!(" FROM _found AS {device}");
        for join in &self.joins {
            let alias = &join.alias;
            for (index, on) in join.on.iter().enumerate() {
                with.push_str(&self.newest_of(join, index, &on.joined));
                with.push_str(", ");
                let table = format!("_{alias}_{index}");
                ways.push_str(&format!(" LEFT JOIN {table} ON ({}) = {table}.key", on.driver));
            }
            with.push_str(&self.values_of(join));
            with.push_str(", ");
            for place in ["page", "record"] {
                let cases = (0..join.on.len()).fold(String::new(), |mut cases, index| {
                    cases.push_str(&format!(" WHEN _{alias}_{index}.page IS NOT NULL THEN _{alias}_{index}.{place}"));
                    cases
                });
                found.push_str(&format!(", CASE{cases} END AS _{alias}_{place}"));
            }
            select.push_str(&format!(", _{alias}_values.value AS {alias}"));
            from.push_str(&format!(
                " LEFT JOIN _{alias}_values ON {device}._{alias}_page = _{alias}_values.page \
                 AND {device}._{alias}_record = _{alias}_values.record"
            ));
        }
        format!("{with}{found}{ways}), {select}{from})")
    }

    /// The place of one record for each key: the newest, and of equally new ones the one whose content sorts first, so
    /// that the order of pages does not decide. A time that was not understood is no time, and a key that was not is no
    /// key.
    fn newest_of(&self, join: &Join, index: usize, key: &str) -> String {
        let used = self.columns_used(&join.alias);
        let content: Vec<String> = used.into_iter().filter(|field| !field.starts_with('_')).collect();
        let tie = if content.is_empty() { "0".to_owned() } else { format!("content({})", content.join(", ")) };
        format!(
            "_{alias}_{index} AS (SELECT key, page, record FROM (SELECT key, page, record, \
             row_number() OVER (PARTITION BY key ORDER BY newest DESC NULLS LAST, tie, page, record) AS place \
             FROM (SELECT {key} AS key, {newest} AS newest, {tie} AS tie, _page AS page, _record AS record \
             FROM {data_set}) AS keyed) AS ranked WHERE place = 1 AND key IS NOT NULL AND NOT refused(key))",
            alias = join.alias,
            newest = understood(&join.newest),
            data_set = join.data_set,
        )
    }

    /// The values that any expression names of a joined data set, by their place.
    fn values_of(&self, join: &Join) -> String {
        let mut fields = self.columns_used(&join.alias);
        fields.extend(["_page".to_owned(), "_record".to_owned()]);
        let pairs: Vec<String> = fields.iter().map(|field| format!("'{field}', {field}")).collect();
        format!(
            "_{alias}_values AS (SELECT _page AS page, _record AS record, named_struct({pairs}) AS value FROM {data_set})",
            alias = join.alias,
            pairs = pairs.join(", "),
            data_set = join.data_set,
        )
    }

    /// Top-level columns of a joined data set that any expression names, so that no other is read.
    fn columns_used(&self, alias: &str) -> BTreeSet<String> {
        let mut used = BTreeSet::new();
        for (_, expression) in self.expressions() {
            for (at, _) in expression.match_indices(alias) {
                let before = expression[..at].chars().next_back();
                let is_start = before.is_none_or(|c| !(c.is_alphanumeric() || c == '_' || c == '.'));
                let rest = &expression[at + alias.len()..];
                if let (true, Some(path)) = (is_start, rest.strip_prefix('.')) {
                    let end = path.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(path.len());
                    used.insert(path[..end].to_owned());
                }
            }
        }
        used
    }

    fn staged_sql(&self) -> String {
        let mapped: Vec<String> =
            self.columns.iter().map(|column| format!("{} AS {}", column.value, column.name)).collect();
        let staged: Vec<String> = self
            .columns
            .iter()
            .map(|column| {
                let longer = if column.longer == Longer::Cut { "cut" } else { "reject" };
                format!("staged({0}, '{1}', '{longer}') AS {0}, {0} AS _raw_{0}", column.name, column.length)
            })
            .collect();
        let names: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
        let lasting: Vec<String> = self
            .columns
            .iter()
            .filter(|column| !column.volatile)
            .map(|column| format!("'{0}', {0}", column.name))
            .collect();
        let volatile: String = self
            .columns
            .iter()
            .filter(|column| column.volatile)
            .map(|column| format!("'{0}', {0}, ", column.name))
            .collect();
        let pairs: Vec<String> = names.iter().map(|name| format!("'{name}', _raw_{name}, {name}")).collect();
        let plain: Vec<String> = names.iter().map(|name| format!("CAST({name} AS VARCHAR) AS {name}")).collect();
        let whos: Vec<String> = (0..self.who.len()).map(|index| format!("{}_{index}", lineage::WHO)).collect();
        let who: Vec<String> = self.who.iter().zip(&whos).map(|(who, name)| format!("{who} AS {name}")).collect();
        let scope = if self.scope.is_empty() {
            "CAST(NULL AS VARCHAR)".to_owned()
        } else {
            let cases = self.scope.iter().fold(String::new(), |mut cases, rule| {
                cases.push_str(&format!(" WHEN {} THEN '{}'", rule.out_when, rule.name.replace('\'', "''")));
                cases
            });
            format!("CASE{cases} END")
        };
        format!(
            "_mapped AS (SELECT {mapped}, {scope} AS _scope, {newest} AS _newest, {who}, \
             {alias}._page AS _page, {alias}._record AS _record FROM _joined AS {alias}), \
             _staged AS (SELECT {staged}, _scope, _newest, {whos}, _page, _record FROM _mapped), \
             _keyed AS (SELECT *, key({key}) AS _key, adjusted({pairs}) AS _adjusted FROM _staged) \
             SELECT {plain}, {row_key_or_null} AS {row_key}, fingerprint({lasting}) AS {fingerprint}, \
             tie({volatile}'_scope', _scope, '_adjusted', _adjusted) AS {tie}, \
             CAST({moment} AS VARCHAR) AS _newest, CAST(_scope AS VARCHAR) AS _scope, {whos}, \
             _page, _record, _adjusted FROM _keyed",
            mapped = mapped.join(", "),
            newest = self.newest,
            who = who.join(", "),
            whos = whos.join(", "),
            alias = self.alias,
            staged = staged.join(", "),
            plain = plain.join(", "),
            key = self.key.join(", "),
            lasting = lasting.join(", "),
            pairs = pairs.join(", "),
            row_key = lineage::ROW_KEY,
            // Of what was not understood there is no key, only the refusal.
            row_key_or_null = understood("_key"),
            fingerprint = lineage::FINGERPRINT,
            tie = lineage::TIE,
            moment = understood("_newest"),
        )
    }
}

/// The expression, or NULL where a function in it did not understand its value.
fn understood(expression: &str) -> String {
    format!("CASE WHEN NOT refused({expression}) THEN {expression} END")
}

fn is_plain(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}
