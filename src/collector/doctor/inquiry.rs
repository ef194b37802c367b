//! Asks a trace store of any kind: finds out what it speaks, and carries its questions there and back.

use std::time::Duration;

use backend::store::{Answer, Ask, Dialect, Fault, Found, Hint, Memory, Step, Store};
use trace::sourcemap::resolve;
use trace::{Span, TraceId};

use super::flags::{Flags, Header, same};
use super::now;
use crate::client::{Client, Limits};

/// How long a store may take to answer.
const PATIENCE: Duration = Duration::from_secs(25);
/// Redirects within the store's own address.
const REDIRECTS: usize = 3;

/// What is known of a store.
#[derive(Debug)]
pub(super) struct Inquiry<'a> {
    client: &'a Client,
    address: &'a str,
    headers: &'a [Header],
    memory: Memory,
    /// Why it did not answer last.
    unheard: String,
}

/// What a store says of a trace.
#[derive(Debug)]
pub(super) struct Word {
    /// With which status.
    pub(super) status: u16,
    /// What it has; `None` for nothing yet.
    pub(super) spans: Option<Vec<Span>>,
}

/// Why a store says nothing of use.
#[derive(Clone, Debug)]
pub(super) struct Trouble {
    /// By kind.
    pub(super) fault: Fault,
    /// For people.
    pub(super) said: String,
}

impl<'a> Inquiry<'a> {
    /// Of the store that the flags name; `None` where they name none.
    pub(super) fn new(client: &'a Client, flags: &'a Flags) -> Option<Self> {
        let address = Some(&*flags.store).filter(|address| !address.is_empty())?;
        let headers = &flags.store_headers;
        Some(Self { client, address, headers, memory: Memory::default(), unheard: String::new() })
    }

    /// What it speaks, as far as that was found out.
    pub(super) fn dialect(&self) -> Option<Dialect> {
        self.memory.store.as_ref().map(|store| store.dialect)
    }

    /// Asks for a trace.
    pub(super) async fn trace(&mut self, id: TraceId) -> Result<Word, Trouble> {
        let store = match self.memory.known(self.address, Hint::Any) {
            Some(store) => store.clone(),
            None => self.find().await.map_err(|fault| self.trouble(fault))?,
        };
        let heard = match self.send(store.trace(id)).await {
            Some(answer) => {
                store.read_trace(&answer, now()).map(|found| (answer.reply.status, found))
            }
            None => Err(Fault::Silent),
        };
        match heard {
            Ok((status, Found::NotYet)) => Ok(Word { status, spans: None }),
            Ok((status, Found::Trace(trace))) => {
                Ok(Word { status, spans: Some(trace.accepted.spans) })
            }
            Err(fault) => {
                self.memory.failed(&fault);
                Err(self.trouble(fault))
            }
        }
    }

    async fn find(&mut self) -> Result<Store, Fault> {
        let mut finder = self.memory.finder(self.address, Hint::Any);
        let mut step = finder.next();
        loop {
            let ask = match step {
                Step::Ask(ask) => ask,
                Step::Found(store) => {
                    self.memory.found(self.address, store.clone());
                    return Ok(store);
                }
                Step::Failed(fault) => return Err(fault),
            };
            let answer = self.send(ask).await;
            step = finder.heard(answer.as_ref(), now());
        }
    }

    /// Sends a question; `None` when nothing answers. Where a redirect leads to another origin, the
    /// answer says so and is of no use.
    async fn send(&mut self, mut ask: Ask) -> Option<Answer> {
        for Header { name, value } in self.headers {
            ask.request.headers.retain(|(known, _)| known != name);
            ask.request.headers.push((name.clone(), value.0.clone()));
        }
        let limits = Limits { patience: PATIENCE, most: ask.most };
        let mut request = ask.request;
        for _ in 0..=REDIRECTS {
            let reply = match self.client.send(request.clone(), limits).await {
                Ok(reply) => reply,
                Err(error) => {
                    self.unheard = error.to_string();
                    return None;
                }
            };
            let to = Some(reply.header("location")).filter(|_| (300..400).contains(&reply.status));
            let to = to.and_then(|to| resolve(&request.url, to));
            if let Some(to) = to.as_ref().filter(|to| same(to, self.address)) {
                request.url.clone_from(to);
                continue;
            }
            let (date, over) = (reply.header("date").to_owned(), reply.over);
            let url = to.unwrap_or(request.url);
            return Some(Answer { reply: reply.of_store(), url, date, over, cut: false });
        }
        self.unheard = format!("more than {REDIRECTS} redirects");
        None
    }

    fn trouble(&self, fault: Fault) -> Trouble {
        let said = match fault {
            Fault::Silent => format!("nothing answers at {}: {}", self.address, self.unheard),
            _ => fault.to_string(),
        };
        Trouble { fault, said }
    }
}
