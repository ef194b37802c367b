//! Tries a store in the two ways in which it is used, by the same code, and tells what came back.

use std::fmt::Display;

use backend::outbox::{self, Form};
use backend::probe;
use backend::sender::{self, Outcome};
use backend::store::{Answer, Ask, Fault, Memory};
use backend::stores::{Asked, Destination};
use bridge::Trial;
use trace::contact::Purpose;
use trace::{Timestamp, json};
use webext::{clock, gzip};

use crate::Stores;
use crate::line::Line;
use crate::way::trouble;

impl Stores {
    /// Finds out what a store is. `None` for what is no draft.
    pub(crate) async fn test_asked(&self, store: &str, asked: &str) -> Option<Trial> {
        let asked: Asked = json::read(asked).ok()?;
        let mut trial = Trial::default();
        let line = match Line::new(store, asked) {
            Ok(line) => line,
            Err(flaw) => return Some(unsent(&flaw)),
        };
        let begun = clock::now();
        let found = self
            .find(&line, Purpose::Test, &Memory::default(), &mut |ask, answer| {
                // Of a store that is none that we know, the first answer says most.
                if trial.status == 0 || answer.is_some_and(|answer| answer.reply.status < 400) {
                    show(&mut trial, ask, answer);
                }
            })
            .await;
        trial.millis = millis(begun);
        match found {
            Ok(store) => {
                self.tested(&line, &store).await;
                (trial.understood, trial.found) = (true, store.dialect.name().to_owned());
            }
            Err(fault) => trial.said = trouble(&line.address, &fault),
        }
        Some(trial)
    }

    /// Sends a destination no spans, in the form in which it gets others. `None` for what is no draft.
    pub(crate) async fn test_sent(&self, destination: &str) -> Option<Trial> {
        let Destination { endpoint, form, packed, access, .. } = json::read(destination).ok()?;
        if let Err(flaw) = access.check() {
            return Some(unsent(&flaw));
        }
        let body = probe::send(&endpoint).body;
        let body = if form == Form::Json { outbox::to_json([&*body]).0 } else { body };
        let body = if packed { gzip::gzip(&body).await } else { Ok(body) };
        let body = match body {
            Ok(body) => body,
            Err(error) => return Some(unsent(&error)),
        };
        let ask = access.sign(&endpoint, outbox::export(&endpoint, body, form, packed));
        let begun = clock::now();
        let answer = self.reach(Purpose::Test, &ask).await;
        let mut trial = Trial::default();
        show(&mut trial, &ask, answer.as_ref().ok());
        trial.millis = millis(begun);
        let flaw = match answer {
            Ok(answer) if answer.reply.status == 0 => {
                Some(Fault::Redirected { to: String::new() }.to_string())
            }
            Ok(answer) => refused(&answer),
            Err(fault) => Some(trouble(&endpoint, &fault)),
        };
        trial.understood = flaw.is_none();
        trial.said = flaw.unwrap_or_default();
        Some(trial)
    }
}

/// Nothing was sent, as what should go with it cannot be.
fn unsent(flaw: &impl Display) -> Trial {
    Trial { said: flaw.to_string(), ..Trial::default() }
}

/// Shows what was tried and what came back.
fn show(trial: &mut Trial, ask: &Ask, answer: Option<&Answer>) {
    trial.tried = format!("{} {}", ask.request.method.name(), ask.request.url);
    let Some(Answer { reply, .. }) = answer else { return };
    trial.status = reply.status;
    trial.content_type.clone_from(&reply.content_type);
}

fn millis(begun: Timestamp) -> u32 {
    u32::try_from(clock::now().since(begun).as_millis()).unwrap_or(u32::MAX)
}

/// Why an export was not taken.
fn refused(answer: &Answer) -> Option<String> {
    match sender::read_export(&answer.reply) {
        Outcome::Delivered => None,
        Outcome::Retry { .. } => Some(String::new()),
        Outcome::Partial { reason, .. } | Outcome::Refused { reason, .. } => Some(reason),
    }
}
