//! Reads how many tests passed out of what test runners print.

use crate::child::Report;
use crate::tally::{Count, Finding};

/// What `cargo test` said.
pub(crate) fn cargo(report: &Report) -> Finding {
    let mut count = Count::default();
    for line in report.text.lines() {
        if let Some(sums) = line.strip_prefix("test result: ") {
            count.passed += number_before(sums, " passed").unwrap_or(0);
        } else if let Some(name) = line.strip_prefix("test ").and_then(failed_test) {
            count.failed.push(name.to_owned());
        }
    }
    let text = if count.failed.is_empty() { report.text.clone() } else { stories(&report.text) };
    finish(count, report.ok, text)
}

/// What cargo tells of failed tests, without the hundreds that passed.
fn stories(text: &str) -> String {
    let mut told = String::new();
    let mut inside = false;
    for line in text.lines() {
        inside = (inside || line == "failures:") && !line.starts_with("test result: ");
        if inside {
            told.push_str(line);
            told.push('\n');
        }
    }
    told
}

/// What `node --test --test-reporter=spec` said.
pub(crate) fn node(report: &Report) -> Finding {
    let mut count = Count::default();
    let mut failed = 0;
    for line in report.text.lines().filter_map(|line| line.strip_prefix("ℹ ")) {
        match line.split_once(' ') {
            Some(("pass", number)) => count.passed += number.parse().unwrap_or(0),
            // A test that its file's end or a time limit cut off did not pass.
            Some(("fail" | "cancelled", number)) => failed += number.parse().unwrap_or(0),
            _ => {}
        }
    }
    // Node marks a file and its suites as failed with the test; the summary counts tests alone.
    let marked = report.text.lines().skip_while(|line| !line.contains("failing tests:"));
    let names = marked.filter_map(|line| line.trim_start().strip_prefix("✖ "));
    count.failed = names.filter(|name| *name != "failing tests:").map(without_time).collect();
    count.failed.resize_with(failed, || "a test".to_owned());
    finish(count, report.ok, report.text.clone())
}

/// A runner that failed without naming a test (it did not compile, it crashed) is one failure.
fn finish(mut count: Count, ok: bool, text: String) -> Finding {
    if !ok && count.failed.is_empty() {
        count.failed.push("ended with an error".to_owned());
    }
    Finding::new(count, text)
}

fn number_before(text: &str, word: &str) -> Option<u32> {
    text[..text.find(word)?].rsplit(' ').next()?.parse().ok()
}

fn failed_test(line: &str) -> Option<&str> {
    line.strip_suffix(" ... FAILED")
}

fn without_time(name: &str) -> String {
    name.rsplit_once(" (").map_or(name, |(name, _)| name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(ok: bool, text: &str) -> Report {
        Report { ok, text: text.to_owned() }
    }

    #[test]
    fn cargos_sums_are_added_up_over_all_binaries() {
        let text = "running 2 tests\ntest a ... ok\n\
                    test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured\n\
                    test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured\n";
        assert_eq!(cargo(&report(true, text)).count, Count { passed: 15, failed: vec![] });
    }

    #[test]
    fn cargos_failed_tests_are_named_and_only_they_are_told_of() {
        let text = "test id::zero ... ok\ntest id::case ... FAILED\n\nfailures:\nleft: 1\n\
                    test result: FAILED. 1 passed; 1 failed; 0 ignored\nrunning 0 tests\n";
        let finding = cargo(&report(false, text));
        assert_eq!(finding.count, Count { passed: 1, failed: vec!["id::case".to_owned()] });
        assert_eq!(finding.text, "failures:\nleft: 1\n");
    }

    #[test]
    fn what_does_not_compile_is_a_failure() {
        let count = cargo(&report(false, "error: expected `;`\n")).count;
        assert_eq!(count, Count { passed: 0, failed: vec!["ended with an error".to_owned()] });
    }

    #[test]
    fn nodes_summary_counts_and_its_list_names() {
        let text = "✔ a (1.2ms)\n✖ b (3ms)\nℹ tests 2\nℹ pass 1\nℹ fail 1\nℹ cancelled 0\n\n\
                    ✖ failing tests:\n\ntest at x.mjs:1:1\n✖ b (3ms)\n  AssertionError\n";
        let count = node(&report(false, text)).count;
        assert_eq!(count, Count { passed: 1, failed: vec!["b".to_owned()] });
    }

    #[test]
    fn a_test_that_was_cut_off_did_not_pass() {
        let text = "ℹ pass 4\nℹ fail 0\nℹ cancelled 1\n";
        let count = node(&report(false, text)).count;
        assert_eq!(count, Count { passed: 4, failed: vec!["a test".to_owned()] });
    }
}
