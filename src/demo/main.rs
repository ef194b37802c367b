//! The shop's command: flags in, one line out when it is ready, and an orderly end.

use std::io::Write;
use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Parser;
use tracelight_demo::{Settings, start};

/// A small shop that is instrumented with OpenTelemetry, to try Tracelight on.
///
/// Nothing is traced unless the caller asks for it with a sampled `traceparent`.
#[derive(Parser)]
#[command(name = "tracelight-demo", version)]
struct Arguments {
    /// Where the shop listens; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value_t = Settings::default().shop)]
    shop: SocketAddr,
    /// Where the pricing service listens
    #[arg(long, value_name = "ADDR", default_value_t = Settings::default().pricing)]
    pricing: SocketAddr,
    /// Where the payment service listens
    #[arg(long, value_name = "ADDR", default_value_t = Settings::default().payment)]
    payment: SocketAddr,
    /// OTLP/HTTP receiver that spans are sent to, without /v1/traces
    #[arg(long, value_name = "URL", default_value_t = Settings::default().otlp)]
    otlp: String,
}

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { shop, pricing, payment, otlp } = Arguments::parse();
    match run(Settings { shop, pricing, payment, otlp }).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(cause) => {
            eprintln!("tracelight-demo: {cause}");
            ExitCode::FAILURE
        }
    }
}

async fn run(settings: Settings) -> Result<(), Box<dyn std::error::Error>> {
    let running = start(settings).await?;
    // Whoever started the shop waits for this line; a pipe that nobody reads is an error, not a
    // panic.
    writeln!(std::io::stdout(), "tracelight-demo ready {running}")?;
    let told = told_to_leave().await;
    running.stop().await;
    Ok(told?)
}

#[cfg(unix)]
async fn told_to_leave() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn told_to_leave() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
