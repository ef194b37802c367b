//! The verbs that need a page: what they ask of the session machine, and what takes them back when
//! not everything could be set.

use std::rc::Rc;

use bridge::{Reply, Site, Verb};
use trace::arrival::Again;
use trace::origin::Origin;
use trace::session::Event;
use trace::settings::Scope;
use trace::state::{End, Plan};
use webext::{clock, cookies, permissions, tabs};

use crate::message::refused;
use crate::panels::BACK;
use crate::view;
use crate::worker::{Core, Worker};

/// Why a page that a form led to is not loaded again.
const POSTED: &str = "This page is the answer to a form (POST), and loading it again would send \
                      the form again. Open the page by its address, or start a session and send \
                      the form yourself.";

impl Worker {
    /// Carries a verb out, and takes it back when not everything could be set.
    pub(crate) async fn verb(
        self: &Rc<Self>,
        core: &mut Core,
        tab: i32,
        verb: Verb,
        plan: Option<bridge::Plan>,
    ) -> Reply {
        let shown = tabs::get(tab).await;
        let url = shown.as_ref().map(|tab| tab.url.clone()).unwrap_or_default();
        let origin = match Origin::of(&url) {
            Ok(origin) => origin,
            Err(error) => return refused(&error.to_string()),
        };
        // What takes something back needs no permission: what was set with one must go without.
        let back = matches!(verb, Verb::Stop | Verb::Cancel);
        if !back && !matches!(view::site(shown).await, Site::Ready { .. }) {
            return refused(&format!("Tracelight has no permission for {origin} yet."));
        }
        if verb == Verb::Run && core.state.arrivals.again(tab) == Again::Never {
            return refused(POSTED);
        }
        core.trouble = None;
        let event = match core.event(tab, &origin, verb, plan).await {
            Ok(event) => event,
            Err(reply) => return reply,
        };
        let acts = core.step(event, clock::now()).await;
        if back {
            core.verify().await;
        }
        if let Some(trouble) = core.trouble.clone() {
            if !back {
                core.take_back(tab, &origin).await;
            }
            return refused(&trouble);
        }
        self.act(core, acts).await;
        self.look_for_panels(BACK);
        Reply::View(Box::new(core.view(tab).await))
    }
}

impl Core {
    /// What a verb is to the session machine.
    async fn event(
        &mut self,
        tab: i32,
        origin: &Origin,
        verb: Verb,
        plan: Option<bridge::Plan>,
    ) -> Result<Event, Reply> {
        let origin = origin.clone();
        Ok(match verb {
            Verb::Start => {
                let open = self.open_tabs().await;
                let plan = self.plan(tab, &origin, plan).await?;
                Event::Start { tab, origin, plan, open }
            }
            Verb::Restart => {
                let open = self.open_tabs().await;
                Event::Restart { tab, origin, open }
            }
            Verb::Run => Event::Trace { tab, origin },
            Verb::Cancel => Event::Cancel { tab },
            Verb::Stop => match self.state.session(tab, &origin.host) {
                Some(session) => Event::Stop { place: session.place(), end: End::Stopped },
                None => Event::Tick,
            },
            // These change nothing.
            Verb::View | Verb::ViewSession | Verb::ViewPrevious => Event::Tick,
        })
    }

    /// How a session is to be, the domain of its site asked of the browser.
    async fn plan(
        &self,
        tab: i32,
        origin: &Origin,
        plan: Option<bridge::Plan>,
    ) -> Result<Plan, Reply> {
        let ours = &self.settings;
        let plan = plan.unwrap_or(bridge::Plan { scope: ours.scope, ending: ours.ending });
        let mut domain = String::new();
        if plan.scope == Scope::Site {
            let store = tabs::get(tab).await.map(tabs::Tab::open).ok().and_then(|tab| tab.store);
            let found = cookies::site(origin, &store.unwrap_or_default(), clock::now()).await;
            domain = found.map_err(|error| refused(&error.to_string()))?;
            let pattern = format!("*://*.{domain}/*");
            if !domain.is_empty() && !permissions::has(&pattern).await.unwrap_or(false) {
                let reason = format!("A session for the whole site needs permission for {domain}.");
                return Err(Reply::Asks { reason, pattern });
            }
        }
        Ok(Plan { domain, ending: plan.ending })
    }

    /// Undoes a verb that did not come off.
    async fn take_back(&mut self, tab: i32, origin: &Origin) {
        let session = self.state.session(tab, &origin.host);
        let event = match session.filter(|session| session.pages == 0) {
            Some(session) => Event::Stop { place: session.place(), end: End::Stopped },
            None => Event::Cancel { tab },
        };
        self.step(event, clock::now()).await;
    }
}
