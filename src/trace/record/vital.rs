//! Web Vitals, as the `web-vitals` package tells them with its attribution.

use serde::{Deserialize, Serialize};

use super::{TEXT_LIMIT, Texts, URL_LIMIT, WORD_LIMIT};
use crate::PageMillis;

/// One measured vital. A later one of the same name and id is the better one.
#[derive(Clone, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Vital {
    /// `LCP`, `INP`, `CLS`, `FCP` or `TTFB`.
    pub name: String,
    /// Milliseconds; of CLS a score.
    pub value: f64,
    /// Names this measurement among others of the same vital.
    #[serde(default)]
    pub id: String,
    /// How the page was reached: `navigate`, `back-forward-cache`, `soft-navigation`…
    #[serde(default)]
    pub navigation_type: String,
    /// When it was told.
    pub at: PageMillis,
    /// What caused it.
    #[serde(default)]
    pub attribution: Attribution,
}

/// What caused a vital; each has fields of its own.
#[derive(Clone, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Attribution {
    /// LCP: selector of the element.
    pub target: String,
    /// LCP: what it shows.
    pub url: String,
    /// LCP, FCP: until the document's first byte.
    pub time_to_first_byte: Option<f64>,
    /// FCP: from then on.
    #[serde(rename = "firstByteToFCP")]
    pub first_byte_to_fcp: Option<f64>,
    /// LCP: from then until the resource was asked for.
    pub resource_load_delay: Option<f64>,
    /// LCP: how long that took.
    pub resource_load_duration: Option<f64>,
    /// LCP: from then until it was shown.
    pub element_render_delay: Option<f64>,
    /// INP: selector of the element.
    pub interaction_target: String,
    /// INP: `pointer` or `keyboard`.
    pub interaction_type: String,
    /// INP: when the user acted.
    pub interaction_time: Option<f64>,
    /// INP: until a listener ran.
    pub input_delay: Option<f64>,
    /// INP: while listeners ran.
    pub processing_duration: Option<f64>,
    /// INP: until the next frame was shown.
    pub presentation_delay: Option<f64>,
    /// CLS: selector of the element that shifted furthest.
    pub largest_shift_target: String,
    /// CLS: when.
    pub largest_shift_time: Option<f64>,
    /// CLS: its score.
    pub largest_shift_value: Option<f64>,
    /// How far the page had loaded: `loading`, `dom-interactive`, `dom-content-loaded`, `complete`.
    pub load_state: String,
    /// TTFB: redirects and waiting.
    pub waiting_duration: Option<f64>,
    /// TTFB: looking into caches.
    pub cache_duration: Option<f64>,
    /// TTFB: looking the host up.
    pub dns_duration: Option<f64>,
    /// TTFB: connecting.
    pub connection_duration: Option<f64>,
    /// TTFB: from request to first byte.
    pub request_duration: Option<f64>,
}

impl Vital {
    pub(super) fn texts(&mut self) -> Texts<'_> {
        let cause = &mut self.attribution;
        vec![
            (&mut self.name, WORD_LIMIT),
            (&mut self.id, WORD_LIMIT),
            (&mut self.navigation_type, WORD_LIMIT),
            (&mut cause.target, TEXT_LIMIT),
            (&mut cause.url, URL_LIMIT),
            (&mut cause.interaction_target, TEXT_LIMIT),
            (&mut cause.interaction_type, WORD_LIMIT),
            (&mut cause.largest_shift_target, TEXT_LIMIT),
            (&mut cause.load_state, WORD_LIMIT),
        ]
    }
}
