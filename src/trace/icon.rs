//! What the toolbar icon says of a tab: a shape, a few characters, a sentence.
//!
//! Three ways at once, because colour alone reaches nobody who cannot tell it. Knows nothing of
//! pictures: a shape's name is all that the shell needs to find them.

use crate::completion::Progress;
use crate::quantity;
use crate::state::State;
use crate::{SessionId, Timestamp};

/// What is shown at the icon of a tab. The default is what the browser shows by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Icon {
    /// Its shape and colour.
    pub shape: Shape,
    /// At most four characters on it; empty for none.
    pub badge: String,
    /// What it means, when it is pointed at.
    pub title: String,
}

impl Default for Icon {
    fn default() -> Self {
        Self { shape: Shape::Idle, badge: String::new(), title: NAME.to_owned() }
    }
}

const NAME: &str = "Tracelight";

/// A shape: no two have the same outline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Nothing is traced here.
    Idle,
    /// A session is active.
    Session,
    /// A page trace is under way.
    Busy,
    /// The page's trace is complete.
    Done,
    /// Something is missing, or was refused.
    Trouble,
}

impl Shape {
    /// Its name, which is that of its picture.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Idle => "icon",
            Self::Session => "session",
            Self::Busy => "busy",
            Self::Done => "done",
            Self::Trouble => "trouble",
        }
    }

    /// The badge's colour, dark enough for white text.
    #[must_use]
    pub const fn colour(self) -> &'static str {
        match self {
            Self::Idle | Self::Busy => "#2459d3",
            Self::Session | Self::Done => "#12805c",
            Self::Trouble => "#c4420e",
        }
    }
}

impl State {
    /// What the icon of a tab says; `trouble` is what the browser refused last.
    #[must_use]
    pub fn icon(&self, tab: i32, now: Timestamp, trouble: Option<&str>) -> Icon {
        let session = self.in_session(tab);
        let progress = self.progress(tab, now);
        if progress.is_none() && !session {
            return Icon::default();
        }
        let spans = self.page(tab).map_or(0, |page| page.wait().spans());
        let shape = self.shape(tab, session, progress.as_ref(), trouble);
        let badge = match (spans, shape) {
            (0, Shape::Session) => "on".to_owned(),
            (0, Shape::Busy) => "…".to_owned(),
            (0, Shape::Trouble) => "!".to_owned(),
            (spans, _) => short(spans),
        };
        let mut said = vec![if session { "session active" } else { "no session" }.to_owned()];
        said.extend(trouble.map(str::to_owned));
        said.extend(progress.map(|progress| said_of(&progress, spans)));
        Icon { shape, badge, title: format!("{NAME}: {}", said.join(", ")) }
    }

    fn shape(
        &self,
        tab: i32,
        session: bool,
        progress: Option<&Progress>,
        trouble: Option<&str>,
    ) -> Shape {
        // In a session every page waits for its spans; only one that was asked for is work to see.
        let single = self.page(tab).is_none_or(|page| page.toast || page.session.is_none());
        match progress {
            _ if trouble.is_some() => Shape::Trouble,
            Some(Progress::TimedOut { .. }) => Shape::Trouble,
            Some(Progress::Reloading | Progress::Armed) => Shape::Busy,
            Some(Progress::Spared { .. }) if !session => Shape::Idle,
            Some(Progress::Spared { .. }) => Shape::Session,
            Some(Progress::Complete { .. }) if !session => Shape::Done,
            Some(Progress::Complete { .. }) | None => Shape::Session,
            Some(_) if session && !single => Shape::Session,
            Some(_) => Shape::Busy,
        }
    }

    /// Whether a session is active where a tab is: its page is traced in one, or the next will be.
    fn in_session(&self, tab: i32) -> bool {
        let active = |id: SessionId| self.sessions.values().any(|session| session.id == id);
        let shown = self.page(tab).and_then(|page| page.session).is_some_and(active);
        let next = self.tabs.get(&tab).and_then(|tab| tab.next.as_ref());
        shown || next.is_some_and(|armed| !armed.once)
    }
}

/// A progress in the title: its numbers change too often for more.
fn said_of(progress: &Progress, spans: u32) -> String {
    let title = progress.title().to_ascii_lowercase();
    match progress {
        Progress::TimedOut { reason, .. } | Progress::Spared { reason } => {
            format!("{title}: {reason}")
        }
        _ if spans == 0 => title,
        _ => format!("{title}, {}", quantity::count(u64::from(spans), "span")),
    }
}

/// A number in at most four characters.
fn short(number: u32) -> String {
    match number {
        0 => String::new(),
        1..1_000 => number.to_string(),
        1_000..1_000_000 => format!("{}k", number / 1_000),
        _ => format!("{}M", number / 1_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::completion::{QUIET, Sight};
    use crate::origin::Origin;
    use crate::session::Asked;
    use crate::session::Event;
    use crate::state::Page;
    use crate::state::{End, Place, Plan};

    const URL: &str = "http://a.test/checkout";

    /// A browser with one tab; time stands still unless a test moves it.
    struct World {
        state: State,
        drawn: u8,
        now: Timestamp,
    }

    impl World {
        fn new() -> Self {
            Self { state: State::default(), drawn: 0, now: Timestamp::from_millis(1e12) }
        }

        fn step(&mut self, event: Event) {
            let drawn = &mut self.drawn;
            self.state.step(event, self.now, &mut || {
                *drawn += 1;
                std::array::from_fn(|at| *drawn + u8::try_from(at).unwrap())
            });
        }

        fn session(&mut self) {
            let origin = Origin::of(URL).unwrap();
            self.step(Event::Start { tab: 1, origin, plan: Plan::default(), open: Vec::new() });
        }

        fn trace(&mut self) {
            self.step(Event::Trace { tab: 1, origin: Origin::of(URL).unwrap() });
        }

        /// The tab's armed document is asked for and shown.
        fn load(&mut self) {
            let armed = self.state.tabs.get(&1).unwrap().next.clone().unwrap();
            let (url, method) = (URL.to_owned(), "GET".to_owned());
            let context = armed.context.request();
            self.step(Event::Sent(Asked {
                tab: 1,
                request: "n1".to_owned(),
                url: url.clone(),
                method,
                context,
            }));
            self.step(Event::Committed { tab: 1, url });
        }

        fn page(&mut self) -> &mut Page {
            self.state.pages.values_mut().next().unwrap()
        }

        /// The page's trace can be seen to have so many spans, and nothing is missing.
        fn spans(&mut self, spans: u32) {
            let (now, sight) =
                (self.now, Sight { spans, joined: true, loaded: true, ..Sight::default() });
            self.page().watch.see(now, sight);
        }

        fn wait(&mut self, time: std::time::Duration) {
            self.now = self.now.plus(time);
            let now = self.now;
            self.page().watch.settle(now);
        }

        fn icon(&self) -> (Shape, String, String) {
            let Icon { shape, badge, title } = self.state.icon(1, self.now, None);
            (shape, badge, title)
        }
    }

    fn icon(shape: Shape, badge: &str, title: &str) -> (Shape, String, String) {
        (shape, badge.to_owned(), format!("Tracelight{title}"))
    }

    #[test]
    fn a_tab_where_nothing_is_traced_has_the_icon_that_the_browser_shows_by_itself() {
        assert_eq!(World::new().icon(), icon(Shape::Idle, "", ""));
    }

    #[test]
    fn a_page_trace_goes_from_busy_to_done() {
        let mut world = World::new();
        world.trace();
        let title = ": no session, reloading with tracing on";
        assert_eq!(world.icon(), icon(Shape::Busy, "…", title));
        world.load();
        assert_eq!(world.icon(), icon(Shape::Busy, "…", ": no session, waiting for spans"));
        world.spans(12);
        let title = ": no session, waiting for spans, 12 spans";
        assert_eq!(world.icon(), icon(Shape::Busy, "12", title));
        world.wait(QUIET);
        let title = ": no session, trace complete, 12 spans";
        assert_eq!(world.icon(), icon(Shape::Done, "12", title));
    }

    #[test]
    fn a_session_keeps_its_shape_from_page_to_page_and_loses_it_when_it_stops() {
        let mut world = World::new();
        world.session();
        assert_eq!(world.icon(), icon(Shape::Session, "on", ": session active"));
        world.load();
        assert_eq!(world.icon().0, Shape::Session);
        world.spans(1_234);
        world.wait(QUIET);
        let title = ": session active, trace complete, 1234 spans";
        assert_eq!(world.icon(), icon(Shape::Session, "1k", title));
        world.step(Event::Stop {
            place: Place { store: String::new(), host: "a.test".to_owned() },
            end: End::Stopped,
        });
        assert_eq!(world.icon().0, Shape::Done, "the page is still a traced one");
        world.step(Event::Committed { tab: 1, url: "http://b.test/".to_owned() });
        assert_eq!(world.icon(), icon(Shape::Idle, "", ""));
    }

    #[test]
    fn what_is_missing_is_said_by_shape_and_in_words() {
        let mut world = World::new();
        world.trace();
        world.load();
        world.wait(crate::completion::PATIENCE);
        let title = ": no session, timed out: the page is still loading";
        assert_eq!(world.icon(), icon(Shape::Trouble, "!", title));
        let refused = world.state.icon(1, world.now, Some("no room")).title;
        assert!(refused.starts_with("Tracelight: no session, no room, timed out"), "{refused}");
    }

    #[test]
    fn a_count_has_at_most_four_characters() {
        let said = [0, 7, 999, 1_000, 99_999, 999_999, 12_345_678].map(short);
        assert_eq!(said, ["", "7", "999", "1k", "99k", "999k", "12M"]);
    }
}
