//! `tracelight-collector`: the embedded store as a program of its own.

use std::env;
use std::io::{self, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use backend::stores::Destination;
use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use collector::{Database, Settings, destination, doctor, quantity};

/// Takes OpenTelemetry traces, keeps them in SQLite, answers queries in Jaeger's shape.
#[derive(Debug, Parser)]
#[command(version, about, args_conflicts_with_subcommands = true)]
struct Flags {
    #[command(subcommand)]
    task: Option<Task>,
    /// Where OTLP/HTTP, the query API and the stream are; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:4318", value_parser = address)]
    http: SocketAddr,
    /// Where OTLP/gRPC is; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:4317", value_parser = address)]
    grpc: SocketAddr,
    /// The database's file, or :memory: [default: tracelight/traces.db in the user's data folder]
    #[arg(long, value_name = "PATH")]
    db: Option<PathBuf>,
    /// How large the database may grow before the oldest traces go, such as 2GiB
    #[arg(long, value_name = "SIZE", default_value = "4GiB", value_parser = quantity::bytes)]
    max_bytes: u64,
    /// How long traces are kept, such as 7d or 12h
    #[arg(long, value_name = "DURATION", default_value = "7d", value_parser = quantity::duration)]
    max_age: Duration,
    /// Another name by which requests may call us, such as host.docker.internal; repeat for more
    #[arg(long = "allow-host", value_name = "NAME")]
    hosts: Vec<String>,
    /// Id of a Chromium extension that may ask, in place of Tracelight's own; repeat for more
    #[arg(long = "extension-id", value_name = "ID", default_value = collector::origin::EXTENSION_ID)]
    extensions: Vec<String>,
    /// Folder of the built extension, whose dashboard is served at our address [default: a folder
    /// `dashboard` beside this program, if there is one]
    #[arg(long, value_name = "FOLDER")]
    dashboard: Option<PathBuf>,
    #[command(flatten)]
    forward: Forward,
    /// Allow addresses that other machines can reach: whoever reaches them reads every trace
    #[arg(long)]
    expose_to_network: bool,
}

/// What there is to do besides collecting.
#[derive(Debug, Subcommand)]
enum Task {
    /// Sends a server one request as the extension would and a store one span, and tells how far
    /// each came; ends with 0 when all is well, with 1 when it is not
    Doctor(doctor::Flags),
}

/// To whom spans are handed on.
#[derive(Debug, clap::Args)]
struct Forward {
    /// Hand everything on to this OTLP/HTTP endpoint once it is stored, such as
    /// `https://tempo.example:4318`; repeat for more. Headers with secrets are better given in the
    /// environment: TRACELIGHT_FORWARD_HEADERS='authorization=Basic%20…,x-scope-orgid=1' for the first,
    /// TRACELIGHT_FORWARD_HEADERS_2 for the second
    #[arg(long = "forward", value_name = "URL")]
    urls: Vec<String>,
    /// A header for the --forward before it, such as 'X-Scope-OrgID: 1'; repeat for more
    #[arg(long = "forward-header", value_name = "NAME: VALUE", requires = "urls")]
    headers: Vec<String>,
    /// Pack what is handed on with gzip
    #[arg(long = "forward-gzip", requires = "urls")]
    gzip: bool,
    /// How much may wait for each --forward before the oldest is given up, such as 512MiB
    #[arg(long = "forward-max-bytes", value_name = "SIZE", default_value = "1GiB", value_parser = quantity::bytes)]
    most: u64,
}

impl Forward {
    /// Each destination with its headers.
    fn destinations(&self, matches: &ArgMatches) -> Result<Vec<Destination>, String> {
        let places = |name| matches.indices_of(name).into_iter().flatten().collect::<Vec<_>>();
        let (urls, headers) = (places("urls"), places("headers"));
        let of = |number: usize| {
            let (from, to) = (urls.get(number).copied(), urls.get(number + 1).copied());
            headers.iter().zip(&self.headers).filter(move |(place, _)| {
                from.is_some_and(|from| from < **place) && to.is_none_or(|to| **place < to)
            })
        };
        let first = urls.first().copied().unwrap_or_default();
        if headers.iter().any(|place| *place < first) {
            return Err(
                "--forward-header stands before every --forward, wanted it behind one".into()
            );
        }
        let read = |(number, url): (usize, &String)| {
            let variable = match number {
                0 => "TRACELIGHT_FORWARD_HEADERS".to_owned(),
                number => format!("TRACELIGHT_FORWARD_HEADERS_{}", number + 1),
            };
            let secret = env::var(&variable).unwrap_or_default();
            let given: Vec<&str> = of(number).map(|(_, header)| &**header).collect();
            destination::read(url, &given, &secret, self.gzip)
                .map_err(|reason| format!("cannot hand spans on, {reason}: --forward {url}"))
        };
        self.urls.iter().enumerate().map(read).collect()
    }
}

fn address(text: &str) -> Result<SocketAddr, String> {
    let numeric = match text.strip_prefix("localhost:") {
        Some(port) => format!("{}:{port}", Ipv4Addr::LOCALHOST),
        None => text.to_owned(),
    };
    numeric.parse().map_err(|_| "wanted an address with a port, such as 127.0.0.1:4318".to_owned())
}

impl Flags {
    fn settings(self, matches: &ArgMatches) -> Result<Settings, String> {
        let forward = self.forward.destinations(matches)?;
        let database = match self.db {
            Some(path) if path.as_os_str() == ":memory:" => Database::Memory,
            Some(path) => Database::File(path),
            None => Database::File(
                dirs::data_local_dir()
                    .ok_or("found no folder for the user's data: name a file with --db PATH")?
                    .join("tracelight/traces.db"),
            ),
        };
        Ok(Settings {
            http: self.http,
            grpc: self.grpc,
            database,
            max_bytes: Some(self.max_bytes),
            max_age: Some(self.max_age),
            extensions: self.extensions,
            hosts: self.hosts,
            expose: self.expose_to_network,
            dashboard: self.dashboard.or_else(beside),
            forward,
            forward_bytes: usize::try_from(self.forward.most).unwrap_or(usize::MAX),
            ..Settings::default()
        })
    }
}

/// The dashboard that was put beside this program.
fn beside() -> Option<PathBuf> {
    let folder = std::env::current_exe().ok()?.with_file_name("dashboard");
    folder.join("app.html").is_file().then_some(folder)
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().with_writer(io::stderr).with_target(false).init();
    let matches = Flags::command().get_matches();
    let flags = Flags::from_arg_matches(&matches).map_err(|error| error.to_string());
    let done = match flags {
        Ok(Flags { task: Some(Task::Doctor(flags)), .. }) => return doctor::run(flags).await,
        Ok(flags) => run(flags, &matches).await,
        Err(reason) => Err(reason),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            // Nothing is left to be done about a standard error that is gone.
            let _ = writeln!(io::stderr(), "tracelight-collector: {reason}");
            ExitCode::FAILURE
        }
    }
}

async fn run(flags: Flags, matches: &ArgMatches) -> Result<(), String> {
    let settings = flags.settings(matches)?;
    let shown = match &settings.database {
        Database::Memory => ":memory:".to_owned(),
        Database::File(path) => path.display().to_string(),
    };
    let end = end_signal().map_err(|error| format!("cannot listen for signals: {error}"))?;
    let running = collector::start(settings).await.map_err(|error| error.to_string())?;
    let ready = format!(
        "tracelight-collector ready http={} grpc={} db={shown}",
        running.http, running.grpc
    );
    // Whoever started us may have closed our output; that is no reason to stop.
    let _ = writeln!(io::stdout(), "{ready}").and_then(|()| io::stdout().flush());
    end.await;
    running.stop().await;
    Ok(())
}

/// Ready when the user or the system wants us to end.
#[cfg(unix)]
fn end_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Ready when the user wants us to end.
#[cfg(not(unix))]
fn end_signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Without signals there is nothing to wait for but the end of the process.
        let _ = tokio::signal::ctrl_c().await;
    })
}
