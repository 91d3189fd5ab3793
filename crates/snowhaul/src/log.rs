//! What is logged, to standard error: warnings, or what `SNOWHAUL_LOG` asks for.

use tracing_subscriber::EnvFilter;

/// Begins logging; later calls in one process change nothing, which is what tests need.
pub(crate) fn begin() {
    let filter = EnvFilter::try_from_env("SNOWHAUL_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    let logging = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
    drop(logging);
}
