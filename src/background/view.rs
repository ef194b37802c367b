//! What is true of a tab, as surfaces show it.

use bridge::{SessionView, Site, TabView, TraceView};
use trace::arrival::Again;
use trace::ladder::Ladder;
use trace::origin::Origin;
use trace::state::{Armed, Missed, Page, Sent};
use webext::{clock, permissions, tabs};

use crate::worker::Core;

impl Core {
    /// Everything that a surface shows of a tab.
    pub(crate) async fn view(&self, tab: i32) -> TabView {
        let url = tabs::get(tab).await.map(|tab| tab.url).unwrap_or_default();
        let origin = Origin::of(&url);
        let session = origin.as_ref().ok().and_then(|origin| self.state.session(origin));
        let session = session.map(|session| SessionView {
            id: session.id,
            since: session.since.millis(),
            pages: session.pages,
            previous: session.previous,
            expiry: session.expiry.saturating_mul(1_000),
            ending: session.ending,
            scope: session.scope,
            requests: session.requests,
            site: session.origin.host.clone(),
        });
        TabView {
            tab,
            site: site(&url).await,
            session,
            ended: None,
            set: Vec::new(),
            page: self.trace_view(tab),
            store_trouble: self
                .trouble
                .as_ref()
                .or(self.unsent.as_ref())
                .or(self.unasked.as_ref())
                .cloned(),
            waiting: self.waiting,
            rejected: self.rejected,
            posted: self.state.arrivals.again(tab) == Again::Never,
        }
    }

    fn trace_view(&self, tab: i32) -> Option<TraceView> {
        let progress = self.state.progress(tab, clock::now())?;
        let coming = self.state.pending.values().find(|sent| sent.tab == tab);
        let coming = coming.map(|sent| {
            let Sent { wire, url, ladder, context, .. } = sent;
            (context.trace, url.clone(), wire.method.clone(), ladder.clone())
        });
        let armed = self.state.tabs.get(&tab).and_then(|tab| tab.next.as_ref());
        let armed = armed.filter(|armed| armed.once).map(|Armed { context, .. }| {
            let ladder = Ladder::armed(context.request());
            (context.trace, String::new(), String::new(), ladder)
        });
        let shown = self.state.page(tab).map(|page| {
            let Page { wire, url, ladder, context, .. } = page;
            (context.trace, url.clone(), wire.method.clone(), ladder.clone())
        });
        let missed = self.state.tabs.get(&tab).and_then(|tab| tab.missed.as_ref());
        let missed = missed.and_then(|missed| {
            let Missed { url, method, ladder, .. } = missed.clone();
            Some((ladder.armed?.trace, url, method, ladder))
        });
        let (trace, url, method, ladder) = coming.or(armed).or(missed).or(shown)?;
        Some(TraceView { trace, url, progress, method, ladder })
    }
}

/// Whether a page can be traced, and what it takes.
pub(crate) async fn site(url: &str) -> Site {
    if url.is_empty() {
        let reason = "The browser does not tell this page's address. \
                      Click the Tracelight icon in the toolbar while the page is shown.";
        return Site::Unsupported { reason: reason.to_owned() };
    }
    match Origin::of(url) {
        Err(error) => Site::Unsupported { reason: error.to_string() },
        Ok(origin) => {
            let pattern = origin.pattern();
            let origin = origin.to_string();
            match permissions::has(&pattern).await {
                Ok(true) => Site::Ready { origin },
                Ok(false) => Site::NeedsPermission { origin, pattern },
                Err(error) => Site::Unsupported { reason: error.to_string() },
            }
        }
    }
}
