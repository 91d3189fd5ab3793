//! What was read, as Parquet files and a manifest: write, seal, verify, read.
