//! A session: tables in, SQL in, batches out, within one memory pool.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use datafusion::datasource::MemTable;
use datafusion::error::DataFusionError;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::logical_expr::ScalarUDF;
use datafusion::prelude::{DataFrame, ParquetReadOptions, SessionConfig, SessionContext};
use datafusion::sql::parser::DFParserBuilder;
use datafusion::sql::sqlparser::tokenizer::Token;
use futures::StreamExt;

use crate::effort::Effort;
use crate::error::Error;
use crate::function::Function;
use crate::limits;
use crate::sorted;
use crate::text::{ArrayUdf, TextUdf};

/// How much a session may use.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The pool that all operators of the session draw on.
    pub memory_bytes: usize,
    /// Plans run in this many partitions; by default one a core.
    pub partitions: NonZeroUsize,
    /// Rows in one batch.
    pub batch_rows: usize,
    /// Where sorts spill to; the system's folder for temporary files when absent.
    pub spill: Option<PathBuf>,
    /// How much thought goes into a plan.
    pub effort: Effort,
}

impl Settings {
    /// For few rows, whose query takes longer to plan than to run.
    #[must_use]
    pub fn for_few_rows(self) -> Self {
        Self { effort: Effort::Brief, ..self }
    }

    /// For so many rows: as they are for many, else as for few.
    #[must_use]
    pub fn for_rows(self, rows: u64) -> Self {
        if rows <= limits::FEW_ROWS { self.for_few_rows() } else { self }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            memory_bytes: limits::MEMORY_BYTES,
            partitions: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            batch_rows: limits::BATCH_ROWS,
            spill: None,
            effort: Effort::Thorough,
        }
    }
}

/// One session of Apache DataFusion.
pub struct Engine {
    context: SessionContext,
    spill: PathBuf,
}

impl Engine {
    /// Opens a session with nothing registered.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        let set_up = |source| Error::SetUp(Box::new(source));
        let spill = sorted::spill_folder(settings.spill.as_ref());
        let mode = match settings.spill {
            Some(folder) => DiskManagerMode::Directories(vec![folder]),
            None => DiskManagerMode::OsTmpDirectory,
        };
        let runtime = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(FairSpillPool::new(settings.memory_bytes)))
            .with_disk_manager_builder(
                DiskManagerBuilder::default().with_mode(mode).with_max_temp_directory_size(limits::SPILL_BYTES),
            )
            .build_arc()
            .map_err(set_up)?;
        let reserved = limits::SORT_RESERVATION_BYTES.min(settings.memory_bytes / 8);
        let partitions = match settings.effort {
            Effort::Thorough => settings.partitions,
            Effort::Brief => NonZeroUsize::MIN,
        };
        let config = SessionConfig::new()
            .with_target_partitions(partitions.get())
            .with_batch_size(settings.batch_rows)
            .with_sort_spill_reservation_bytes(reserved)
            .with_information_schema(false)
            // A file is split between partitions by row group, never read twice for statistics of pages.
            .set_bool("datafusion.execution.parquet.enable_page_index", false)
            .set_bool("datafusion.execution.parquet.schema_force_view_types", true)
            // Plain texts once a query is done: views into a dictionary's buffer are counted as if each batch held the
            // whole buffer, and a sort gives up long before memory is short.
            .set_bool("datafusion.sql_parser.map_string_types_to_utf8view", false)
            // What we call a column is what we wrote: no folding of case anywhere.
            .set_bool("datafusion.sql_parser.enable_ident_normalization", false);
        let state = SessionStateBuilder::new().with_config(config).with_runtime_env(runtime).with_default_features();
        let context = SessionContext::new_with_state(settings.effort.applied(state).build());
        Ok(Self { context, spill })
    }

    pub(crate) fn spill_folder(&self) -> PathBuf {
        self.spill.clone()
    }

    /// Makes a function known to SQL.
    pub fn register(&self, function: &Function) {
        let udf = match function {
            Function::Text(text) => ScalarUDF::from(TextUdf::new(*text)),
            Function::Array(array) => ScalarUDF::from(ArrayUdf::new(array.clone())),
        };
        self.context.register_udf(udf);
    }

    /// Makes one Parquet file known as a table.
    pub async fn add_parquet(&self, table: &str, path: &Path) -> Result<(), Error> {
        let failed = |source| Error::Table { table: table.to_owned(), path: path.to_owned(), source: Box::new(source) };
        let Some(text) = path.to_str() else {
            return Err(failed(DataFusionError::Configuration("the path is not UTF-8".to_owned())));
        };
        self.context.register_parquet(table, text, ParquetReadOptions::default()).await.map_err(failed)
    }

    /// Makes batches known as a table; `schema` also where there are none.
    pub fn add_batches(&self, table: &str, schema: SchemaRef, batches: Vec<RecordBatch>) -> Result<(), Error> {
        let table_of = MemTable::try_new(schema, vec![batches]).map_err(|source| Error::SetUp(Box::new(source)))?;
        self.context.register_table(table, Arc::new(table_of)).map_err(|source| Error::SetUp(Box::new(source)))?;
        Ok(())
    }

    /// Plans a query without running it: whatever is wrong with the SQL is said here.
    pub async fn check(&self, sql: &str) -> Result<SchemaRef, Error> {
        Ok(Arc::clone(self.frame(sql).await?.schema().inner()))
    }

    /// Runs a query and yields its batches as they come, in the query's order.
    pub async fn stream(&self, sql: &str) -> Result<Rows, Error> {
        let frame = self.frame(sql).await?;
        let stream = frame.execute_stream().await.map_err(|source| Error::Run(Box::new(source)))?;
        Ok(Rows { stream })
    }

    /// Runs a query whose order does not matter, its partitions side by side, and hands each batch to `each`
    /// on the partition's own thread.
    pub async fn for_each<F>(&self, sql: &str, each: F) -> Result<(), Error>
    where
        F: Fn(RecordBatch) + Clone + Send + Sync + 'static,
    {
        self.for_each_fallible(sql, move |_, batch| {
            each(batch);
            Ok(())
        })
        .await
    }

    /// As [`Engine::for_each`], told which partition a batch is of, and ended by the first error.
    pub(crate) async fn for_each_fallible<F>(&self, sql: &str, each: F) -> Result<(), Error>
    where
        F: Fn(usize, RecordBatch) -> Result<(), Error> + Clone + Send + Sync + 'static,
    {
        let frame = self.frame(sql).await?;
        let streams = frame.execute_stream_partitioned().await.map_err(|source| Error::Run(Box::new(source)))?;
        let mut tasks = tokio::task::JoinSet::new();
        for (partition, mut stream) in streams.into_iter().enumerate() {
            let each = each.clone();
            tasks.spawn(async move {
                while let Some(batch) = stream.next().await {
                    each(partition, batch.map_err(|source| Error::Run(Box::new(source)))?)?;
                }
                Ok::<(), Error>(())
            });
        }
        // The first error drops the set, which ends the other partitions.
        while let Some(ended) = tasks.join_next().await {
            ended.map_err(|source| Error::Run(Box::new(DataFusionError::External(Box::new(source)))))??;
        }
        Ok(())
    }

    /// Runs a query whose answer is small.
    pub async fn collect(&self, sql: &str) -> Result<Vec<RecordBatch>, Error> {
        self.frame(sql).await?.collect().await.map_err(|source| Error::Run(Box::new(source)))
    }

    /// The physical plan as text, for tests that hold its shape.
    pub async fn explain(&self, sql: &str) -> Result<String, Error> {
        let plan =
            self.frame(sql).await?.create_physical_plan().await.map_err(|source| Error::Query(Box::new(source)))?;
        Ok(datafusion::physical_plan::displayable(plan.as_ref()).indent(false).to_string())
    }

    async fn frame(&self, sql: &str) -> Result<DataFrame, Error> {
        self.context.sql(sql).await.map_err(|source| Error::Query(Box::new(source)))
    }

    /// Parses one expression on its own, so that a fault is told for the expression and not for the whole query.
    /// Names are not resolved.
    pub fn parse_expression(&self, sql: &str) -> Result<(), Error> {
        let failed = |source| Error::Query(Box::new(source));
        let mut parser = DFParserBuilder::new(sql).build().map_err(failed)?;
        parser.parse_expr().map_err(failed)?;
        match parser.parser.next_token().token {
            Token::EOF => Ok(()),
            more => Err(failed(DataFusionError::Plan(format!("one expression was expected, and `{more}` follows it")))),
        }
    }
}

/// Batches of a running query.
pub struct Rows {
    stream: SendableRecordBatchStream,
}

impl Rows {
    /// The next batch, or `None` at the end.
    pub async fn next(&mut self) -> Option<Result<RecordBatch, Error>> {
        let batch = self.stream.next().await?;
        Some(batch.map_err(|source| Error::Run(Box::new(source))))
    }

    /// The batches' schema.
    pub fn schema(&self) -> SchemaRef {
        self.stream.schema()
    }
}
