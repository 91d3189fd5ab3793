//! What the embedded instance does with staged rows: staging them over its REST API, then transform maps alone. Apart
//! because it stands up an instance, and because the transformer is held while rows are staged, so that neither
//! figure holds a part of the other.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use arrow::record_batch::RecordBatch;
use engine::Engine;
use instance::{Config, Instance};
use load::{BatchLimits, Target};
use pipeline::{Pipeline, update_set};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use transform::{Compiled, Stager};

use super::measure::Figure;
use crate::embedded::login_of;

/// How often the instance is asked whether it is done: small beside the seconds that are measured.
const POLL: Duration = Duration::from_millis(10);

/// One pipeline's rows, as they are sent.
pub(super) struct Staged {
    pub(super) pipeline: Pipeline,
    batches: Vec<RecordBatch>,
    rows: u64,
}

impl Staged {
    /// The first rows of a pipeline's plan, in the plan's order; at most `rows_max`.
    pub(super) async fn of(engine: &Engine, pipeline: &Pipeline, compiled: &Compiled, rows_max: u64) -> Result<Self> {
        let mut stream = compiled.rows(engine, None, None).await?;
        let mut stager = Stager::new(compiled, |page, record| format!("page {page}, record {record}"));
        let names = pipeline.staging_columns().iter().map(|column| column.name.as_str());
        let names: Vec<&str> = names.collect();
        let (mut batches, mut rows) = (Vec::new(), 0);
        while rows < rows_max
            && let Some(batch) = stream.next().await
        {
            let staged = stager.stage(&batch?)?.rows;
            let left = usize::try_from(rows_max - rows).unwrap_or(usize::MAX);
            let staged = staged.slice(0, staged.num_rows().min(left));
            let sent: Vec<usize> = names.iter().filter_map(|name| staged.schema().index_of(name).ok()).collect();
            rows += staged.num_rows() as u64;
            batches.push(staged.project(&sent)?);
        }
        Ok(Self { pipeline: pipeline.clone(), batches, rows })
    }

    /// Sends every row, each body to be transformed after the one before, and answers how many rows and bytes.
    async fn send(&self, target: &Target) -> Result<(u64, u64)> {
        let (mut after, mut bytes): (Option<String>, u64) = (None, 0);
        for batch in &self.batches {
            let label = |name: &str| {
                let columns = self.pipeline.staging_columns();
                columns.iter().find(|column| column.name == name).map(|column| column.label.clone())
            };
            let keys: Vec<String> = batch.schema().fields().iter().filter_map(|field| label(field.name())).collect();
            let constants = |_| label("u_run").map(|label| (label, "1".to_owned())).into_iter().collect();
            for body in load::encode_all(batch, &keys, BatchLimits::default(), constants)? {
                bytes += body.bytes.len() as u64;
                let receipt = target.send(self.pipeline.staging_table(), body.bytes, after.as_deref(), None).await?;
                after = Some(receipt.import_set);
            }
        }
        Ok((self.rows, bytes))
    }
}

/// Stages the rows of computers, lets them be promoted, then measures the rows of applications.
pub(super) async fn figures(
    devices: &Staged,
    applications: &Staged,
    pipelines: &[Pipeline],
    folder: &Path,
) -> Result<Vec<Figure>> {
    let config = Config { data: Some(folder.join("instance")), ..Config::with_made_up_secrets() };
    let login = login_of(&config);
    let instance = Instance::open(config).context("could not open the instance")?;
    instance.install_update_set(&update_set(pipelines)).context("the instance refused the update set")?;
    let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await.context("could not listen")?;
    let address = format!("http://{}", listener.local_addr().context("could not learn the port")?);
    let (stop, stopped) = oneshot::channel::<()>();
    let served = tokio::spawn(instance.clone().serve(listener, async move { drop(stopped.await) }));
    let target = Target::connect(&address, login).await?;
    devices.send(&target).await?;
    done(&target).await?;

    instance.hold_transforms(true);
    let began = Instant::now();
    let (rows, bytes) = applications.send(&target).await?;
    let staging = began.elapsed().as_secs_f64();
    let began = Instant::now();
    instance.hold_transforms(false);
    done(&target).await?;
    let promoting = began.elapsed().as_secs_f64();
    let promoted = target.count("cmdb_sam_sw_install", "").await?;
    ensure!(promoted == rows, "of {rows} staged rows {promoted} were promoted");

    drop(stop);
    drop(instance);
    served.await.context("the instance panicked")?.context("the instance failed")?;
    let what = "staging the same rows: encode, send, parse, insert";
    Ok(vec![
        Figure::new("encode, send and stage into the embedded instance", rows, bytes, staging),
        Figure::new("promote by transform map", rows, bytes, promoting).beside(what, staging),
    ])
}

async fn done(target: &Target) -> Result<()> {
    while target.count("sys_import_set", "state!=processed").await? > 0 {
        tokio::time::sleep(POLL).await;
    }
    Ok(())
}
