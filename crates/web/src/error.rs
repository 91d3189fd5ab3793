//! Why the service does not start. What goes wrong later is logged and told where it belongs, and ends nothing.

/// Why it does not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The console cannot be guarded.
    #[error("the console cannot be served")]
    Guard(#[from] crate::guard::ConfigError),
    /// Notices cannot go where they are to go.
    #[error("notices cannot be sent")]
    Notice(#[from] crate::notice::Error),
    /// Traces cannot go where they are to go.
    #[error("traces cannot be exported")]
    Telemetry(#[from] crate::otlp::Error),
}
