//! Writes a report for people: a line a lamp, aligned, and what to do about the first dark one.

use trace::ladder::Light;
use trace::quantity;

use super::report::{Report, Rung};

const RED: &str = "\x1b[31m";
const GREEN: &str = "\x1b[32m";
const DIM: &str = "\x1b[2m";
const BOLD: &str = "\x1b[1m";
const PLAIN: &str = "\x1b[0m";

/// What only a browser knows, whatever the lamps show.
const BROWSER: &str = "What a browser's cache, service workers and other extensions do to a request \
    is not seen from here: Run Page Trace there.";

/// A report on paper.
pub(super) fn write(report: &Report, coloured: bool) -> String {
    let paint = |style: &str, text: &str| match coloured {
        true => format!("{style}{text}{PLAIN}"),
        false => text.to_owned(),
    };
    let mut lines = vec![paint(BOLD, &head(report))];
    for stop in report.visit.stops.iter().skip(1) {
        let kept = if stop.ours { "" } else { ", without trace context" };
        lines.push(clean(&format!("  redirected to {}{kept}", stop.url)));
    }
    if let Some(trouble) = &report.visit.trouble {
        lines.push(clean(&format!("  {trouble}")));
    }
    let (rungs, checks) = (report.rungs(), report.checks());
    let wide = |width: fn(&Rung) -> usize| rungs.iter().chain(&checks).map(width).max();
    let names = wide(|rung| rung.name.len()).unwrap_or_default();
    let words = wide(|rung| rung.word().len()).unwrap_or_default();
    for part in [&rungs, &checks].into_iter().filter(|part| !part.is_empty()) {
        lines.push(String::new());
        for rung in part {
            let style = match rung.light {
                Some(Light::Lit) => GREEN,
                Some(Light::Dark) => RED,
                _ => DIM,
            };
            let word = paint(style, &format!("{:words$}", rung.word()));
            lines.push(format!("  {:names$}  {word}  {}", rung.name, clean(&rung.evidence)));
        }
    }
    lines.push(String::new());
    if let Some(finding) = report.finding() {
        let likely = if finding.certain { "" } else { "Likely: " };
        lines.push(paint(BOLD, &format!("{likely}{}", finding.cause.title())));
        lines.push(finding.cause.remedy().to_owned());
    } else if report.well() {
        lines.push(paint(BOLD, "All lamps that can be known from here are lit."));
    } else if let Some(rung) = checks.iter().find(|rung| rung.light == Some(Light::Dark)) {
        let what = if rung.name == "Span sent" { "takes no spans" } else { "does not do its part" };
        lines.push(paint(BOLD, &format!("The trace store {what}")));
        lines.push(
            "Where it takes spans may be another address than where it is asked: --send ENDPOINT."
                .to_owned(),
        );
    } else {
        lines.push(paint(BOLD, "Nothing is known of the server's side"));
        lines.push("Its answer names no trace, and no store was asked.".to_owned());
    }
    lines.push(paint(DIM, BROWSER));
    lines.push(String::new());
    lines.join("\n")
}

fn head(report: &Report) -> String {
    let time = quantity::duration(report.took());
    let url = trace::redact::url(&report.url);
    let answered = match report.status() {
        0 => format!("not answered in {time}"),
        status => format!("answered {status} in {time}"),
    };
    clean(&format!("Trace {} of GET {url}, {answered}", report.ids.page.trace))
}

/// Text of others without what would make a terminal do something, or turn its lines around.
pub(super) fn clean(text: &str) -> String {
    let bad = |letter: &char| {
        letter.is_control()
            || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().filter(|letter| !bad(letter)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_told_nothing_by_others() {
        assert_eq!(clean("a\x1b[2Jb\u{9b}c\u{202e}d\ne"), "a[2Jbcde");
    }
}
