//! Draws a session in numbers, each of which leads to what it counts.

use bridge::query::SessionDetails;
use leptos::prelude::*;
use surface::board::{Board, Only, Tab};
use surface::copy::Copy;
use surface::moment;
use trace::quantity;

use crate::course::millis;

/// What stands where nobody tells a user.
const NO_USER: &str = "Neither the page nor a server's span of this session names its user \
                       (user.name, user.id, enduser.id), and no option does.";
/// As above, of an address.
const NO_ADDRESS: &str = "No server span of this session tells client.address.";
/// As above, of a region.
const NO_REGION: &str = "No server span of this session has geo attributes; a browser does not know \
                         where it is.";
/// As above, of what the browser tells.
const NO_BROWSER: &str = "The browser did not tell.";

/// The summary.
#[component]
pub fn Summary(
    /// The session.
    details: SessionDetails,
    /// What is asked for: numbers set what of the pages is shown.
    board: RwSignal<Board>,
    /// From how many milliseconds on a load is slow.
    slow: u32,
    /// Minutes that the reader's clock is east of UTC.
    zone: i32,
) -> impl IntoView {
    let line = details.line;
    let number = move |only: Only, count: u32| number(board, only, count);
    let threshold = format!("of {} and more", millis(f64::from(slow)));
    let device = [line.device, details.system];
    let device: Vec<String> = device.into_iter().filter(|word| !word.is_empty()).collect();
    let took = quantity::duration(line.until.since(line.since));
    let since = moment::second(line.since, zone);
    let id = line.session.clone();
    view! {
        <section class="summary" aria-labelledby="summary">
            <h2 id="summary">"Summary"</h2>
            <dl>
                {entry("Username", told(line.user_name, NO_USER))}
                {entry("User ID", told(line.user_id, NO_USER))}
                {entry("Session ID", view! {
                    <code class="id">{line.session}</code>
                    <Copy text=id what="Session ID" />
                }.into_any())}
                {entry("Started", view! { <time>{since}</time>" "<span class="dim">{format!("for {took}")}</span> }.into_any())}
                {entry("PVs", number(Only::All, line.pages))}
                {entry("JS errors", number(Only::Errors, line.errors))}
                {entry("API calls", number(Only::Calls, line.calls))}
                {entry("API failures", number(Only::Failures, line.failures))}
                {entry("Slow loads", view! {
                    {number(Only::Slow, details.slow)}" "
                    <a class="dim" href="app.html?view=options" target="_blank" title="Change what is slow in the options">
                        {threshold}
                    </a>
                }.into_any())}
                {entry("Device", told(device.join(", "), NO_BROWSER))}
                {entry("Region", told(line.region, NO_REGION))}
                {entry("Browser", told(line.browser, NO_BROWSER))}
                {entry("IP address", told(line.ip, NO_ADDRESS))}
                {entry("Network system", told(line.connection, NO_BROWSER))}
            </dl>
        </section>
    }
    .into_any()
}

fn entry(name: &'static str, value: AnyView) -> AnyView {
    view! { <div><dt>{name}</dt><dd>{value}</dd></div> }.into_any()
}

/// What is told, or why it is not.
fn told(text: String, why: &'static str) -> AnyView {
    if text.is_empty() {
        return view! { <span class="dim">"Unknown"</span><small>{why}</small> }.into_any();
    }
    text.into_any()
}

/// A number that leads to what it counts.
fn number(board: RwSignal<Board>, only: Only, count: u32) -> AnyView {
    let text = quantity::grouped(u64::from(count));
    if count == 0 {
        return view! { <span class="figure">{text}</span> }.into_any();
    }
    let bad = matches!(only, Only::Errors | Only::Failures);
    let mut to = board.get_untracked();
    if let Tab::Session { only: part, .. } = &mut to.tab {
        *part = only;
    }
    let href = format!("{}#path", to.address());
    let class = if bad {
        "figure bad"
    } else if only == Only::Slow {
        "figure warn"
    } else {
        "figure"
    };
    view! {
        <a
            class=class
            href=href
            on:click=move |event| {
                // The address is written anyway; what it leads to is on this page.
                if !event.ctrl_key() && !event.meta_key() && !event.shift_key() {
                    event.prevent_default();
                    board.set(to.clone());
                }
            }
        >
            {text}
        </a>
    }
    .into_any()
}
