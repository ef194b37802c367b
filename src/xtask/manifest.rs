//! The manifest: one file in Chrome's form, and what must differ for a build.

use std::path::Path;

use serde_json::{Map, Value, json};

use crate::command::{Browser, Plan};
use crate::failure::{Failure, Result};

const SOURCE: &str = "manifest.json";
/// Firefox knows an extension by a name that its author chooses, not by a key.
const GECKO_ID: &str = "{5d7c2b1e-93a4-4c56-8f0a-1e6b7d2f4a90}";
/// The first with scripts in the page's own world and optional host permissions.
const GECKO_OLDEST: &str = "128.0";

/// Writes the manifest of a build.
pub(crate) fn write(plan: &Plan, to: &Path) -> Result<()> {
    let source = Path::new(SOURCE);
    let text =
        std::fs::read_to_string(source).map_err(|error| Failure::file("read", source, &error))?;
    let manifest = rewrite(&text, plan)?;
    std::fs::write(to, manifest).map_err(|error| Failure::file("write", to, &error))
}

fn rewrite(text: &str, plan: &Plan) -> Result<String> {
    let malformed = |reason: String| Failure::new(format!("{SOURCE} is malformed: {reason}"));
    let mut manifest: Map<String, Value> =
        serde_json::from_str(text).map_err(|error| malformed(error.to_string()))?;
    if !plan.host_access.is_empty() {
        manifest.insert("host_permissions".to_owned(), json!(plan.host_access));
    }
    if plan.browser == Browser::Firefox {
        for_firefox(&mut manifest);
    }
    serde_json::to_string_pretty(&manifest).map_err(|error| malformed(error.to_string()))
}

fn for_firefox(manifest: &mut Map<String, Value>) {
    manifest.remove("key");
    manifest.remove("minimum_chrome_version");
    // Firefox has no service workers for extensions; an event page sleeps and wakes like one.
    let worker = manifest.remove("background").unwrap_or_default();
    manifest.insert(
        "background".to_owned(),
        json!({ "scripts": [worker["service_worker"]], "type": "module" }),
    );
    manifest.insert(
        "browser_specific_settings".to_owned(),
        json!({ "gecko": {
            "id": GECKO_ID,
            "strict_min_version": GECKO_OLDEST,
            // Nothing leaves the machine unless the user names a place for it.
            "data_collection_permissions": { "required": ["none"] },
        }}),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use sha2::{Digest, Sha256};

    const MANIFEST: &str = include_str!("../../manifest.json");

    fn made(plan: &Plan) -> Value {
        serde_json::from_str(&rewrite(MANIFEST, plan).unwrap()).unwrap()
    }

    /// Chrome's own way: the first half of the key's SHA-256, its hexadecimal digits as a to p.
    fn id_of(key: &str) -> String {
        let der = base64::engine::general_purpose::STANDARD.decode(key).unwrap();
        let letter = |nibble: u8| char::from(b'a' + nibble);
        let digest = Sha256::digest(der);
        digest[..16].iter().flat_map(|byte| [letter(byte >> 4), letter(byte & 15)]).collect()
    }

    #[test]
    fn no_site_is_granted_at_install_unless_asked_for() {
        assert_eq!(made(&Plan::default()).get("host_permissions"), None);
        let plan = Plan { host_access: vec!["http://127.0.0.1/*".to_owned()], ..Plan::default() };
        assert_eq!(made(&plan)["host_permissions"], json!(["http://127.0.0.1/*"]));
    }

    #[test]
    fn firefox_gets_an_event_page_and_its_own_settings() {
        let plan = Plan { browser: Browser::Firefox, ..Plan::default() };
        let manifest = made(&plan);
        assert_eq!(
            manifest["background"],
            json!({ "scripts": ["background.js"], "type": "module" })
        );
        assert_eq!(manifest.get("key"), None);
        assert_eq!(manifest.get("minimum_chrome_version"), None);
        assert_eq!(manifest["browser_specific_settings"]["gecko"]["id"], GECKO_ID);
    }

    #[test]
    fn the_collector_knows_the_extension_by_the_id_of_the_manifests_key() {
        let key = made(&Plan::default())["key"].as_str().unwrap().to_owned();
        let collector = std::fs::read_to_string("../collector/origin.rs").unwrap();
        assert!(collector.contains(&format!("\"{}\"", id_of(&key))), "wanted {}", id_of(&key));
    }

    #[test]
    fn the_manifest_has_the_workspaces_version() {
        assert_eq!(made(&Plan::default())["version"], env!("CARGO_PKG_VERSION"));
    }

    #[test]
    fn a_malformed_manifest_is_said_to_be_one() {
        let failure = rewrite("{", &Plan::default()).unwrap_err().to_string();
        assert!(failure.starts_with("manifest.json is malformed"), "{failure}");
    }
}
