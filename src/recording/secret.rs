//! What is taken out of what is stored, and of whose bodies anything is, as the user has it set at this moment.

use std::rc::Rc;

use serde::Deserialize;
use trace::redact::Redaction;
use trace::settings::RedactionSettings;
use webext::settings;
use webext::storage::{self, Area};

use crate::Recording;

/// The part of the settings that matters here.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Kept {
    redaction: RedactionSettings,
    bodies: Vec<String>,
}

impl Recording {
    /// What is taken out from now on. Read at each look, as a change must hold for the next fact;
    /// made anew only when it changed. Settings that cannot be read are as if there were none.
    pub(crate) async fn redaction(&self) -> Rc<Redaction> {
        let kept = storage::load::<Kept>(Area::Local, settings::KEY).await;
        let kept = kept.ok().flatten().unwrap_or_default();
        let mut known = self.redaction.borrow_mut();
        match &*known {
            Some((settings, redaction)) if *settings == kept => Rc::clone(redaction),
            _ => {
                let redaction = Redaction::new(&kept.redaction).reading(&kept.bodies);
                let redaction = Rc::new(redaction);
                *known = Some((kept, Rc::clone(&redaction)));
                redaction
            }
        }
    }
}
