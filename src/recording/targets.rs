//! Takes targets off the list whose requests fail because of our context, and puts them back where
//! that was not the reason: as `trace::suspect` judges. The worker hears of it as of any setting.

use serde::Deserialize;
use trace::origin::Origin;
use trace::suspect::{Met, Ruling};
use trace::target;
use webext::storage::{self, Area};
use webext::{Error, clock, page, settings};

use crate::Recording;

/// What is read of the settings.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Kept {
    targets: Vec<String>,
}

impl Recording {
    /// Takes in what became of a page's requests to other origins.
    pub(crate) async fn judge(&self, all: Vec<Met>) -> Result<(), Error> {
        if all.is_empty() {
            return Ok(());
        }
        let kept = storage::load::<Kept>(Area::Local, settings::KEY).await?.unwrap_or_default();
        for met in all {
            let Ok(origin) = Origin::of(&met.url) else { continue };
            let fits =
                |text: &String| target::pattern(text).is_ok_and(|it| page::fits(&it, &met.url));
            if !kept.targets.iter().any(fits) {
                continue;
            }
            let name = origin.to_string();
            let paused = settings::paused().await?.contains(&name);
            let ruling = self.suspects.borrow_mut().judge(&origin, &met, paused, clock::now());
            if let Some(ruling) = ruling {
                settings::pause(&name, ruling == Ruling::Pause).await?;
            }
        }
        Ok(())
    }
}
