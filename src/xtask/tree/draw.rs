//! Prints a trace as a tree in the terminal: service, name, duration, share of the whole, errors.

use std::fmt::Write;
use std::time::Duration;

use trace::columns::Columns;
use trace::waterfall::{Marks, Row, Waterfall, label};
use trace::{Span, Status, quantity};

/// Columns of the bar.
const BAR: usize = 24;
/// Columns of the tree itself; longer names are cut.
const NAME: usize = 52;

/// The tree, with a head line and one line a span.
pub(crate) fn draw(spans: &[Span]) -> String {
    let layout = Waterfall::build(&Columns::of(spans));
    let services = layout.services();
    let width = services.iter().map(|it| it.name.chars().count()).max().unwrap_or(0);
    let mut text = format!(
        "{}, {}, {}, {}\n",
        quantity::count(count(layout.total()), "span"),
        quantity::count(count(services.len()), "service"),
        quantity::count(count(layout.errors()), "error"),
        quantity::duration(layout.length()),
    );
    for row in layout.rows(0..layout.len()) {
        // Writing to a String cannot fail.
        let Some(span) = spans.get(row.span) else {
            let group = row.group.and_then(|group| layout.groups().get(group));
            let title = group
                .map(|group| group.title(group.host.and_then(|host| spans.get(host))))
                .unwrap_or_default();
            let _ = writeln!(text, "{:<width$}  {}", "", clean(&title));
            continue;
        };
        let _ = writeln!(
            text,
            "{:<width$}  {:<NAME$} {:>9} {:>4.0} %  {:<BAR$} {}",
            services[row.service].name,
            name(&row, span),
            quantity::duration(Duration::from_nanos(row.length)),
            row.width * 100.0,
            bar(&row),
            remark(&row, span),
        );
    }
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

fn name(row: &Row, span: &Span) -> String {
    let text = format!("{}{}", "  ".repeat(usize::from(row.depth)), clean(&label(span)));
    if text.chars().count() <= NAME {
        return text;
    }
    text.chars().take(NAME - 1).chain(['…']).collect()
}

/// A name comes from anywhere, and a terminal obeys what it is sent.
fn clean(text: &str) -> String {
    text.chars().map(|char| if char.is_control() { '\u{fffd}' } else { char }).collect()
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share of 24 columns"
)]
fn bar(row: &Row) -> String {
    let column = |share: f64| (share * BAR as f64).round() as usize;
    let left = column(row.left).min(BAR - 1);
    let right = column(row.left + row.width).clamp(left + 1, BAR);
    format!("{}{}", " ".repeat(left), "━".repeat(right - left))
}

fn remark(row: &Row, span: &Span) -> String {
    let mut remarks = Vec::new();
    if let Status::Error(message) = &span.status {
        remarks.push(format!("ERROR {}", clean(message)));
    }
    let flaws = [
        (Marks::ORPHAN, "parent missing"),
        (Marks::CYCLE, "cycle"),
        (Marks::DUPLICATE, "duplicate id"),
        (Marks::SKEWED, "clock differs"),
        (Marks::BACKWARD, "ends before it starts"),
        (Marks::UNTIMED, "no time"),
    ];
    let found = flaws.iter().filter(|(mark, _)| row.marks.has(*mark));
    remarks.extend(found.map(|(_, text)| (*text).to_owned()));
    remarks.join(", ").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = r#"{"resourceSpans":[
      {"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"browser"}}]},
       "scopeSpans":[{"spans":[
        {"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"0000000000000001",
         "name":"page load","kind":1,
         "startTimeUnixNano":"1000000000","endTimeUnixNano":"1400000000"}]}]},
      {"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},
       "scopeSpans":[{"spans":[
        {"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"0000000000000002",
         "parentSpanId":"0000000000000001","name":"GET /checkout\u001b[2J","kind":2,
         "startTimeUnixNano":"1100000000","endTimeUnixNano":"1300000000",
         "status":{"code":2,"message":"out of stock"}}]}]}]}"#;

    #[test]
    fn a_trace_is_drawn_with_shares_bars_and_errors_and_no_escape_gets_through() {
        let spans = otlp::json::decode(EXAMPLE.as_bytes()).unwrap().spans;
        let drawn = draw(&spans);
        let lines: Vec<&str> = drawn.lines().collect();
        assert_eq!(lines[0], "2 spans, 2 services, 1 error, 400 ms");
        assert!(lines[1].starts_with("browser  page load  "), "{drawn}");
        assert!(lines[1].contains("400 ms  100 %  ━━━━━━━━━━━━━━━━━━━━━━━━"), "{drawn}");
        assert!(lines[2].starts_with("shop       GET /checkout\u{fffd}[2J "), "{drawn}");
        assert!(lines[2].ends_with("200 ms   50 %        ━━━━━━━━━━━━       ERROR out of stock"));
    }

    #[test]
    fn a_long_name_is_cut_so_that_the_columns_stay() {
        let long = EXAMPLE.replace("page load", &"x".repeat(200));
        let drawn = draw(&otlp::json::decode(long.as_bytes()).unwrap().spans);
        assert!(drawn.lines().nth(1).unwrap().contains("x…    400 ms"), "{drawn}");
    }
}
