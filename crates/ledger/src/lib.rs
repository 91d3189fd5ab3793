//! The durable memory: runs and their accounts in SQLite, what is held as Parquet.
