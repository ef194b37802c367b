//! Secrets that are known by their look, wherever they stand: issuers begin them alike so that they
//! can be found.

use super::REDACTED;
use super::name::find;

/// How tokens begin, and from how many characters on they are one.
const LOOKS: [(&str, usize); 30] = [
    ("AKIA", 20),
    ("ASIA", 20),
    ("AIza", 30),
    ("EAAC", 30),
    ("GOCSPX-", 20),
    ("SG.", 30),
    ("dop_v1_", 20),
    ("gho_", 20),
    ("ghp_", 20),
    ("ghr_", 20),
    ("ghs_", 20),
    ("ghu_", 20),
    ("github_pat_", 20),
    ("glpat-", 16),
    ("hf_", 20),
    ("lin_api_", 20),
    ("npm_", 20),
    ("pypi-", 20),
    ("rk_live_", 16),
    ("rk_test_", 16),
    ("shpat_", 20),
    ("sk-", 20),
    ("sk_live_", 16),
    ("sk_test_", 16),
    ("whsec_", 16),
    ("xapp-", 16),
    ("xoxa-", 16),
    ("xoxb-", 16),
    ("xoxp-", 16),
    ("ya29.", 16),
];

/// Begins a private key (RFC 7468), and what ends it.
const BLOCK: &str = "-----BEGIN";
const BLOCK_END: &str = "-----END";

fn part(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.' | '~' | '+')
}

/// Whether a run of a token's characters is one. One that was cut needs not be whole.
fn token(run: &str, cut: bool) -> bool {
    // A JSON Web Token (RFC 7519) begins with base64url of `{"`, and has parts.
    let web = run.starts_with("eyJ") && run.len() >= 10 && (cut || run.contains('.'));
    web || LOOKS.iter().any(|(start, least)| {
        run.starts_with(start) && (run.len() >= *least || (cut && run.len() > start.len()))
    })
}

/// A text without such secrets.
pub(super) fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    let mut scheme = false;
    while let Some(start) = rest.find(part) {
        let (head, tail) = rest.split_at_checked(start).unwrap_or((rest, ""));
        clean.push_str(head);
        let end = tail.find(|letter| !part(letter)).unwrap_or(tail.len());
        let (run, after) = tail.split_at_checked(end).unwrap_or((tail, ""));
        let title = || after.get(..find(after, "-----")?);
        if run.starts_with(BLOCK) && title().is_some_and(|it| it.ends_with("PRIVATE KEY")) {
            clean.push_str(REDACTED);
            let end = find(after, BLOCK_END).unwrap_or(after.len());
            rest = after.get(end..).unwrap_or_default();
            continue;
        }
        let borne = if scheme && head.trim().is_empty() { bears(tail) } else { 0 };
        scheme = run.eq_ignore_ascii_case("bearer") || run.eq_ignore_ascii_case("basic");
        rest = after;
        if borne > 0 || token(run, after == "…") {
            clean.push_str(REDACTED);
            rest = tail.get(borne.max(end)..).unwrap_or_default().trim_start_matches('=');
        } else {
            clean.push_str(run);
        }
    }
    clean.push_str(rest);
    clean
}

/// How long that is what `Bearer` or `Basic` bear, in base64; 0 where it is the next word:
/// `Basic authentication failed`.
fn bears(text: &str) -> usize {
    let end = text.find(|letter| letter != '/' && !part(letter)).unwrap_or(text.len());
    let run = text.get(..end).unwrap_or_default();
    let word = ["auth", "token", REDACTED].iter().any(|word| run.starts_with(word));
    if end >= 8 && !word { end } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_go_wherever_they_stand() {
        for (given, wanted) in [
            ("no such user eyJhbGciOi.eyJzdWIi.c2ln_-", "no such user REDACTED"),
            ("/reset/eyJhbGciOi.eyJzdWIi.c2ln/now", "/reset/REDACTED/now"),
            ("x eyJhbGciOiJIUzI1NiJ9…", "x REDACTED…"),
            ("(ghp_0123456789abcdefghijklmnopqrstuvwxyz)", "(REDACTED)"),
            ("AKIAIOSFODNN7EXAMPLE", "REDACTED"),
            ("fetch with Bearer 0123/4567+89ab==, now", "fetch with Bearer REDACTED, now"),
            ("Basic dXNlcjpwYXNzd29yZA==", "Basic REDACTED"),
            (
                "key -----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- read",
                "key REDACTED-----END RSA PRIVATE KEY----- read",
            ),
        ] {
            assert_eq!(clean(given), wanted);
            assert_eq!(clean(wanted), wanted);
        }
    }

    #[test]
    fn what_only_begins_like_one_stays() {
        for text in
            ["sk-button", "eyJ", "SG.", "Basic authentication", "bearer of news", "npm_run", "…"]
        {
            assert_eq!(clean(text), text);
        }
    }
}
