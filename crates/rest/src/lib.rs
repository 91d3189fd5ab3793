//! One polite HTTP client: deadlines, caps, retry by kind and idempotence, redaction.
