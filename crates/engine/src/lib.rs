//! The one place that knows Apache DataFusion: memory limit, spill, functions.
