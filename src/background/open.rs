//! Opens what a verb leads to: the user's own dashboard where a link is set, else ours.

use backend::link::{self, Values};
use bridge::Reply;
use trace::TraceContext;
use trace::origin::Origin;
use trace::state::Page;
use webext::{clock, tabs};

use crate::message::refused;
use crate::worker::Core;

/// Opens what a link makes of the values, or our own page where no link is set, beside a tab.
pub(crate) async fn open(link: &str, values: &Values<'_>, ours: String, tab: i32) -> Reply {
    let url = match link {
        "" => Ok(ours),
        link => link::fill(link, values),
    };
    let url = match url {
        Ok(url) => url,
        Err(error) => {
            return refused(&format!("The link in the options cannot be opened: {error}."));
        }
    };
    match tabs::open(url, tabs::get(tab).await.ok().as_ref()).await {
        Ok(()) => Reply::Done,
        Err(error) => refused(&error.to_string()),
    }
}

impl Core {
    /// Opens the trace of a page, or of one within it.
    pub(crate) async fn open_page(&self, page: &Page, shown: TraceContext, tab: i32) -> Reply {
        let trace = shown.trace;
        let origin = page.origin.to_string();
        let values = Values {
            trace: Some(trace),
            span: Some(shown.span),
            session: page.session,
            start: Some(page.wire.start),
            end: Some(clock::now()),
            origin: &origin,
        };
        let ours = format!("app.html?view=dashboard&trace={trace}&tab={tab}");
        open(&self.settings.links.trace, &values, ours, tab).await
    }

    /// Opens the traces of the session of a tab's site.
    pub(crate) async fn open_session(&self, tab: i32) -> Reply {
        let url = tabs::get(tab).await.map(|tab| tab.url).unwrap_or_default();
        let session =
            Origin::of(&url).ok().and_then(|origin| self.state.session(tab, &origin.host));
        let Some(session) = session else {
            return refused("No session is active on this site. Start Tracing Session makes one.");
        };
        let origin = session.origin.to_string();
        let values = Values {
            session: Some(session.id),
            start: Some(session.since),
            end: Some(clock::now()),
            origin: &origin,
            ..Values::default()
        };
        let ours = logs(&session.id.to_string());
        open(&self.settings.links.session, &values, ours, tab).await
    }

    /// Opens the traces of the session before, which the journal knows.
    pub(crate) async fn open_previous(&self, tab: i32) -> Reply {
        let url = tabs::get(tab).await.map(|tab| tab.url).unwrap_or_default();
        let origin = Origin::of(&url).map(|origin| format!("&origin={origin}"));
        let ours = logs(&format!("last{}", origin.unwrap_or_default()));
        open("", &Values::default(), ours, tab).await
    }
}

/// The dashboard's Logs of a session, with the filter for traced requests on.
fn logs(session: &str) -> String {
    format!("app.html?view=dashboard&tab=logs&session={session}&traces=on")
}
