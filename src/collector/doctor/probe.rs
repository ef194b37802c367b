//! The doctor's own span: whether the store takes it, and gives it back.

use std::sync::Arc;
use std::time::Duration;

use backend::sender::{self, Outcome};
use trace::attribute::{Attributes, key};
use trace::span::{Dropped, Kind, Resource, Scope, Span, Status};
use trace::{TraceId, Value};

use super::flags::Flags;
use super::ids::Ids;
use super::now;
use crate::client::{Client, Limits};

/// How long an export may take, as OpenTelemetry's exporters have it.
const LIMITS: Limits = Limits { patience: Duration::from_secs(10), most: 1 << 16 };
/// Exports of one span, until one is answered.
const TRIES: u32 = 3;
/// Nobody who is asked to wait waits longer than this.
const PAUSE: Duration = Duration::from_secs(5);

/// What became of the doctor's own span.
#[derive(Clone, Debug)]
pub(super) struct Probe {
    /// Where it went.
    pub(super) endpoint: String,
    /// Its trace.
    pub(super) trace: TraceId,
    /// Why it was not taken; `None` where it was.
    pub(super) trouble: Option<String>,
    /// How long it took to be found.
    pub(super) found: Option<Duration>,
}

/// Sends it; `None` where nothing is to be sent.
pub(super) async fn send(client: &Client, flags: &Flags, ids: &Ids) -> Option<Probe> {
    let endpoint = flags.endpoint()?;
    let bytes = otlp::proto::encode(&[span(ids)]);
    let mut request = sender::export(endpoint, bytes);
    request.headers.extend(flags.credentials().into_iter().map(|it| (it.name, it.value.0)));
    let endpoint = request.url.clone();
    let mut trouble = None;
    for _ in 0..TRIES {
        let pause = match client.send(request.clone(), LIMITS).await {
            Err(error) => {
                trouble = Some(format!("nothing answers at {endpoint}: {error}"));
                break;
            }
            Ok(reply) => match sender::read_export(&reply.of_store()) {
                Outcome::Delivered => {
                    trouble = None;
                    break;
                }
                Outcome::Partial { rejected, reason } => {
                    trouble = Some(format!("the store rejected {rejected} spans: {reason}"));
                    break;
                }
                Outcome::Refused { status: 200..=299, reason } => {
                    trouble = Some(format!("a page answered, wanted a store: {reason}"));
                    break;
                }
                Outcome::Refused { status, reason } => {
                    trouble = Some(format!("the store refused spans with {status}: {reason}"));
                    break;
                }
                Outcome::Retry { after } => {
                    trouble = Some("the store is busy".to_owned());
                    after.unwrap_or(Duration::from_secs(1)).min(PAUSE)
                }
            },
        };
        tokio::time::sleep(pause).await;
    }
    Some(Probe { endpoint, trace: ids.trace, trouble, found: None })
}

fn span(ids: &Ids) -> Span {
    let text = |name: &str, value: &str| (name.to_owned(), Value::from(value));
    let resource = Resource {
        attributes: [text(key::SERVICE_NAME, "tracelight-doctor")].into_iter().collect(),
        schema: String::new(),
    };
    let scope = Scope {
        name: "tracelight".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        ..Scope::default()
    };
    let attributes: Attributes =
        [text(key::SESSION_ID, &ids.session.to_string())].into_iter().collect();
    Span {
        trace: ids.trace,
        id: ids.span,
        parent: None,
        state: String::new(),
        flags: 0,
        name: "examination".to_owned(),
        kind: Kind::Internal,
        start: now(),
        end: now(),
        attributes,
        events: Vec::new(),
        links: Vec::new(),
        status: Status::Unset,
        dropped: Dropped::default(),
        resource: Arc::new(resource),
        scope: Arc::new(scope),
    }
}
