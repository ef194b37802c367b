//! Reads one file of any format, and hands its spans out as OTLP protobuf.

use bridge::file::{Progress, Report};
use exchange::File;
use otlp::Sheet;
use trace::json;
use wasm_bindgen::prelude::wasm_bindgen;

/// Spans that are read between two words on the progress: a tenth of a second's work.
const STEP: usize = 10_000;
/// Spans that are handed out at once, so that whoever takes them is done within a frame.
const PART: usize = 2_000;

/// A file that is being read.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Reading {
    bytes: Vec<u8>,
    file: Option<File>,
    sheet: Sheet,
    given: usize,
}

#[wasm_bindgen]
impl Reading {
    /// Nothing yet.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in the next piece of the file. Whether there was room for it.
    pub fn push(&mut self, piece: &[u8]) -> bool {
        let room = self.bytes.try_reserve(piece.len()).is_ok();
        if room {
            self.bytes.extend_from_slice(piece);
        }
        room
    }

    /// Finds out what the file is. Text: what is wrong with it, if anything.
    pub fn open(&mut self) -> Option<String> {
        match File::open(std::mem::take(&mut self.bytes), &mut self.sheet) {
            Ok(file) => {
                self.file = Some(file);
                None
            }
            Err(unknown) => Some(unknown.to_string()),
        }
    }

    /// Reads on: how far it is ([`Progress`]).
    pub fn step(&mut self) -> String {
        let progress = self.file.as_mut().map(|file| file.step(&mut self.sheet, STEP));
        json::write(&match progress {
            Some(it) => Progress { read: it.read as u64, of: it.of as u64, done: it.done },
            None => Progress { done: true, ..Progress::default() },
        })
    }

    /// The next spans of a file that is read, as OTLP protobuf; empty when all were given.
    pub fn take(&mut self) -> Vec<u8> {
        let from = self.given;
        self.given = self.sheet.len().min(from + PART);
        self.sheet.pack(from..self.given)
    }

    /// What the file was ([`Report`]).
    #[must_use]
    pub fn report(&self) -> String {
        let rejected = self.sheet.rejected();
        let file = self.file.as_ref();
        json::write(&Report {
            format: file.map(|file| file.format().to_string()).unwrap_or_default(),
            rejected: if rejected.is_empty() { String::new() } else { rejected.to_string() },
            broken: file.and_then(File::error).map(|error| error.to_string()).unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZIPKIN: &[u8] = br#"[{"traceId":"000000000000000a","id":"000000000000000b",
        "name":"get","timestamp":1700000000000000,"duration":5000,
        "localEndpoint":{"serviceName":"shop"}}]"#;

    fn read(pieces: &[&[u8]]) -> (Reading, Option<String>) {
        let mut reading = Reading::new();
        assert!(pieces.iter().all(|piece| reading.push(piece)));
        let wrong = reading.open();
        (reading, wrong)
    }

    #[test]
    fn a_file_in_pieces_comes_out_as_otlp_with_a_report() {
        let (mut reading, wrong) = read(&[&ZIPKIN[..40], &ZIPKIN[40..]]);
        assert_eq!(wrong, None);
        let progress: Progress = json::read(&reading.step()).unwrap();
        assert!(progress.done && progress.read == progress.of, "{progress:?}");
        let spans = otlp::proto::decode(&reading.take()).unwrap().spans;
        assert_eq!((spans.len(), spans[0].service()), (1, "shop"));
        assert!(reading.take().is_empty());
        let report: Report = json::read(&reading.report()).unwrap();
        assert_eq!((report.format.as_str(), report.rejected.as_str()), ("Zipkin JSON", ""));
        assert_eq!(report.broken, "");
    }

    #[test]
    fn what_is_no_trace_is_said_and_nothing_comes_out() {
        let (mut reading, wrong) = read(&[b"hello"]);
        assert!(wrong.unwrap().starts_with("found text that begins with \"hello\"; wanted"));
        let progress: Progress = json::read(&reading.step()).unwrap();
        assert!(progress.done && reading.take().is_empty());
    }

    #[test]
    fn of_a_file_that_is_cut_what_was_whole_stays() {
        let two = [&ZIPKIN[..ZIPKIN.len() - 1], b",{\"traceId\":\"00000000"].concat();
        let (mut reading, wrong) = read(&[&two]);
        assert_eq!(wrong, None);
        reading.step();
        assert_eq!(otlp::proto::decode(&reading.take()).unwrap().spans.len(), 1);
        let report: Report = json::read(&reading.report()).unwrap();
        assert!(report.broken.starts_with("JSON is broken at byte"), "{report:?}");
    }
}
