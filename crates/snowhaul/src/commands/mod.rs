//! Commands: from parsed arguments to calls, and from their answers to words and exit codes.

mod explain;
mod extract;
mod instance;
mod life;
mod look;
mod plan;
mod run;
mod serve;
mod snapshot;
mod source;
mod tenant;

pub(crate) use extract::Document;
pub(crate) use source::{TOKEN, Tenant};

use std::ffi::OsString;

use anyhow::{Context, Result};
use clap::{CommandFactory, Parser};

use crate::arguments::{
    Arguments, Command, Common, ExportCommand, Form, InstanceCommand, SnapshotCommand, TenantCommand,
};
use crate::{bench, exit, log, output::Output};

/// Runs one command line, the program's name first, and returns the exit code.
pub fn main_with<I, T>(arguments: I, output: &mut Output) -> u8
where
    I: IntoIterator<Item = T>,
    T: Into<OsString>,
{
    let line: Vec<OsString> = arguments.into_iter().map(Into::into).collect();
    run_line(line, output)
}

/// Not generic, so that everything which a command calls is compiled here, once, and not in every program that calls it.
fn run_line(line: Vec<OsString>, output: &mut Output) -> u8 {
    let arguments = match Arguments::try_parse_from(line) {
        Ok(arguments) => arguments,
        Err(error) => {
            let text = error.to_string();
            let text = text.trim_end();
            if error.use_stderr() {
                output.talk(text);
                return exit::USAGE;
            }
            output.data(text);
            return exit::DONE;
        }
    };
    log::begin();
    keep_memory();
    let runtime = match tokio::runtime::Runtime::new().context("could not start the runtime") {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error, output),
    };
    // What serves works until it is interrupted, and ends in peace when it is.
    let serves = matches!(arguments.command, Command::Instance { .. } | Command::Tenant { .. } | Command::Serve(_));
    let ended = runtime.block_on(async {
        tokio::select! {
            ended = command(&arguments.common, arguments.command, output) => ended,
            () = interrupted(), if !serves => Err(exit::Interrupted.into()),
        }
    });
    match ended {
        Ok(code) => code,
        Err(error) => failed(&error, output),
    }
}

/// A process that crashes leaves no copy of its memory, which holds secrets. Where that cannot be set it is as it was.
fn keep_memory() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
}

/// Ends when a person or the system asks the process to stop. A command is then dropped where it waits, which loses
/// nothing that was acknowledged.
async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

/// The error with its causes, once, and what to do about it.
fn failed(error: &anyhow::Error, output: &mut Output) -> u8 {
    output.talk(&format!("error: {error:#}"));
    let hint = error.chain().find_map(|cause| {
        let pipeline = cause.downcast_ref::<pipeline::Error>().and_then(pipeline::Error::hint);
        let snapshot = || cause.downcast_ref::<::snapshot::Error>().and_then(::snapshot::Error::hint);
        let ledger = || cause.downcast_ref::<ledger::Error>().and_then(ledger::Error::hint);
        let integration = || cause.downcast_ref::<integration::Error>().and_then(integration::Error::hint);
        let service = || cause.downcast_ref::<service::Error>().and_then(service::Error::hint);
        pipeline.or_else(snapshot).or_else(ledger).or_else(integration).or_else(service)
    });
    if let Some(hint) = hint {
        output.talk(&format!("hint: {hint}"));
    }
    exit::of_error(error)
}

async fn command(common: &Common, command: Command, output: &mut Output) -> Result<u8> {
    let _work = match &command {
        Command::Plan(_)
        | Command::Apply(_)
        | Command::Undo(_)
        | Command::Reconcile(_)
        | Command::Extract(_)
        | Command::Replay(_) => life::work(common)?,
        // A run says so itself, and the others look only at what is whole, or end the integration.
        _ => None,
    };
    match command {
        Command::Run(arguments) => Box::pin(run::run(common, arguments, output)).await,
        Command::Plan(arguments) => Box::pin(plan::plan(common, arguments, output)).await,
        Command::Approve(arguments) => plan::approve(common, &arguments, output),
        Command::Apply(arguments) => Box::pin(plan::apply(common, arguments, output)).await,
        Command::Undo(arguments) => Box::pin(plan::undo(common, arguments, output)).await,
        Command::Explain(arguments) => Box::pin(explain::explain(common, arguments, output)).await,
        Command::Reconcile(arguments) => Box::pin(explain::reconcile(common, arguments, output)).await,
        Command::Extract(arguments) => extract::extract(common, arguments, output).await,
        Command::Replay(arguments) => Box::pin(run::replay(common, arguments, output)).await,
        Command::Snapshot { command: SnapshotCommand::Import { folder } } => snapshot::import(common, &folder, output),
        Command::Snapshots { command } => snapshot::look(common, command, output),
        Command::Runs { command } => look::runs(common, command, output),
        Command::Connect(arguments) => Box::pin(life::connect(common, arguments, output)).await,
        Command::Doctor(arguments) => Box::pin(life::doctor(common, arguments, output)).await,
        Command::Status(arguments) => life::status(common, &arguments, output),
        Command::Edit(arguments) => Box::pin(life::edit(common, arguments, output)).await,
        Command::Reauthenticate(arguments) => Box::pin(life::reauthenticate(common, arguments, output)).await,
        Command::Delete(arguments) => Box::pin(life::delete(common, arguments, output)).await,
        Command::Keys { command } => life::keys(common, command, output).await,
        Command::Serve(arguments) => Box::pin(serve::serve(common, arguments, output)).await,
        Command::Check => look::check(common, output).await,
        Command::Export { command: ExportCommand::UpdateSet { out } } => {
            look::update_set(common, out.as_deref(), output)
        }
        Command::Instance { command: InstanceCommand::Serve(arguments) } => {
            instance::serve(common, arguments, output).await
        }
        Command::Tenant { command: TenantCommand::Serve(arguments) } => tenant::serve(arguments, output).await,
        Command::Bench(arguments) => bench::run(&arguments, output).await,
        Command::Functions => {
            output.data(&transform::functions::reference());
            Ok(exit::DONE)
        }
        Command::Completion { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "snowhaul", &mut script);
            output.data(&String::from_utf8_lossy(&script));
            Ok(exit::DONE)
        }
    }
}

/// Prints a document as JSON, or says it in words.
fn say(
    form: Form,
    output: &mut Output,
    document: &impl serde::Serialize,
    words: impl FnOnce() -> String,
) -> Result<()> {
    match form {
        Form::Json => output.data(&serde_json::to_string_pretty(document).context("could not write the document")?),
        Form::Text => output.data(words().trim_end()),
        Form::Csv => return Err(no_table()),
    }
    Ok(())
}

/// What is said where a table was asked for and there is none.
fn no_table() -> anyhow::Error {
    exit::Usage(
        "--output csv is for `snowhaul reconcile` and `snowhaul runs show RUN --errors` or `--rows`; say text or json"
            .to_owned(),
    )
    .into()
}
