//! What is true of a tab, as surfaces show it.

use bridge::{EndedView, SessionView, SetKind, SetView, Site, TabView, TraceView};
use trace::arrival::Again;
use trace::ladder::Ladder;
use trace::origin::Origin;
use trace::state::{Armed, Missed, Page, Place, Sent, Session, Soft};
use trace::wanted::{BODY, META, Reach};
use webext::tabs::Tab;
use webext::{Error, clock, permissions, tabs};

use crate::worker::Core;

/// What the browser tells of a tab.
pub(crate) struct Glance {
    tab: i32,
    host: String,
    site: Site,
}

impl Glance {
    /// Asks the browser.
    pub(crate) async fn at(tab: i32) -> Self {
        let shown = tabs::get(tab).await;
        let origin = shown.as_ref().ok().and_then(|tab| Origin::of(&tab.url).ok());
        let host = origin.map(|origin| origin.host).unwrap_or_default();
        Self { tab, host, site: site(shown).await }
    }
}

impl Core {
    /// Everything that a surface shows of a tab.
    pub(crate) async fn view(&self, tab: i32) -> TabView {
        self.show(Glance::at(tab).await)
    }

    /// The same, once the browser has told its part.
    pub(crate) fn show(&self, Glance { tab, host, site }: Glance) -> TabView {
        let session = self.state.session(tab, &host);
        let ended = self.state.ended(tab, &host).filter(|_| session.is_none());
        TabView {
            tab,
            site,
            session: session.map(session_view),
            ended: ended.map(|ended| EndedView {
                id: ended.id,
                at: ended.at.millis(),
                end: ended.end,
            }),
            set: self.ledger(),
            page: self.trace_view(tab),
            trouble: self.trouble.clone(),
            store_trouble: self.unsent.as_ref().or(self.unasked.as_ref()).cloned(),
            waiting: self.waiting.unwrap_or_default(),
            rejected: self.rejected,
            dropped: self.state.page(tab).map_or(0, |page| page.dropped.saturating_add(page.gaps)),
            posted: self.state.arrivals.again(tab) == Again::Never,
        }
    }

    /// What of ours is set in the browser, each thing once.
    fn ledger(&self) -> Vec<SetView> {
        let (cookies, rules, scripts) = self.setting.all();
        let mut set: Vec<SetView> = Vec::new();
        let mut add = |kind, place: String, host: &str| {
            let there = |set: &SetView| set.kind == kind && set.place == place;
            if !set.iter().any(there) {
                let since = self.since(host);
                set.push(SetView { kind, place, since });
            }
        };
        for cookie in cookies {
            let Place { store, host } = cookie.place();
            let below = if cookie.domain.is_empty() { "" } else { "*." };
            add(
                SetKind::Cookie,
                format!("{} on {below}{host}{}", cookie.name, aside(&store)),
                &host,
            );
        }
        for rule in rules {
            let (place, host) = match &rule.reach {
                Reach::Documents(host) => (format!("documents of {host}"), host.as_str()),
                Reach::Site(site) => (format!("documents of *.{site}"), site.as_str()),
                Reach::Resources(origin) => {
                    (format!("what pages load from {origin}"), origin.host.as_str())
                }
                Reach::Target(pattern) => (format!("what pages load from /{pattern}/"), ""),
                // These set nothing.
                Reach::Spared(_) | Reach::Paused(_) | Reach::Below(_) | Reach::Excluded => {
                    continue;
                }
            };
            add(SetKind::Rule, place, host);
        }
        for host in scripts {
            let bare = host.strip_prefix(META).or(host.strip_prefix(BODY)).unwrap_or(host);
            add(SetKind::Script, host.clone(), bare.strip_prefix("*.").unwrap_or(bare));
        }
        set
    }

    /// Since when something is set on a host: as long as its session, or its page trace.
    fn since(&self, host: &str) -> u64 {
        let sessions = self.state.sessions.values().filter(|session| session.covers(host));
        let pages = self.state.pages.values().filter(|page| page.live && page.origin.host == host);
        let starts = sessions.map(|session| session.since).chain(pages.map(|page| page.wire.start));
        starts.min().unwrap_or_default().millis()
    }

    fn trace_view(&self, tab: i32) -> Option<TraceView> {
        let progress = self.state.progress(tab, clock::now())?;
        let coming = self.state.expected(tab);
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
            let Page { wire, url, ladder, context, soft, .. } = page;
            match soft {
                Some(Soft { context, url, method, ladder, .. }) => {
                    (context.trace, url.clone(), method.clone(), ladder.clone())
                }
                None => (context.trace, url.clone(), wire.method.clone(), ladder.clone()),
            }
        });
        let missed = self.state.tabs.get(&tab).and_then(|tab| tab.missed.as_ref());
        let missed = missed.and_then(|missed| {
            let Missed { url, method, ladder, .. } = missed.clone();
            Some((ladder.armed?.trace, url, method, ladder))
        });
        let (trace, url, method, ladder) = coming.or(armed).or(missed).or(shown)?;
        Some(TraceView { trace, url, progress, once: self.once(tab), method, ladder })
    }

    /// Whether the trace of a tab is a page trace by itself: the one that comes, else the one shown.
    fn once(&self, tab: i32) -> bool {
        let coming = self.state.pending.values().find(|sent| sent.tab == tab);
        let coming = coming.map(|sent| sent.once);
        let armed = self.state.tabs.get(&tab).and_then(|tab| tab.next.as_ref());
        let armed = armed.filter(|armed| armed.once).map(|armed| armed.once);
        let shown = || self.state.page(tab).map(|page| page.session.is_none());
        coming.or(armed).or_else(shown).unwrap_or(false)
    }
}

fn session_view(session: &Session) -> SessionView {
    let Place { store, host } = session.place();
    let whole = if session.domain.is_empty() { "" } else { " and all hosts below it" };
    SessionView {
        id: session.id,
        since: session.since.millis(),
        pages: session.pages,
        previous: session.previous,
        expiry: session.expiry.saturating_mul(1_000),
        ending: session.ending,
        scope: session.scope(),
        requests: session.requests,
        site: format!("{host}{whole}{}", aside(&store)),
    }
}

/// Names another cookie store than the browser's own.
fn aside(store: &str) -> String {
    match store {
        "" => String::new(),
        "1" | "firefox-private" => " in private windows".to_owned(),
        other => format!(" in {other}"),
    }
}

/// Whether a page can be traced, and what it takes.
pub(crate) async fn site(shown: Result<Tab, Error>) -> Site {
    let Ok(Tab { url, .. }) = shown else {
        return Site::Barred {
            reason: "The browser does not let Tracelight see this tab: it is closed, or in a \
                     private window."
                .to_owned(),
            remedy: "Allow in private windows".to_owned(),
            // There the user finds us, and lets us in under our details.
            address: "chrome://extensions/".to_owned(),
        };
    };
    if url.is_empty() {
        let reason = "The browser does not tell this page's address. \
                      Click the Tracelight icon in the toolbar while the page is shown.";
        return Site::Unsupported { reason: reason.to_owned() };
    }
    match Origin::of(&url) {
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
