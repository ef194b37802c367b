//! Browsers by what they say of themselves.

use super::*;
use crate::digest::agent::Agent;

fn told(agent: &str) -> String {
    let it = Agent::of(&Attributes::new(), agent);
    format!("{} {} {} {}", it.browser, it.version, it.system, it.device)
}

#[test]
fn user_agents_name_browser_version_system_and_device() {
    assert_eq!(told(CHROME), "Chrome 156 Linux Desktop");
    let firefox =
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0";
    assert_eq!(told(firefox), "Firefox 145 Windows Desktop");
    let safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 \
        (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1";
    assert_eq!(told(safari), "Safari 18.1 iOS Mobile");
    let edge = CHROME.replace("Safari/537.36", "Safari/537.36 Edg/156.0.3240.50");
    assert_eq!(told(&edge), "Edge 156.0.3240.50 Linux Desktop");
    assert_eq!(told("curl/8.5.0"), "   Desktop");
    assert_eq!(told(""), "   ");
}

#[test]
fn of_the_brands_the_narrowest_counts() {
    let branded = |brands: &[&str]| {
        let list = Value::List(brands.iter().map(|brand| Value::from(*brand)).collect());
        let it = Agent::of(&Attributes::from([(key::BROWSER_BRANDS, list)]), CHROME);
        format!("{} {}", it.browser, it.version)
    };
    assert_eq!(branded(&["Not(A:Brand 8", "Chromium 150", "Microsoft Edge 151"]), "Edge 151");
    assert_eq!(branded(&["Chromium 150", " Not A;Brand 99"]), "Chromium 150");
    assert_eq!(branded(&["Brave 150", "Chromium 150"]), "Brave 150");
    assert_eq!(branded(&["odd"]), "Chrome 156", "the user agent's word");
}
