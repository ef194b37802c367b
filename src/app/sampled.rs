//! Says what is sampled: by how many rules, why a page is left out, which origins were taken off.

use trace::completion::Progress;
use trace::quantity;
use trace::sampler::{Sampler, Verdict};
use trace::settings::Settings;

use crate::tab::Tab;
use surface::standing::Standing;

/// What is sampled, in one line.
#[must_use]
pub fn line(settings: &Settings) -> String {
    let rules = settings.sampling.len() as u64;
    let paths = settings.excluded.len() as u64;
    let rules = match rules {
        0 => "Every request is sampled".to_owned(),
        rules => format!("Sampled by {}", quantity::count(rules, "rule")),
    };
    match paths {
        0 => rules,
        paths => format!("{rules}, {}", quantity::count(paths, "excluded path")),
    }
}

/// How a tab's page stands, by the rules that leave it out where they do.
#[must_use]
pub fn standing(tab: &Tab, settings: &Settings) -> Option<Standing> {
    let standing = tab.page()?;
    let page = tab.view.as_ref()?.page.as_ref()?;
    if !matches!(page.progress, Progress::Spared { .. }) {
        return Some(standing);
    }
    let text = |lines: &[String], at: usize| lines.get(at - 1).cloned().unwrap_or_default();
    let detail = match Sampler::of(settings).verdict(&page.method, &page.url) {
        Verdict::Excluded(at) => {
            format!("Excluded by path {at}: {}", text(&settings.excluded, at))
        }
        Verdict::Dashboard => "The trace store's own dashboard is never traced.".to_owned(),
        Verdict::Rule(at, _) => {
            format!("Not sampled by rule {at}: {}", text(&settings.sampling, at))
        }
        Verdict::Free => standing.detail,
    };
    Some(Standing { detail, ..standing })
}

#[cfg(test)]
mod tests {
    use super::*;
    use surface::sample;

    fn settings() -> Settings {
        let lines = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
        Settings {
            excluded: lines(&["/health"]),
            sampling: lines(&["0.5 POST url", "0.1 * url"]),
            ..Settings::default()
        }
    }

    #[test]
    fn a_line_says_what_is_sampled() {
        assert_eq!(line(&Settings::default()), "Every request is sampled");
        assert_eq!(line(&settings()), "Sampled by 2 rules, 1 excluded path");
    }

    #[test]
    fn a_page_that_is_left_out_says_by_what() {
        let mut view = sample::tracing();
        let page = view.page.as_mut().unwrap();
        page.progress = Progress::Spared { reason: "Not sampled".to_owned() };
        (page.method, page.url) = ("GET".to_owned(), "https://shop.example/".to_owned());
        let tab = Tab { view: Some(view), ..Tab::default() };
        let said = |settings: &Settings| standing(&tab, settings).unwrap().detail;
        assert_eq!(said(&settings()), "Not sampled by rule 2: 0.1 * url");
        assert_eq!(said(&Settings::default()), "Not sampled");
        let excluded = Settings { excluded: vec!["/".to_owned()], ..settings() };
        assert_eq!(said(&excluded), "Excluded by path 1: /");
    }
}
