//! Has something of a picture made ready before it is asked for, in steps between which the browser
//! draws and hears. Nobody need draw anew for it.

use leptos::prelude::*;
use surface::steps::Steps;

use crate::picture::Picture;

/// Spans that a part is about: some milliseconds for what takes longest.
const SIZE: usize = 2_048;

/// Makes a part for so many spans, and says whether that was all.
pub type Part<'a> = dyn FnMut(&mut Picture, usize) -> bool + 'a;

/// Makes as much as fits into this step. Whether that was all; `None` when the picture is gone.
pub fn begin(picture: RwSignal<Picture>, steps: &Steps, part: &mut Part<'_>) -> Option<bool> {
    picture.try_maybe_update(|picture| {
        let mut done = part(picture, SIZE);
        while !done && !steps.over() {
            done = part(picture, SIZE);
        }
        (false, done)
    })
}

/// Makes all; `None` when the picture is gone.
pub async fn all(picture: RwSignal<Picture>, steps: &mut Steps, part: &mut Part<'_>) -> Option<()> {
    while !begin(picture, steps, part)? {
        steps.rest().await;
    }
    Some(())
}
