//! Web Vitals, as events of the page that they are about.

use std::collections::BTreeMap;

use crate::attribute::{Attributes, key};
use crate::record::{Attribution, Vital};
use crate::{PageClock, PageMillis, Span, redact, vital};

use super::part::Parts;
use super::{network, put, put_text};

/// Name of the event (semantic conventions 1.44).
const EVENT: &str = "browser.web_vital";

/// The last word on each vital of each page.
pub(super) struct Vitals<'a>(BTreeMap<(usize, &'static str), &'a Vital>);

impl<'a> Vitals<'a> {
    /// Takes vitals by their time; each may be told more than once, the last time best.
    pub(super) fn new(vitals: &[&'a Vital], parts: &Parts<'_>) -> Self {
        let known = vitals.iter().filter_map(|it| Some((*it, vital::name(&it.name)?)));
        Self(known.map(|(it, name)| ((about(it, parts), name), it)).collect())
    }

    /// Tells a page's root of its vitals.
    pub(super) fn tell(&self, part: usize, span: &mut Span, clock: PageClock) {
        let of_part = self.0.range((part, "")..).take_while(|((of, _), _)| *of == part);
        for ((_, name), vital) in of_part {
            put(&mut span.attributes, format!("{}{name}", key::VITAL), vital.value);
            let mut event = network::event(EVENT, clock.at(moment(name, vital)));
            describe(&mut event.attributes, name, vital);
            span.events.push(event);
        }
    }
}

/// The page that a vital is about. They are the document's, whenever they are told, unless they say
/// that they are of a page within it.
fn about(vital: &Vital, parts: &Parts<'_>) -> usize {
    match vital.navigation_type.as_str() {
        "soft-navigation" | "back-forward-cache" => parts.at(vital.at),
        _ => 0,
    }
}

/// When what it measures happened.
fn moment(name: &str, vital: &Vital) -> PageMillis {
    let cause = &vital.attribution;
    let soft = vital.navigation_type == "soft-navigation";
    let told = match name {
        "inp" => cause.interaction_time,
        "cls" => cause.largest_shift_time,
        // Counted from where the page began.
        _ if soft || vital.navigation_type == "back-forward-cache" => None,
        _ => Some(vital.value),
    };
    told.filter(|told| *told >= 0.0).map_or(vital.at, PageMillis)
}

fn describe(attributes: &mut Attributes, name: &str, vital: &Vital) {
    put(attributes, key::VITAL_NAME, name);
    put(attributes, key::VITAL_VALUE, vital.value);
    put(attributes, key::VITAL_DELTA, vital.value);
    put_text(attributes, key::VITAL_ID, &vital.id);
    put_text(attributes, key::VITAL_RATING, vital::rate(name, vital.value).unwrap_or_default());
    put_text(attributes, key::VITAL_NAVIGATION, &vital.navigation_type);
    for (part, text) in texts(&vital.attribution).into_iter().filter(|(_, text)| !text.is_empty()) {
        put(attributes, format!("{}{part}", key::VITAL_CAUSE), text);
    }
    for (part, number) in numbers(&vital.attribution) {
        if let Some(number) = number {
            put(attributes, format!("{}{part}", key::VITAL_CAUSE), number);
        }
    }
}

fn texts(cause: &Attribution) -> [(&'static str, String); 4] {
    let elements = [&cause.target, &cause.interaction_target, &cause.largest_shift_target];
    let element = elements.into_iter().find(|element| !element.is_empty());
    [
        ("element", element.cloned().unwrap_or_default()),
        ("url", if cause.url.is_empty() { String::new() } else { redact::url(&cause.url) }),
        ("interaction_type", cause.interaction_type.clone()),
        ("load_state", cause.load_state.clone()),
    ]
}

const fn numbers(cause: &Attribution) -> [(&'static str, Option<f64>); 14] {
    [
        ("time_to_first_byte", cause.time_to_first_byte),
        ("first_byte_to_fcp", cause.first_byte_to_fcp),
        ("resource_load_delay", cause.resource_load_delay),
        ("resource_load_duration", cause.resource_load_duration),
        ("element_render_delay", cause.element_render_delay),
        ("input_delay", cause.input_delay),
        ("processing_duration", cause.processing_duration),
        ("presentation_delay", cause.presentation_delay),
        ("largest_shift_value", cause.largest_shift_value),
        ("waiting_duration", cause.waiting_duration),
        ("cache_duration", cause.cache_duration),
        ("dns_duration", cause.dns_duration),
        ("connection_duration", cause.connection_duration),
        ("request_duration", cause.request_duration),
    ]
}
