//! Writes the spans of one trace as files, reports and commands.

use std::collections::BTreeSet;

use bridge::file::{Example, Form, Order, Preview, Share, Taken};
use exchange::write::csv::COLUMNS;
use exchange::write::markdown::{Report, markdown};
use exchange::write::{self, share, svg};
use otlp::Sheet;
use trace::attribute::key;
use trace::find::{Detail, Finds};
use trace::json;
use trace::redact::Redaction;
use trace::tree::Tree;
use trace::waterfall::Waterfall;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::look::Look;

/// Bytes of a report: what GitHub takes for an issue is 65,536, and an agent reads it in one go.
const REPORT: usize = 60_000;
/// What tells statements and addresses, and whether it tells addresses.
const DETAILS: [(&str, bool); 4] = [
    (key::DB_QUERY_TEXT, false),
    ("db.statement", false),
    (key::URL_FULL, true),
    ("http.url", true),
];
/// Width of a drawing, pixels.
const WIDTH: usize = 1_400;

/// A trace that is being written.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Writing {
    sheet: Sheet,
}

#[wasm_bindgen]
impl Writing {
    /// No spans yet.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in spans as OTLP protobuf. Whether all of it was.
    pub fn push(&mut self, spans: Vec<u8>) -> bool {
        self.sheet.take(spans, |_, _| true).is_ok()
    }

    /// Writes them as an [`Order`] says.
    ///
    /// # Errors
    /// What is wrong with the order, or why there is nothing to write.
    pub fn write(&mut self, order: &str) -> Result<String, String> {
        let order: Order = json::read(order).map_err(|error| error.to_string())?;
        let sheet = &self.sheet;
        Ok(match order.form {
            Form::Markdown => self.report(&order),
            Form::Otlp => write::otlp(sheet),
            Form::Jaeger => write::jaeger(sheet),
            Form::Chrome => write::chrome(sheet),
            Form::Csv => write::csv::spans(sheet, &COLUMNS, 0..sheet.len()),
            Form::Svg => self.drawing(&order),
            Form::Curl => {
                let span = sheet.span(0).ok_or("no span is chosen, wanted a request")?;
                write::curl::curl(&span).map_err(|error| error.to_string())?
            }
        })
    }

    /// What would be taken out of a file that is shared as a [`Share`] says: a [`Preview`].
    ///
    /// # Errors
    /// When the question cannot be read.
    pub fn preview(&self, how: &str) -> Result<String, String> {
        let taken = self.shared(how)?.0.taken.into_iter().map(|taken| Taken {
            place: taken.place,
            count: u32::try_from(taken.count).unwrap_or(u32::MAX),
            examples: taken
                .examples
                .into_iter()
                .map(|(before, after)| Example { before, after })
                .collect(),
        });
        Ok(json::write(&Preview { taken: taken.collect() }))
    }

    /// A file to hand to somebody, as a [`Share`] says.
    ///
    /// # Errors
    /// When the question cannot be read.
    pub fn share(&self, how: &str) -> Result<String, String> {
        let (preview, title) = self.shared(how)?;
        Ok(preview.write(&title))
    }

    fn shared(&self, how: &str) -> Result<(share::Preview, String), String> {
        let how: Share = json::read(how).map_err(|error| error.to_string())?;
        let preview = match &how.redaction {
            Some(settings) => share::Preview::redacted(&self.sheet, &Redaction::new(settings)),
            None => share::Preview::plain(&self.sheet),
        };
        Ok((preview, how.title))
    }

    /// The layout, folded as the reader has it.
    fn waterfall(&self, order: &Order) -> Waterfall {
        let columns = self.sheet.columns();
        let folded: BTreeSet<u64> =
            order.folded.iter().filter_map(|id| u64::from_str_radix(id, 16).ok()).collect();
        let mut waterfall = Waterfall::build(columns);
        waterfall.refold(|at| columns.ids.get(at).is_some_and(|id| folded.contains(id)));
        waterfall
    }

    fn report(&mut self, order: &Order) -> String {
        let columns = DETAILS.map(|(name, address)| (self.sheet.values(name), address));
        let details = columns.each_ref().map(|(column, address)| Detail {
            address: *address,
            of: &column.of,
            values: column.values(),
        });
        let (sheet, waterfall) = (&self.sheet, self.waterfall(order));
        let finds = Finds::look(sheet.columns(), &Tree::grow(sheet.columns()), &details);
        markdown(&Report { sheet, waterfall: &waterfall, finds: &finds, longest: REPORT })
    }

    fn drawing(&self, order: &Order) -> String {
        let waterfall = self.waterfall(order);
        let look = Look::on(order.dark);
        let colors: Vec<&str> = waterfall
            .services()
            .iter()
            .map(|service| look.service(service.colour.into()))
            .collect();
        let rows = usize::try_from(order.rows).unwrap_or(usize::MAX);
        let look = svg::Look {
            title: &order.title,
            width: WIDTH,
            colors: &colors,
            ink: look.ink,
            paper: look.paper,
            error: look.error,
        };
        svg::svg(self.sheet.columns(), &waterfall, 0..rows, &look)
    }
}

#[cfg(test)]
mod tests {
    use trace::settings::RedactionSettings;

    use super::*;

    fn trace() -> Vec<u8> {
        let json = br#"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name",
            "value":{"stringValue":"shop"}}]},"scopeSpans":[{"spans":[
            {"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7","name":"GET",
             "startTimeUnixNano":"1000","endTimeUnixNano":"9000","attributes":[
             {"key":"url.full","value":{"stringValue":"http://shop.test/?token=abcdef"}},
             {"key":"password","value":{"stringValue":"hunter2"}}]},
            {"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b8",
             "parentSpanId":"00f067aa0ba902b7","name":"SELECT","startTimeUnixNano":"2000",
             "endTimeUnixNano":"3000"}]}]}]}"#;
        otlp::proto::encode(&otlp::json::decode(json).unwrap().spans)
    }

    fn writing() -> Writing {
        let mut writing = Writing::new();
        assert!(writing.push(trace()));
        writing
    }

    fn order(form: Form) -> String {
        let (title, folded) = ("GET".to_owned(), Vec::new());
        json::write(&Order { form, title, folded, dark: false, rows: 100 })
    }

    #[test]
    fn every_form_is_written_and_those_that_have_readers_are_read_again() {
        let mut writing = writing();
        for form in [Form::Otlp, Form::Jaeger, Form::Chrome] {
            let text = writing.write(&order(form)).unwrap();
            let mut sheet = Sheet::default();
            let file = exchange::File::open(text.into_bytes(), &mut sheet);
            file.unwrap().finish(&mut sheet).unwrap();
            assert_eq!(sheet.len(), 2, "{form:?}");
        }
        for (form, part) in [
            (Form::Csv, "00f067aa0ba902b8"),
            (Form::Markdown, "# "),
            (Form::Curl, "--url 'http://shop.test/?token=abcdef'"),
            (Form::Svg, "SELECT"),
        ] {
            let text = writing.write(&order(form)).unwrap();
            assert!(text.contains(part), "{form:?}: {text}");
        }
    }

    #[test]
    fn a_drawing_is_folded_as_the_reader_has_it() {
        let mut writing = writing();
        let folded = vec!["00f067aa0ba902b7".to_owned()];
        let order = Order { form: Form::Svg, title: String::new(), folded, dark: true, rows: 9 };
        let text = writing.write(&json::write(&order)).unwrap();
        assert!(!text.contains("SELECT") && text.contains("#17191e"), "{text}");
    }

    #[test]
    fn what_is_taken_out_is_shown_before_and_is_out_after() {
        let writing = writing();
        let redaction = Some(RedactionSettings::default());
        let how = json::write(&Share { title: "a".to_owned(), redaction });
        let preview: Preview = json::read(&writing.preview(&how).unwrap()).unwrap();
        let places: Vec<&str> = preview.taken.iter().map(|taken| taken.place.as_str()).collect();
        assert_eq!(places, ["password", "url.full"]);
        let file = writing.share(&how).unwrap();
        assert!(!file.contains("hunter2") && !file.contains("abcdef"), "{file}");
        let how = json::write(&Share { title: "a".to_owned(), redaction: None });
        assert!(writing.share(&how).unwrap().contains("hunter2"));
    }

    #[test]
    fn what_cannot_be_written_says_why() {
        let mut empty = Writing::new();
        assert_eq!(
            empty.write(&order(Form::Curl)).unwrap_err(),
            "no span is chosen, wanted a request"
        );
        assert!(empty.write("{}").is_err());
    }
}
