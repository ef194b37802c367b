//! The twenty pages whose load took longest, each with the way to its session and its trace.

use leptos::prelude::*;
use surface::moment;
use trace::digest::PageRow;

use crate::figure::{NONE, bare, millis, text};
use crate::link;
use crate::sheet::sheet;
use crate::sorted::{number, plain, words};

/// The table.
pub(super) fn table(rows: &[PageRow], zone: i32) -> AnyView {
    let columns = [
        words("Session ID"),
        words("Time"),
        words("Page"),
        number("Load"),
        number("LCP"),
        number("TTFB"),
        words("User"),
        words("Browser"),
        words("Connection"),
    ];
    let lines = rows.iter().map(|row| line(row, zone));
    view! {
        <section class="block" aria-labelledby="slowest-head">
            <h2 id="slowest-head">"Slow Page Session Trace (TOP20)"</h2>
            {sheet("Slowest pages", view! {
                <table aria-labelledby="slowest-head">
                    {plain(&columns)}
                    <tbody>{lines.collect_view()}</tbody>
                </table>
            }.into_any())}
        </section>
    }
    .into_any()
}

fn line(row: &PageRow, zone: i32) -> AnyView {
    let time = moment::second(row.start, zone);
    let vital = |value: Option<f64>| value.map_or_else(|| NONE.to_owned(), millis);
    let user = if row.user_name.is_empty() { &row.user_id } else { &row.user_name };
    let browser = format!("{} {}", row.browser, row.version);
    view! {
        <tr>
            <td>{link::session(&row.session)}</td>
            <td class="time">{link::moment(time, row.trace, row.span)}</td>
            <td class="route" title=row.url.clone()>{bare(&row.url).to_owned()}</td>
            <td class="number">{millis(row.millis)}</td>
            <td class="number">{vital(row.vitals.lcp)}</td>
            <td class="number">{vital(row.vitals.ttfb)}</td>
            <td>{text(user)}</td>
            <td>{text(browser.trim())}</td>
            <td>{text(&row.connection)}</td>
        </tr>
    }
    .into_any()
}
