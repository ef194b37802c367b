//! Takes targets off the list whose requests fail because of our context, and puts them back where
//! that was not the reason: as `trace::suspect` judges.

use trace::origin::Origin;
use trace::suspect::{Met, Ruling};
use trace::target;
use webext::{clock, page, settings};

use crate::worker::Core;

impl Core {
    /// Takes in what became of a page's requests to other origins.
    pub(crate) async fn judge(&mut self, all: &[Met]) {
        for met in all {
            let Ok(origin) = Origin::of(&met.url) else { continue };
            let name = origin.to_string();
            let paused = self.settings.paused.contains(&name);
            let fits =
                |text: &String| target::pattern(text).is_ok_and(|it| page::fits(&it, &met.url));
            if !self.settings.targets.iter().any(fits) {
                continue;
            }
            let ruling = self.state.judge(&origin, met, paused, clock::now());
            let Some(ruling) = ruling else { continue };
            let kept = settings::pause(&name, ruling == Ruling::Pause).await;
            if let Some(kept) = self.noted(kept) {
                self.settings = kept;
                self.set().await;
            }
        }
    }
}
