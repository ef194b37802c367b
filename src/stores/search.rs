//! Asks the store for all traces of a session.

use backend::store::Search;
use bridge::{Findings, Notice, Task, Wanted};
use trace::TraceId;
use trace::contact::Purpose;
use webext::{clock, message, recording};

use crate::Stores;
use crate::ask::hand;
use crate::line::Line;
use crate::way::trouble;

impl Stores {
    /// Asks by id for what is known, by search for what is not, and has it recorded.
    pub(crate) async fn search(&self, wanted: Wanted) -> Findings {
        let mut findings = Findings::default();
        let line = match Line::set().await {
            None => return findings,
            Some(Ok(line)) => line,
            Some(Err(flaw)) => {
                findings.trouble.push(flaw.to_string());
                return findings;
            }
        };
        let store = match self.known(&line).await {
            Ok(store) => store,
            Err(fault) => {
                self.failed(&fault).await;
                findings.trouble.push(trouble(&line.address, &fault));
                return findings;
            }
        };
        let mut search = Search::new(store, wanted);
        while let Some(ask) = search.next() {
            let answer = self.put(&line, Purpose::Ask, ask).await;
            search.heard(answer.as_ref().map_err(Clone::clone), clock::now());
        }
        findings.again = search.again(clock::now());
        let found = search.findings();
        findings.more = found.more;
        findings.rejected = found.rejected.count;
        for (trace, found) in found.traces {
            hand(trace, &found.accepted.spans).await;
            if keep(trace).await {
                findings.grew.push(trace);
            }
            findings.traces.push(trace);
        }
        for fault in &found.faults {
            self.failed(fault).await;
            findings.trouble.push(trouble(&line.address, fault));
        }
        findings
    }
}

/// Has what was handed on recorded. Whether any of it was new.
async fn keep(trace: TraceId) -> bool {
    let grew = recording::ask(&Task::Keep { trace }).await.unwrap_or(false);
    if grew {
        message::tell(Notice::Grew { trace }).await;
    }
    grew
}
