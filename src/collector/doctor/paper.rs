//! Writes a report for people: a lamp and its evidence in columns, no wider than a terminal is at least,
//! and what to do about the first dark one.

use trace::doctor::Cause;
use trace::ladder::Light;
use trace::quantity;

use super::report::{Report, Rung};

const RED: &str = "\x1b[31m";
const GREEN: &str = "\x1b[32m";
const DIM: &str = "\x1b[2m";
const BOLD: &str = "\x1b[1m";
const PLAIN: &str = "\x1b[0m";

/// How many columns a terminal has at least.
const WIDE: usize = 80;

/// What only a browser knows, whatever the lamps show.
const BROWSER: &str = "What a browser's cache, service workers and other extensions do to a request \
    is not seen from here: Run Page Trace there.";

/// A report on paper.
pub(super) fn write(report: &Report, coloured: bool) -> String {
    let paint = |style: &str, text: &str| match coloured {
        true => format!("{style}{text}{PLAIN}"),
        false => text.to_owned(),
    };
    let mut lines = vec![paint(BOLD, &fold(&head(report), 2))];
    for stop in report.visit.stops.iter().skip(1) {
        let kept = if stop.ours { "" } else { ", without trace context" };
        lines.push(format!("  {}", fold(&clean(&format!("redirected to {}{kept}", stop.url)), 2)));
    }
    if let Some(trouble) = &report.visit.trouble {
        lines.push(format!("  {}", fold(&clean(trouble), 2)));
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
            let evidence = fold(&clean(&rung.evidence), names + words + 4);
            lines.push(format!("{:names$}  {word}  {evidence}", rung.name));
        }
    }
    lines.push(String::new());
    if let Some(finding) = report.finding() {
        let likely = if finding.certain { "" } else { "Likely: " };
        lines.push(paint(BOLD, &format!("{likely}{}", finding.cause.title())));
        lines.push(fold(finding.cause.remedy(), 0));
        lines.extend(flag(finding.cause, report).map(|flag| fold(&format!("Here: {flag}"), 0)));
    } else if report.well() {
        lines.push(paint(BOLD, "All lamps that can be known from here are lit."));
    } else if let Some(rung) = checks.iter().find(|rung| rung.light == Some(Light::Dark)) {
        let what = if rung.name == "Span sent" { "takes no spans" } else { "does not do its part" };
        lines.push(paint(BOLD, &format!("The trace store {what}")));
        let send =
            "Where it takes spans may be another address than where it is asked: --send ENDPOINT.";
        lines.push(fold(send, 0));
    } else {
        lines.push(paint(BOLD, "Nothing is known of the server's side"));
        lines.push("Its answer names no trace, and no store was asked.".to_owned());
    }
    lines.push(paint(DIM, &fold(BROWSER, 0)));
    lines.push(String::new());
    lines.join("\n")
}

/// What of a remedy that speaks of the options is a flag of the command line.
fn flag(cause: Cause, report: &Report) -> Option<&'static str> {
    const TRUST: &str =
        "where it is its certificate, SSL_CERT_FILE=authority.pem names who vouches for it.";
    let secure = |url: &str| url.starts_with("https:");
    match cause {
        Cause::NoResponse if secure(&report.url) => Some(TRUST),
        Cause::StoreSilent if report.storage.as_ref().is_some_and(|it| secure(&it.address)) => {
            Some(TRUST)
        }
        Cause::StoreLocked | Cause::StoreForbidden => {
            Some("--store-header 'Authorization: Bearer …' says who asks.")
        }
        Cause::StoreSilent | Cause::StoreGarbled | Cause::StoreMoved | Cause::StoreAbsent => {
            Some("--store ADDRESS names another store to ask.")
        }
        Cause::NotJoined | Cause::Unsampled => Some(
            "a server that follows the signed cookie needs its secret, --signature SECRET; \
             docs/servers has the lines that make one follow.",
        ),
        _ => None,
    }
}

/// Text in lines that fit beside what stands before it, all but the first indented so far. A word that
/// is longer stays whole: it may be an address to copy.
fn fold(text: &str, indent: usize) -> String {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if used > 0 && indent + used + 1 + length > WIDE {
            lines.push(String::new());
            used = 0;
        }
        if let Some(line) = lines.last_mut() {
            if used > 0 {
                line.push(' ');
                used += 1;
            }
            line.push_str(word);
            used += length;
        }
    }
    lines.join(&format!("\n{:indent$}", ""))
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
    fn text_is_folded_at_the_terminals_edge_and_long_words_stay_whole() {
        let seven = ["abcdefg"; 12].join(" ");
        let folded = fold(&seven, 25);
        let lines: Vec<&str> = folded.lines().collect();
        assert_eq!(lines[0].chars().count() + 25, 80, "{folded}");
        assert_eq!(lines[1], format!("{:25}{}", "", ["abcdefg"; 5].join(" ")), "{folded}");
        let long = "x".repeat(90);
        assert_eq!(fold(&format!("a {long} b"), 2), format!("a\n  {long}\n  b"));
        assert_eq!((fold("", 9), fold("a b", 9)), (String::new(), "a b".to_owned()));
    }

    #[test]
    fn a_terminal_is_told_nothing_by_others() {
        assert_eq!(clean("a\x1b[2Jb\u{9b}c\u{202e}d\ne"), "a[2Jbcde");
    }
}
