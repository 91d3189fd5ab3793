//! Rows of the applications pipeline, made by their numbers: as they are, and as an earlier run proved
//! them. Apart because what is measured needs no more of them than their order, and that each hundredth is another one.

use std::ops::Range;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use arrow::array::{ArrayRef, RecordBatch, StringArray, UInt32Array};
use arrow::datatypes::{Field, Schema};
use engine::TextColumn;
use flow::Outcome;
use ledger::{HeldRow, HeldTarget, HeldWriter, Standing, Values};
use transform::{Compiled, lineage};

use super::super::ROWS_PER_DEVICE;
use super::{CHANGED_ONE_OF, HELD_AT};

/// Applications that a fleet has altogether.
const APPLICATIONS: u64 = 12_000;

/// Rows as the applications pipeline stages them, made by their numbers, in the order of their keys.
pub(super) struct Rows<'a> {
    pub(super) compiled: &'a Compiled,
    pub(super) rows: u64,
}

impl Rows<'_> {
    /// The rows of these numbers with their lineage, as they are or as they were when they were held.
    pub(super) fn batch(&self, numbers: Range<u64>, is_held: bool) -> Result<RecordBatch> {
        let devices = self.rows / ROWS_PER_DEVICE + 1;
        let rows: Vec<Row> = numbers.clone().map(|number| Row::of(number, devices, is_held)).collect();
        let column =
            |name: &str| -> ArrayRef { Arc::new(rows.iter().map(|row| row.value(name)).collect::<StringArray>()) };
        let names = self.compiled.mapping().columns.iter().map(|column| column.name.as_str());
        let values: Vec<(&str, ArrayRef)> = names.map(|name| (name, column(name))).collect();
        let prints = self.compiled.fingerprints(&named_batch(values.clone())?)?;
        let keys: StringArray = numbers.clone().map(|number| Some(self.row_key(number))).collect();
        let moments: StringArray = rows.iter().map(|row| Some(row.moment())).collect();
        // A page of applications has 300 of them.
        let page = UInt32Array::from_iter_values(rows.iter().map(|row| (row.hash % (self.rows / 300 + 1)) as u32 + 1));
        let record = UInt32Array::from_iter_values(rows.iter().map(|row| (row.hash >> 32) as u32 % 300 + 1));
        let kept: [ArrayRef; 5] =
            [Arc::new(keys), Arc::new(prints), Arc::new(moments), Arc::new(page), Arc::new(record)];
        named_batch(values.into_iter().chain(lineage::KEPT.into_iter().zip(kept)).collect())
    }

    /// Writes the rows of these numbers as an earlier run proved them.
    pub(super) fn hold(&self, held: &mut HeldWriter, run: i64, numbers: Range<u64>) -> Result<()> {
        let batch = self.batch(numbers.clone(), true)?;
        let values = Values::of(&batch, held.columns())?;
        let texts = |name: &str| -> Result<TextColumn> {
            Ok(TextColumn::new(batch.column_by_name(name).context("a staging row keeps its lineage")?)?)
        };
        let (keys, prints, moments) = (texts(lineage::ROW_KEY)?, texts(lineage::FINGERPRINT)?, texts(lineage::NEWEST)?);
        for (place, number) in numbers.enumerate() {
            let text = |column: &TextColumn| column.text(place).unwrap_or_default().to_owned();
            let target = HeldTarget { table: "cmdb_sam_sw_install".to_owned(), sys_id: digits(number ^ 0x7A) };
            let row = HeldRow {
                row_key: text(&keys),
                fingerprint: text(&prints),
                moment: text(&moments),
                outcome: Outcome::Inserted,
                standing: Standing::Held,
                is_first: mixed(number).is_multiple_of(10),
                comment: String::new(),
                at: HELD_AT.to_owned(),
                run,
                missing: 0,
                missing_since: String::new(),
                targets: vec![target],
            };
            held.write(&row, &values, place)?;
        }
        Ok(())
    }

    /// A key in the number's own equal part of all keys: spread as a hash is, and rising with the number.
    fn row_key(&self, number: u64) -> String {
        let part = u128::MAX / u128::from(self.rows);
        let within = ((u128::from(mixed(number)) << 64) | u128::from(mixed(!number))) % part;
        format!("{:032x}", u128::from(number) * part + within)
    }
}

fn named_batch(columns: Vec<(&str, ArrayRef)>) -> Result<RecordBatch> {
    let field = |(name, array): &(&str, ArrayRef)| Field::new(*name, array.data_type().clone(), true);
    let schema = Schema::new(columns.iter().map(field).collect::<Vec<_>>());
    Ok(RecordBatch::try_new(Arc::new(schema), columns.into_iter().map(|(_, array)| array).collect())?)
}

/// One application on one device.
struct Row {
    number: u64,
    hash: u64,
    device: u64,
    application: u64,
    /// The version's last number.
    patch: u64,
}

impl Row {
    fn of(number: u64, devices: u64, is_held: bool) -> Self {
        let hash = mixed(number);
        // A few applications are on every device, most on a few.
        let application = (hash % APPLICATIONS).min(mixed(hash) % APPLICATIONS).min(mixed(!hash) % APPLICATIONS);
        let is_newer = is_changed(number) && !is_held;
        Self { number, hash, device: mixed(hash ^ 0xD) % devices, application, patch: hash % 7 + u64::from(is_newer) }
    }

    /// What it says in a staging column.
    fn value(&self, column: &str) -> Option<String> {
        let (device, application) = (mixed(self.device), self.application);
        let version = mixed(application);
        Some(match column {
            "u_device_id" => uuid::Uuid::from_u64_pair(device, mixed(device)).to_string(),
            "u_serial_number" => format!("C0{:010X}", device % (1 << 40)),
            "u_display_name" => name_of(application),
            "u_bundle_id" => format!("com.{}", name_of(application).to_lowercase().replace(' ', ".")),
            "u_install_key" => digits(self.number),
            "u_version" => format!("{}.{}.{}", version % 24 + 1, (version >> 8) % 12, self.patch),
            "u_publisher" => format!("{} Software, Inc. ({:010X})", word_of(application), version % (1 << 40)),
            "u_install_location" => format!("/Applications/{}.app", name_of(application)),
            "u_last_scanned" => self.moment(),
            "u_active" => "true".to_owned(),
            "u_discovery_source" => "Kandji".to_owned(),
            _ => return None,
        })
    }

    /// When its device was last seen.
    fn moment(&self) -> String {
        let second = mixed(self.device) % 86_400;
        format!("2026-10-29 {:02}:{:02}:{:02}", second / 3_600, second / 60 % 60, second % 60)
    }
}

fn is_changed(number: u64) -> bool {
    number.is_multiple_of(CHANGED_ONE_OF as u64)
}

fn word_of(application: u64) -> &'static str {
    const WORDS: [&str; 16] = [
        "Quill", "Harbor", "Lantern", "Meridian", "Cobalt", "Juniper", "Atlas", "Pebble", "Sparrow", "Tandem",
        "Velvet", "Willow", "Zephyr", "Orchard", "Basalt", "Ferry",
    ];
    WORDS[(application % 16) as usize]
}

fn name_of(application: u64) -> String {
    const KINDS: [&str; 8] = ["Notes", "Mail", "Terminal", "Studio", "Meetings", "Backup", "Security Agent", "Design"];
    let kind = KINDS[(application / 16 % 8) as usize];
    format!("{} {kind} {}", word_of(application), application / 128 + 1)
}

/// 32 hexadecimal digits of a number, as hashes and ids have them.
fn digits(number: u64) -> String {
    format!("{:016x}{:016x}", mixed(number ^ 0x5EED), mixed(!number))
}

/// A number as a hash of it: splitmix64, public domain, <https://prng.di.unimi.it/splitmix64.c>.
fn mixed(number: u64) -> u64 {
    let mut hash = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    hash ^ (hash >> 31)
}
