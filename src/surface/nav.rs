//! Draws the way between the tabs of the dashboard, whichever module draws the tab.

use leptos::prelude::*;

use crate::board::{Board, Tab};
use crate::period::Period;
use crate::query::Query;

/// The tabs that one goes to from everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Traced requests.
    Logs,
    /// Sessions, and one of them.
    Sessions,
    /// Page Speed.
    Pages,
    /// JS Errors, and one of them.
    Errors,
    /// API, and one route of it.
    Api,
    /// Usage.
    Usage,
}

impl Place {
    const ALL: [Self; 6] =
        [Self::Logs, Self::Sessions, Self::Pages, Self::Errors, Self::Api, Self::Usage];

    /// Where a tab belongs.
    #[must_use]
    pub const fn of(tab: &Tab) -> Self {
        match tab {
            Tab::Sessions(_) | Tab::Session { .. } => Self::Sessions,
            Tab::Pages => Self::Pages,
            Tab::Errors | Tab::Error { .. } => Self::Errors,
            Tab::Api | Tab::Route { .. } => Self::Api,
            Tab::Usage => Self::Usage,
        }
    }

    /// What it is called.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Logs => "Logs",
            Self::Sessions => "Sessions",
            Self::Pages => "Page Speed",
            Self::Errors => "JS Errors",
            Self::Api => "API",
            Self::Usage => "Usage",
        }
    }

    /// Its address, about the same time.
    fn address(self, period: Period) -> String {
        let tab = match self {
            Self::Logs => return Query::default().address(),
            Self::Sessions => Tab::Sessions(Box::default()),
            Self::Pages => Tab::Pages,
            Self::Errors => Tab::Errors,
            Self::Api => Tab::Api,
            Self::Usage => Tab::Usage,
        };
        Board { tab, period }.address()
    }
}

/// Links to all tabs.
#[component]
pub fn Nav(
    /// The one that is shown.
    place: Place,
    /// The time that it is about, which goes along.
    #[prop(into, default = Signal::stored(Period::default()))]
    period: Signal<Period>,
) -> impl IntoView {
    let links = Place::ALL.map(|to| {
        let current = (to == place).then_some("page");
        view! { <li><a href=move || to.address(period.get()) aria-current=current>{to.title()}</a></li> }
    });
    view! { <nav class="tabs" aria-label="Dashboard"><ul>{links.into_iter().collect::<Vec<_>>()}</ul></nav> }
        .into_any()
}
