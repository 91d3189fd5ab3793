//! Reads the tenant's answers: strict decoding of response bodies into Arrow batches.
