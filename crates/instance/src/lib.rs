//! An embedded ServiceNow-compatible instance: OAuth, import sets, transform maps, tables, on SQLite.
