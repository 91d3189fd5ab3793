//! What can go wrong between a mapping and staging rows.

/// Why a mapping cannot be compiled or evaluated. A bad row is never one of these.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An expression does not parse, or names what is not there.
    #[error("{place} of pipeline `{pipeline}` does not hold: `{expression}`")]
    Expression {
        /// The pipeline.
        pipeline: String,
        /// Which expression: `the value of column u_x`, `the rule y of the scope`.
        place: String,
        /// The expression.
        expression: String,
        /// The engine's words.
        #[source]
        source: Box<engine::Error>,
    },
    /// A key names no column, a name is taken twice, or a limit is passed.
    #[error("pipeline `{pipeline}`: {reason}")]
    Mapping {
        /// The pipeline.
        pipeline: String,
        /// What is wrong, as a sentence without a full stop.
        reason: String,
    },
    /// The query as a whole does not plan or run.
    #[error("the staging query of pipeline `{pipeline}` failed")]
    Query {
        /// The pipeline.
        pipeline: String,
        /// The engine's words.
        #[source]
        source: Box<engine::Error>,
    },
    /// A column came back in a type that is not text: a fault of this crate.
    #[error("column `{column}` came back as {found}")]
    Type {
        /// The column.
        column: String,
        /// Its type.
        found: String,
    },
    /// Arrow refused to filter or gather.
    #[error("could not gather rows")]
    Gather(#[source] arrow::error::ArrowError),
}
