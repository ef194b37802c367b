//! What is taken out of what is stored, as the user has it set at this moment.

use std::rc::Rc;

use serde::Deserialize;
use trace::redact::Redaction;
use trace::settings::RedactionSettings;
use webext::settings;
use webext::storage::{self, Area};

use crate::Recording;

/// The part of the settings that matters here.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Kept {
    redaction: RedactionSettings,
}

impl Recording {
    /// What is taken out from now on. Read at each look, as a change must hold for the next fact;
    /// made anew only when it changed. Settings that cannot be read are as if there were none.
    pub(crate) async fn redaction(&self) -> Rc<Redaction> {
        let kept = storage::load::<Kept>(Area::Local, settings::KEY).await;
        let kept = kept.ok().flatten().unwrap_or_default().redaction;
        let mut known = self.redaction.borrow_mut();
        match &*known {
            Some((settings, redaction)) if *settings == kept => Rc::clone(redaction),
            _ => {
                let redaction = Rc::new(Redaction::new(&kept));
                *known = Some((kept, Rc::clone(&redaction)));
                redaction
            }
        }
    }
}
