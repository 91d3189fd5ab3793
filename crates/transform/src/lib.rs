//! Raw batches to staging rows: mapping expressions, normalising functions, fingerprints.
