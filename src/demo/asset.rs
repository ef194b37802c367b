//! Files that pages load: style, scripts and drawings. All of them are part of the program, so a
//! path can name nothing else.

use axum::Router;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::failure::Failure;
use crate::markup::Markup;

const STYLE: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const DRAWING: &str = "image/svg+xml";

/// Name, media type, content.
static FILES: [(&str, &str, &str); 8] = [
    ("shop.css", STYLE, include_str!("static/shop.css")),
    ("shop.js", SCRIPT, include_str!("static/shop.js")),
    ("list.js", SCRIPT, include_str!("static/list.js")),
    ("checkout.js", SCRIPT, include_str!("static/checkout.js")),
    ("failing.js", SCRIPT, include_str!("static/failing.js")),
    ("script-error.js", SCRIPT, include_str!("static/script-error.js")),
    ("spa.js", SCRIPT, include_str!("static/spa.js")),
    ("icon.svg", DRAWING, include_str!("static/icon.svg")),
];

/// A kind of lamp and its drawing, which has a slot for the hue.
static DRAWINGS: [(&str, &str); 6] = [
    ("pendant", include_str!("art/pendant.svg")),
    ("desk", include_str!("art/desk.svg")),
    ("floor", include_str!("art/floor.svg")),
    ("lantern", include_str!("art/lantern.svg")),
    ("bulb", include_str!("art/bulb.svg")),
    ("candle", include_str!("art/candle.svg")),
];

pub(crate) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/static/{file}", get(file)).route("/static/lamp/{drawing}", get(lamp))
}

/// Where the drawing of a lamp is.
pub(crate) fn lamp_path(kind: &str, hue: i64) -> String {
    format!("/static/lamp/{kind}-{hue}.svg")
}

async fn file(Path(name): Path<String>) -> Result<Response, Failure> {
    FILES
        .iter()
        .find(|(known, ..)| *known == name)
        .map(|(_, kind, content)| answer(kind, (*content).to_owned()))
        .ok_or_else(|| Failure::missing(format!("there is no file {name}")))
}

async fn lamp(Path(name): Path<String>) -> Result<Response, Failure> {
    draw(&name)
        .map(|drawing| answer(DRAWING, drawing.as_str().to_owned()))
        .ok_or_else(|| Failure::missing(format!("there is no drawing {name}")))
}

/// The drawing called `KIND-HUE.svg`; the same name is always the same picture.
fn draw(name: &str) -> Option<Markup> {
    let (kind, hue) = name.strip_suffix(".svg")?.rsplit_once('-')?;
    let hue = hue.parse::<u16>().ok().filter(|hue| *hue < 360)?;
    let (_, template) = DRAWINGS.iter().find(|(known, _)| *known == kind)?;
    Some(Markup::fill(template, &[("hue", &Markup::number(hue))]))
}

/// Never from the cache: whoever traces a page wants to see its requests each time.
fn answer(kind: &'static str, content: String) -> Response {
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-store")], content).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_name_is_the_same_picture_and_others_are_none() {
        assert_eq!(draw("desk-220.svg"), draw("desk-220.svg"));
        assert!(draw("desk-220.svg").unwrap().as_str().contains("hsl(220"));
        for name in ["desk-360.svg", "desk--1.svg", "sofa-20.svg", "desk-20", "-.svg", ""] {
            assert_eq!(draw(name), None, "{name}");
        }
    }

    #[test]
    fn every_drawing_has_its_colour_from_the_slot() {
        for (kind, _) in DRAWINGS {
            let drawing = draw(&format!("{kind}-7.svg")).unwrap();
            assert!(!drawing.as_str().contains("{{"), "{kind}");
        }
    }
}
