//! Writes the spans of one trace as files, reports and commands.

use std::ops::Range;

use bridge::file::{Example, Form, Order, Preview, Share, Taken};
use exchange::write::csv::Table;
use exchange::write::markdown::{Report, markdown};
use exchange::write::{self, share, svg};
use otlp::Sheet;
use otlp::sheet::Lens;
use trace::attribute::key;
use trace::filter::Bits;
use trace::find::{Critical, Detail, Finds};
use trace::flame::Flame;
use trace::redact::Redaction;
use trace::skew::Skew;
use trace::waterfall::Waterfall;
use trace::{json, quantity};
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
    lens: Lens,
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
        if matches!(order.form, Form::Csv | Form::Svg | Form::Markdown) {
            self.set_clocks(&order);
        }
        let sheet = &self.sheet;
        Ok(match order.form {
            Form::Markdown => self.report(&order),
            Form::Otlp => write::otlp(sheet),
            Form::Jaeger => write::jaeger(sheet),
            Form::Chrome => write::chrome(sheet),
            Form::Csv => self.table(&order),
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

    /// Lets times be those that the reader sees.
    fn set_clocks(&mut self, order: &Order) {
        self.lens.update(&self.sheet);
        let columns = self.sheet.columns();
        let skew = || Skew::find(columns, self.lens.recorded()).starts(columns);
        let starts = (!order.clocks.is_empty()).then(skew);
        self.lens.shift(starts.map(|starts| columns.restarted(starts)));
    }

    fn report(&mut self, order: &Order) -> String {
        let columns = DETAILS.map(|(name, address)| (self.sheet.values(name), address));
        let details = columns.each_ref().map(|(column, address)| Detail {
            address: *address,
            of: &column.of,
            values: column.values(),
        });
        let (sheet, columns) = (&self.sheet, self.lens.columns(&self.sheet));
        let waterfall = &Waterfall::build(columns);
        let finds = &Finds::look(columns, self.lens.tree(), &details);
        let clocks = &order.clocks;
        markdown(&Report { sheet, columns, clocks, waterfall, finds, longest: REPORT })
    }

    fn table(&self, order: &Order) -> String {
        let table = Table {
            sheet: &self.sheet,
            columns: self.lens.columns(&self.sheet),
            own: self.lens.own(),
            attributes: &order.table.attributes,
            adjusted: !order.clocks.is_empty(),
        };
        table.write(order.table.rows.iter().map(|at| *at as usize))
    }

    fn drawing(&self, order: &Order) -> String {
        let scene = &order.scene;
        let (spans, tree) = (self.lens.columns(&self.sheet), self.lens.tree());
        let mut waterfall = Waterfall::build(spans);
        let folded = bits(spans.len(), &scene.folded);
        waterfall.refold(|at| folded.has(at));
        let through = scene.through.as_ref().map(|through| bits(spans.len(), through));
        waterfall.sift(through.as_ref(), scene.hides);
        let look = Look::on(scene.dark);
        let colours: Vec<&str> = waterfall
            .services()
            .iter()
            .map(|service| look.service(service.colour.into()))
            .collect();
        let mut path = match tree.main() {
            Some(root) if scene.critical => Critical::find(spans, tree, root).stretches,
            _ => Vec::new(),
        };
        path.sort_by_key(|stretch| stretch.span);
        let length = u64::try_from(waterfall.length().as_nanos()).unwrap_or(u64::MAX);
        let time = scene.time.0..if scene.time.1 == 0 { length } else { scene.time.1 };
        let look = svg::Look {
            title: &scene.title,
            note: &note(order, &time, length),
            width: WIDTH,
            colors: &colours,
            ink: look.ink,
            paper: look.paper,
            error: look.error,
        };
        let most = usize::try_from(scene.rows).unwrap_or(usize::MAX);
        let shown = svg::Shown { spans, waterfall: &waterfall, time, path: &path, most };
        match scene.flame {
            true => {
                let sieve = (through.as_ref(), scene.hides);
                svg::flame(&shown, &Flame::lay(spans, tree), sieve, &look)
            }
            false => svg::svg(&shown, &look),
        }
    }
}

fn bits(len: usize, places: &[u32]) -> Bits {
    let mut bits = Bits::none(len);
    places.iter().for_each(|at| bits.add(*at as usize));
    bits
}

/// What a reader has set, in words.
fn note(order: &Order, time: &Range<u64>, length: u64) -> String {
    let scene = &order.scene;
    let mut said = vec![match order.clocks.as_str() {
        "" => "Times as recorded".to_owned(),
        clocks => format!("Clocks adjusted: {clocks}"),
    }];
    if *time != (0..length) {
        let step = (time.end.saturating_sub(time.start) / 1_000).max(1);
        let [from, to] = [time.start, time.end].map(|at| quantity::moment(at, step));
        said.push(format!("{from} to {to}"));
    }
    if scene.through.is_some() {
        let rest = if scene.hides { "left out" } else { "pale" };
        said.push(format!("Filter, others {rest}: {}", scene.filter));
    }
    said.join(" · ")
}

#[cfg(test)]
mod tests {
    use bridge::file::Scene;
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
        let scene = Scene { title: "GET".to_owned(), rows: 100, ..Scene::default() };
        ask(form, scene)
    }

    fn ask(form: Form, scene: Scene) -> String {
        let table = bridge::file::Table { rows: vec![1], attributes: vec!["password".to_owned()] };
        json::write(&Order { form, clocks: String::new(), table, scene })
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
        let scene = Scene { folded: vec![0], dark: true, rows: 9, ..Scene::default() };
        let text = writing.write(&ask(Form::Svg, scene)).unwrap();
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
