//! Canvases: their size on the screen and their pixels; and where an element is.

use js_sys::Reflect;
use wasm_bindgen::Clamped;
use wasm_bindgen::prelude::*;
use web_sys::{CanvasRenderingContext2d, Element, HtmlCanvasElement, ImageData};

use crate::js::{call, get, global};
use crate::{Error, Listening};

/// The most pixels that a side of a canvas is given: a screen has fewer.
const MOST: f64 = 8_192.0;

/// Where an element is from side to side, in pixels of the style sheet: its left edge in the window,
/// and its width. Zeros for one that is not drawn.
#[must_use]
pub fn across(element: &Element) -> (f64, f64) {
    let read = || {
        let bounds = call(element.as_ref(), "getBoundingClientRect", &[]).ok()?;
        let side = |name| get(&bounds, name).ok()?.as_f64();
        Some((side("left")?, side("width")?))
    };
    read().unwrap_or_default()
}

/// The size of a canvas in pixels of the screen, width and height.
#[must_use]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is within a screen")]
pub fn size(canvas: &HtmlCanvasElement) -> (usize, usize) {
    let dense = global("devicePixelRatio").ok().and_then(|ratio| ratio.as_f64()).unwrap_or(1.0);
    let pixels = |side: i32| (f64::from(side.max(0)) * dense).round().clamp(0.0, MOST) as usize;
    (pixels(canvas.client_width()), pixels(canvas.client_height()))
}

/// Whether what is drawn on an element has to be light, because the ground is dark: as the style
/// sheet says by the element's text colour.
#[must_use]
pub fn dark(element: &Element) -> bool {
    let read = || {
        let style = global("getComputedStyle").ok()?;
        let style = style.unchecked_into::<js_sys::Function>();
        let style = style.call1(&JsValue::UNDEFINED, element.as_ref()).ok()?;
        get(&style, "color").ok()?.as_string()
    };
    read().is_some_and(|colour| colour.starts_with("rgb(255"))
}

/// Listens to the system's change between light and dark.
#[must_use]
pub fn themed(changed: impl FnMut() + 'static) -> Option<Listening> {
    let query =
        call(&global("window").ok()?, "matchMedia", &[&"(prefers-color-scheme: dark)".into()])
            .ok()?;
    let listener = Closure::<dyn FnMut()>::new(changed);
    Reflect::set(&query, &"onchange".into(), listener.as_ref()).ok()?;
    Some(Listening::new(move || {
        let _is_gone = Reflect::set(&query, &"onchange".into(), &JsValue::NULL);
        drop(listener);
    }))
}

/// Puts pixels on a canvas, four bytes each, line by line, so many a line.
///
/// # Errors
/// When the browser has no canvas to give, or the pixels are no whole lines.
pub fn paint(canvas: &HtmlCanvasElement, pixels: &[u8], width: usize) -> Result<(), Error> {
    put(canvas, pixels, width).map_err(|error| Error::new("canvas.putImageData", &error))
}

fn put(canvas: &HtmlCanvasElement, pixels: &[u8], width: usize) -> Result<(), JsValue> {
    let height = (pixels.len() / 4).checked_div(width).unwrap_or_default();
    let side = |pixels: usize| u32::try_from(pixels).unwrap_or_default();
    canvas.set_width(side(width));
    canvas.set_height(side(height));
    if pixels.is_empty() {
        return Ok(());
    }
    let context = canvas.get_context("2d")?.ok_or(JsValue::NULL)?;
    let image = ImageData::new_with_u8_clamped_array(Clamped(pixels), side(width))?;
    context.unchecked_into::<CanvasRenderingContext2d>().put_image_data(&image, 0.0, 0.0)
}
