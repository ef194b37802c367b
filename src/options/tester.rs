//! The rule tester: what becomes of a request to an address, and why.

use leptos::prelude::*;
use trace::origin::Origin;
use trace::sampler::{Sampler, Verdict};
use trace::settings::Settings;
use trace::target;

use crate::draft::Draft;
use crate::rules::METHODS;

/// Whether a regular expression of the browser's fits a text.
pub type Fits = fn(&str, &str) -> bool;

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fate {
    /// Which rule it meets.
    pub rule: String,
    /// Whether a context goes out with it, from pages of its own origin and from others; each with why.
    pub context: Vec<String>,
}

impl Fate {
    /// Of a request.
    ///
    /// # Errors
    /// When the address is none that can be traced.
    pub fn of(settings: &Settings, method: &str, url: &str, fits: Fits) -> Result<Self, String> {
        let url = url.trim();
        let origin = Origin::of(url).map_err(|_| {
            "Not an address that can be traced, wanted http:// or https:// and a host.".to_owned()
        })?;
        // As the browser has it: a host alone has a path.
        let bare = !url.split_once("//").is_some_and(|(_, rest)| rest.contains('/'));
        let url = &if bare { format!("{url}/") } else { url.to_owned() };
        let verdict = Sampler::of(settings).verdict(method, url);
        let rule = met(settings, verdict);
        if let Verdict::Excluded(_) | Verdict::Dashboard = verdict {
            let context = "No header of ours goes out, whichever page asks.".to_owned();
            return Ok(Self { rule, context: vec![context] });
        }
        let share = match verdict {
            Verdict::Rule(_, rate) => format!("sampled at the rate {rate}"),
            _ => "sampled".to_owned(),
        };
        let own = format!("From pages of {origin}: its context goes out, {share}.");
        let others = others(settings, &origin, url, fits);
        Ok(Self { rule, context: vec![own, format!("From pages of other origins: {others}")] })
    }
}

/// The rule that is met, in words.
fn met(settings: &Settings, verdict: Verdict) -> String {
    let line = |lines: &[String], at: usize| lines.get(at - 1).cloned().unwrap_or_default();
    match verdict {
        Verdict::Excluded(at) => {
            format!("Excluded path {at}: {}", line(&settings.excluded, at))
        }
        Verdict::Dashboard => "The trace store's own dashboard, which is never traced".to_owned(),
        Verdict::Rule(at, rate) => {
            format!("Rule {at}: {} (rate {rate})", line(&settings.sampling, at))
        }
        Verdict::Free => "No rule: all are sampled (rate 1)".to_owned(),
    }
}

fn others(settings: &Settings, origin: &Origin, url: &str, fits: Fits) -> String {
    let fitting = (1..)
        .zip(&settings.targets)
        .find(|(_, text)| target::pattern(text).is_ok_and(|pattern| fits(&pattern, url)));
    let Some((at, text)) = fitting else {
        return "nothing goes out, as the address is none of the other origins that get the context."
            .to_owned();
    };
    let paused = |text: &String| Origin::of(text).as_ref() == Ok(origin);
    if settings.paused.iter().any(paused) {
        return format!("nothing goes out, as {origin} was taken off.");
    }
    let alone = if target::beginning(text).is_some() || settings.sampling.is_empty() {
        ""
    } else {
        " Of the rules, only one for any method and text holds there, as it is named by an expression."
    };
    format!("its context goes out, as line {at} of the other origins fits: {text}.{alone}")
}

/// The tester.
#[component]
pub fn Tester(
    /// What is typed and what is in force.
    draft: Signal<Draft>,
    /// Whether a regular expression fits.
    fits: Fits,
) -> impl IntoView {
    let (method, set_method) = signal("GET".to_owned());
    let (url, set_url) = signal(String::new());
    let fate = Memo::new(move |_| {
        let url = url.get();
        let fate =
            || draft.with(|draft| Fate::of(&draft.saved.settings, &method.get(), &url, fits));
        (!url.trim().is_empty()).then(fate)
    });
    let said = move || match fate.get()? {
        Ok(Fate { rule, context }) => {
            let lines: Vec<_> = context.into_iter().map(|line| view! { <p>{line}</p> }).collect();
            Some(view! { <p><strong>{rule}</strong></p>{lines} }.into_any())
        }
        Err(reason) => Some(view! { <p class="wrong">{reason}</p> }.into_any()),
    };
    let methods = METHODS.into_iter().skip(1);
    let methods = methods.map(|word| view! { <option value=word>{word}</option> });
    view! {
        <div class="connection tester setting" role="group" aria-label="Rule tester">
            <label for="tester">"Which rule does this address meet?"</label>
            <p class="meaning" id="tester-about">"By the rules that are saved. Nothing is asked for."</p>
            <div class="tried">
                <select aria-label="Method to test" on:change:target=move |event| {
                    set_method.set(event.target().value());
                }>
                    {methods.collect::<Vec<_>>()}
                </select>
                <input
                    type="text"
                    id="tester"
                    inputmode="url"
                    autocomplete="off"
                    spellcheck="false"
                    placeholder="https://shop.example/api/orders"
                    aria-describedby="tester-about"
                    on:input:target=move |event| set_url.set(event.target().value())
                />
            </div>
            <output for="tester" aria-live="polite">{said}</output>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        let lines = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
        Settings {
            targets: lines(&["https://api.test", "/^https://[a-z]+\\.cdn\\.test/"]),
            excluded: lines(&["/metrics"]),
            sampling: lines(&["0.05 * name health", "0.5 * name /api/", "0.1 * url"]),
            ..Settings::default()
        }
    }

    /// Expressions of these tests are told by their host.
    fn fits(pattern: &str, url: &str) -> bool {
        ["api", "cdn"]
            .iter()
            .any(|part| pattern.contains(part) && url.contains(&format!("{part}.test")))
    }

    fn fate(url: &str) -> Fate {
        Fate::of(&settings(), "GET", url, fits).unwrap()
    }

    #[test]
    fn the_rule_that_is_met_is_named_with_its_rate() {
        for (url, rule) in [
            ("https://shop.test/api/health", "Rule 1: 0.05 * name health (rate 0.05)"),
            ("https://shop.test/api/orders", "Rule 2: 0.5 * name /api/ (rate 0.5)"),
            ("https://shop.test", "Rule 3: 0.1 * url (rate 0.1)"),
            ("https://shop.test/metrics", "Excluded path 1: /metrics"),
        ] {
            assert_eq!(fate(url).rule, rule);
        }
        let free = Fate::of(&Settings::default(), "GET", "http://a.test/", fits).unwrap();
        assert_eq!(free.rule, "No rule: all are sampled (rate 1)");
    }

    #[test]
    fn whether_a_context_goes_out_is_said_with_why() {
        let context = |url| fate(url).context.join(" ");
        let own = "From pages of https://shop.test: its context goes out, sampled at the rate 0.1.";
        assert!(context("https://shop.test/").starts_with(own));
        assert!(context("https://shop.test/").contains("nothing goes out, as the address is none"));
        assert!(context("https://api.test/v1").contains("as line 1 of the other origins fits"));
        assert!(context("https://x.cdn.test/").contains("named by an expression"));
        assert!(context("https://shop.test/metrics").starts_with("No header of ours goes out"));
        let paused = Settings { paused: vec!["https://api.test".to_owned()], ..settings() };
        let said = Fate::of(&paused, "GET", "https://api.test/", fits).unwrap().context.join(" ");
        assert!(said.contains("as https://api.test was taken off"), "{said}");
    }

    #[test]
    fn what_is_no_address_says_what_is_wanted() {
        for url in ["shop.test", "ftp://x", "/api/"] {
            assert!(
                Fate::of(&settings(), "GET", url, fits).unwrap_err().contains("wanted http://")
            );
        }
    }
}
