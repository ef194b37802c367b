//! Header rules (`declarativeNetRequest`, session scope).

use serde::{Deserialize, Serialize};
use trace::wanted::{Reach, Rule};
use trace::{json, propagation, target};

use crate::Error;
use crate::call::{ask, perform, read};

/// What a page loads by itself. `xmlhttprequest` (which is `fetch` too) is the recorder's: a rule
/// would overwrite a `traceparent` that the page set itself. Firefox refuses names it does not
/// know, so only those that both browsers have are here.
const RESOURCES: [&str; 9] =
    ["sub_frame", "stylesheet", "script", "image", "font", "object", "ping", "media", "other"];

/// Documents.
const DOCUMENT: &str = "main_frame";
/// `fetch` and XHR.
const SCRIPTED: &str = "xmlhttprequest";

/// A host as rules name it: an IPv6 address has brackets in a URL and none here.
fn domain(host: &str) -> [String; 1] {
    [host.trim_matches(['[', ']']).to_owned()]
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Update<'a> {
    remove_rule_ids: Vec<u32>,
    add_rules: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    id: u32,
    priority: u32,
    condition: Condition,
    action: Action<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Condition {
    #[serde(skip_serializing_if = "Option::is_none")]
    tab_ids: Option<[i32; 1]>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    excluded_tab_ids: Vec<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    initiator_domains: Option<[String; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_domains: Option<[String; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    regex_filter: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url_filter: Option<String>,
    // Nobody's case is changed by the browser, and no rule of the user's says that it is.
    is_url_filter_case_sensitive: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    request_methods: Vec<String>,
    resource_types: Vec<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Action<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    // Either list may be absent, and neither empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    request_headers: Vec<Header<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    response_headers: Vec<Header<'a>>,
}

#[derive(Serialize)]
struct Header<'a> {
    header: &'a str,
    operation: &'static str,
    value: &'a str,
}

#[derive(Deserialize)]
struct Known {
    id: u32,
}

impl<'a> Entry<'a> {
    fn new(id: u32, rule: &'a Rule) -> Self {
        let mut condition = Condition {
            tab_ids: rule.tabs.map(|tab| [tab]),
            excluded_tab_ids: rule.except.clone(),
            initiator_domains: rule.initiator.as_deref().map(domain),
            request_domains: None,
            regex_filter: None,
            url_filter: None,
            is_url_filter_case_sensitive: !rule.filter.is_empty(),
            request_methods: Vec::new(),
            resource_types: RESOURCES.to_vec(),
        };
        if !rule.method.is_empty() {
            condition.request_methods = vec![rule.method.to_ascii_lowercase()];
        }
        match &rule.reach {
            Reach::Documents(host) if rule.filter.is_empty() => {
                // Not by domain: that would be all hosts below it, too.
                condition.regex_filter = Some(target::host(host));
                condition.resource_types = vec![DOCUMENT];
            }
            Reach::Documents(host) | Reach::Site(host) => {
                condition.request_domains = Some(domain(host));
                condition.resource_types = vec![DOCUMENT];
            }
            Reach::Below(host) => {
                condition.regex_filter = Some(target::below(host));
                condition.resource_types = vec![DOCUMENT];
            }
            Reach::Resources(origin) => condition.url_filter = Some(format!("|{origin}/")),
            Reach::Spared(origin) => {
                condition.url_filter = Some(format!("|{origin}/"));
                condition.resource_types = vec![SCRIPTED];
            }
            Reach::Paused(origin) => {
                condition.url_filter = Some(format!("|{origin}/"));
                condition.resource_types.push(SCRIPTED);
            }
            Reach::Target(pattern) => {
                condition.regex_filter = Some(pattern.clone());
                condition.resource_types.push(SCRIPTED);
            }
            Reach::Excluded => {
                condition.resource_types.extend([SCRIPTED, DOCUMENT]);
            }
        }
        if !rule.filter.is_empty() {
            // A condition has one or the other.
            condition.url_filter = None;
            condition.regex_filter = Some(rule.filter.clone());
        }
        let allows = rule.request.is_empty() && rule.response.is_empty();
        let headers = |operation, headers: &'a [propagation::Header]| {
            let headers = headers.iter();
            headers.map(|(header, value)| Header { header, operation, value }).collect::<Vec<_>>()
        };
        Self {
            id,
            priority: rule.rank,
            condition,
            action: Action {
                kind: if allows { "allow" } else { "modifyHeaders" },
                request_headers: headers("set", &rule.request),
                response_headers: headers("append", &rule.response),
            },
        }
    }
}

/// Removes rules and adds others, in one step: no request sees a state between.
///
/// # Errors
/// When the browser refuses one of the rules; then none is changed.
pub fn update(
    gone: Vec<u32>,
    new: &[(u32, &Rule)],
) -> impl Future<Output = Result<(), Error>> + use<> {
    let add_rules = new.iter().map(|(id, rule)| Entry::new(*id, rule)).collect();
    let update = json::write(&[Update { remove_rule_ids: gone, add_rules }]);
    perform("declarativeNetRequest.updateSessionRules", update)
}

/// Ids of the rules that the browser has.
///
/// # Errors
/// When the browser refuses.
pub async fn ids() -> Result<Vec<u32>, Error> {
    let call = "declarativeNetRequest.getSessionRules";
    let rules: Vec<Known> = read(call, &ask(call, "[]".to_owned()).await?)?;
    Ok(rules.into_iter().map(|rule| rule.id).collect())
}

#[derive(Serialize)]
struct Expression<'a> {
    regex: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Support {
    is_supported: bool,
    #[serde(default)]
    reason: Option<String>,
}

/// Why the browser takes no rule with a regular expression, in its own word; `None` when it does.
///
/// # Errors
/// When the browser refuses to say.
pub async fn unsupported(regex: &str) -> Result<Option<String>, Error> {
    let call = "declarativeNetRequest.isRegexSupported";
    let support: Support = read(call, &ask(call, json::write(&[Expression { regex }])).await?)?;
    Ok((!support.is_supported).then(|| support.reason.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use trace::origin::Origin;

    #[test]
    fn a_resource_rule_is_bound_to_tab_and_origin_and_leaves_fetch_alone() {
        let reach = Reach::Resources(Origin::of("http://a.test:81/x").unwrap());
        let request = vec![("traceparent".into(), "00-…".to_owned())];
        let rule = Rule { tabs: Some(7), request, ..Rule::nothing(reach, 3) };
        let entry: Value = json::write(&Entry::new(3, &rule)).parse().unwrap();
        assert_eq!(entry["condition"]["tabIds"], serde_json::json!([7]));
        assert_eq!(entry["condition"]["urlFilter"], "|http://a.test:81/");
        assert!(!entry.to_string().contains("xmlhttprequest"));
        assert!(!entry.to_string().contains("responseHeaders"));
    }

    #[test]
    fn a_document_rule_adds_to_the_response_and_never_replaces() {
        let response = vec![("server-timing".into(), "tracelight".to_owned())];
        let reach = Reach::Documents("[::1]".to_owned());
        let rule = Rule { except: vec![1], response, ..Rule::nothing(reach, 3) };
        let entry: Value = json::write(&Entry::new(3, &rule)).parse().unwrap();
        let filter = entry["condition"]["regexFilter"].as_str().unwrap();
        assert!(filter.contains(r"\[::1\]"), "{filter}");
        assert_eq!(entry["condition"]["excludedTabIds"], serde_json::json!([1]));
        assert_eq!(entry["action"]["responseHeaders"][0]["operation"], "append");
        assert!(!entry.to_string().contains("requestHeaders"), "browsers refuse an empty list");
    }

    #[test]
    fn a_rule_of_an_expression_is_bound_to_it_alone_and_one_without_headers_allows() {
        let reach = Reach::Resources(Origin::of("http://a.test/").unwrap());
        let (filter, method) = ("^http://a\\.test/.*x".to_owned(), "POST".to_owned());
        let rule = Rule { filter, method, ..Rule::nothing(reach, 7) };
        let entry: Value = json::write(&Entry::new(3, &rule)).parse().unwrap();
        let condition = &entry["condition"];
        assert_eq!(condition["regexFilter"], "^http://a\\.test/.*x");
        assert_eq!(condition["requestMethods"], serde_json::json!(["post"]));
        assert_eq!(condition["isUrlFilterCaseSensitive"], true);
        assert!(condition.get("urlFilter").is_none());
        assert_eq!((&entry["action"]["type"], &entry["priority"]), (&"allow".into(), &7.into()));
    }
}
