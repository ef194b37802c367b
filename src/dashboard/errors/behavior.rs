//! User Behavior Trace: what a page and its user did before an error, up to it.

use leptos::prelude::*;
use surface::lamp::{Lamp, Tone};
use surface::moment;
use trace::digest::{ErrorRow, PageRow, digest};
use trace::{Span, quantity};

use crate::course::{Sort, Step, course};
use crate::link;
use crate::sheet::sheet;
use crate::sorted::{number, plain, words};

/// Steps that are told, the last before the error.
const TOLD: usize = 40;

/// What led to an error.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Behavior {
    /// The steps, the error last.
    pub steps: Vec<Step>,
    /// Steps before them, of which nothing is told.
    pub before: usize,
}

/// What led to the first throw of an error among a page's spans. `None` where the page is not among
/// them.
#[must_use]
pub fn behavior(spans: &[Span], row: &ErrorRow, slow: u32) -> Option<Behavior> {
    let pages = digest(spans).pages;
    let page: &PageRow = pages.iter().find(|page| page.trace == row.trace)?;
    let mut steps = course(spans, page, slow);
    let same = |step: &Step| step.sort == Sort::Error && step.fingerprint == row.fingerprint;
    let last = steps.iter().position(same)?;
    steps.truncate(last + 1);
    let before = steps.len().saturating_sub(TOLD);
    Some(Behavior { steps: steps.split_off(before), before })
}

/// The steps in order of time, each with the way to its moment.
pub fn draw(behavior: Option<&Behavior>, row: &ErrorRow, zone: i32) -> AnyView {
    let Some(Behavior { steps, before }) = behavior else {
        return view! {
            <p class="hint">"What happened before it is not told by the spans of its page."</p>
        }
        .into_any();
    };
    let more = (*before > 0).then(|| {
        let before = quantity::count(u64::try_from(*before).unwrap_or(u64::MAX), "step");
        view! { <p class="hint">{format!("{before} before these: View Session tells them.")}</p> }
    });
    let first = steps.first().map(|step| step.at).unwrap_or_default();
    let items = steps.iter().map(|step| {
        let at = moment::clock(step.at, zone);
        let since = format!("+{}", quantity::duration(step.at.since(first)));
        let tone = match (step.failed || step.sort == Sort::Error, step.slow) {
            (true, _) => Tone::Bad,
            (false, true) => Tone::Warn,
            (false, false) => Tone::Good,
        };
        let (trace, span) = step.place.unzip();
        view! {
            <tr class=step.sort.class()>
                <td>{link::moment(at, trace, span)}</td>
                <td class="number dim">{since}</td>
                <td><span class="status"><Lamp tone />{step.sort.title()}</span></td>
                <td class="wide" title=step.title.clone()>{step.title.clone()}</td>
                <td>{step.ended.clone()}</td>
                <td class="number">{step.took.clone()}</td>
            </tr>
        }
    });
    let columns = [
        words("Time"),
        number("Since"),
        words("What"),
        words("Step"),
        words("Ended"),
        number("Took"),
    ];
    view! {
        {more}
        {sheet("Steps before the error", view! {
            <table aria-labelledby="behavior-head">
                {plain(&columns)}
                <tbody>{items.collect_view()}</tbody>
            </table>
        }.into_any())}
        <p class="ways">{link::view_session(&row.session)}</p>
    }
    .into_any()
}
