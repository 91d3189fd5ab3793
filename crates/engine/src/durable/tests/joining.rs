//! Several files into one: the parts' rows in the parts' order, whether their bytes were copied or not.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{RecordBatch, UInt32Array};
use arrow::datatypes::SchemaRef;
use parquet::arrow::ARROW_SCHEMA_META_KEY;

use super::scene::{batch, footer, layout, names, read, row_groups, schema, write};
use crate::limits::JOINED_GROUP_ROWS_MIN;
use crate::{DurableParquet, Layout, digest_of, join_parquet};

/// Parts of these lengths, in order.
fn parts(folder: &Path, lengths: &[u32]) -> Vec<PathBuf> {
    let mut start = 0;
    let part = |(number, &rows): (usize, &u32)| {
        let path = folder.join(format!("part-{number}.parquet"));
        write(&path, start..start + rows, 1_000);
        start += rows;
        path
    };
    lengths.iter().enumerate().map(part).collect()
}

#[test]
fn large_row_groups_are_copied_byte_for_byte() {
    let folder = tempfile::tempdir().expect("a folder");
    let lengths = [JOINED_GROUP_ROWS_MIN as u32 + 300, JOINED_GROUP_ROWS_MIN as u32];
    let parts = parts(folder.path(), &lengths);
    let path = folder.path().join("joined.parquet");
    let written = join_parquet(&parts, &path, schema(), &layout()).expect("joined");
    let (found, is_dictionary) = read(&path);
    assert_eq!(found, batch(0..lengths.iter().sum()));
    assert!(is_dictionary);
    assert_eq!(written.rows, u64::from(lengths.iter().sum::<u32>()));
    assert_eq!((written.digest, written.bytes), digest_of(&path).expect("digested"));
    assert_eq!(row_groups(&path), lengths.map(i64::from));

    let joined = std::fs::read(&path).expect("read");
    for (part, group) in parts.iter().zip(footer(&path).row_groups()) {
        let bytes = std::fs::read(part).expect("read");
        let first = footer(part);
        for (copied, original) in group.columns().iter().zip(first.row_groups()[0].columns()) {
            let of = |bytes: &[u8], (start, length): (u64, u64)| bytes[start as usize..][..length as usize].to_vec();
            assert!(of(&joined, copied.byte_range()) == of(&bytes, original.byte_range()), "{}", copied.column_path());
            assert_eq!(copied.statistics(), original.statistics());
        }
    }
}

#[test]
fn small_row_groups_become_full_ones() {
    let folder = tempfile::tempdir().expect("a folder");
    let lengths = [700, 1, 2_048, 3];
    let parts = parts(folder.path(), &lengths);
    let path = folder.path().join("joined.parquet");
    let written = join_parquet(&parts, &path, schema(), &layout()).expect("joined");
    let (found, is_dictionary) = read(&path);
    assert_eq!(found, batch(0..lengths.iter().sum()));
    assert!(is_dictionary);
    assert_eq!(row_groups(&path), [2_752]);
    assert_eq!((written.digest, written.bytes), digest_of(&path).expect("digested"));
}

#[test]
fn a_single_small_part_is_copied_and_none_makes_an_empty_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("joined.parquet");
    let one = parts(folder.path(), &[40]);
    assert_eq!(join_parquet(&one, &path, schema(), &layout()).expect("joined").rows, 40);
    assert_eq!(read(&path).0, batch(0..40));
    assert_eq!(join_parquet(&[], &path, schema(), &layout()).expect("joined").rows, 0);
    assert_eq!(read(&path).0.num_rows(), 0);
    let metadata = footer(&path);
    let told = metadata.file_metadata().key_value_metadata().expect("the schema stands in every file");
    assert!(told.iter().any(|entry| entry.key == ARROW_SCHEMA_META_KEY));
}

#[test]
fn a_part_of_another_kind_is_named_and_nothing_appears() {
    let folder = tempfile::tempdir().expect("a folder");
    let other = RecordBatch::try_from_iter([("row", Arc::new(UInt32Array::from(vec![1, 2])) as _)]).expect("a column");
    let strange = folder.path().join("strange.parquet");
    let mut file = DurableParquet::create(&strange, other.schema(), &Layout::default()).expect("begun");
    file.write(&other).expect("written");
    file.finish().expect("finished");
    let path = folder.path().join("joined.parquet");
    let refused = |parts: &[PathBuf], schema: SchemaRef| {
        join_parquet(parts, &path, schema, &layout()).expect_err("refused").to_string()
    };
    assert!(refused(std::slice::from_ref(&strange), schema()).contains("strange.parquet"));

    let torn = folder.path().join("torn.parquet");
    std::fs::write(&torn, b"PAR1, and nothing else").expect("written");
    assert!(refused(&[strange.clone(), torn], other.schema()).contains("torn.parquet"));
    assert!(refused(&[folder.path().join("absent.parquet")], schema()).contains("absent.parquet"));
    assert_eq!(names(folder.path()), ["strange.parquet", "torn.parquet"].map(PathBuf::from));
}
