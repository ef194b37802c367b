//! What is written is read again, by ours and by others, and runs nowhere.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking; helpers here are no tests to clippy"
)]

use std::sync::Arc;

use exchange::write::{self, share::Preview};
use exchange::{File, Format, sniff};
use otlp::Sheet;
use serde_json::Value as Json;
use trace::filter::Bits;
use trace::find::Finds;
use trace::flame::Flame;
use trace::redact::Redaction;
use trace::settings::RedactionSettings;
use trace::span::{Dropped, Event, Link};
use trace::tree::Tree;
use trace::waterfall::Waterfall;
use trace::{Attributes, Kind, Resource, Scope, Span, SpanId, Status, Timestamp, TraceId, Value};

const EPOCH: u64 = 1_795_253_400_000_000_000;
const EVIL: &str = "`</script><img src=x onerror=alert(1)>\n# Heading\n```\n@admin ![x](http://e/)\u{202e}\u{7}'\"";

fn text(pairs: &[(&str, &str)]) -> Attributes {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect()
}

/// A span of one of two services, by number; from and to in microseconds.
fn span(number: u64, parent: u64, from: u64, to: u64) -> Span {
    let service = if number.is_multiple_of(2) { "shop" } else { "pricing" };
    let resource =
        Resource { attributes: text(&[("service.name", service)]), ..Resource::default() };
    let scope = Scope { name: "tests".into(), version: "1".into(), ..Scope::default() };
    Span {
        trace: TraceId::mint([7; 16]).unwrap(),
        id: SpanId::mint(number.to_be_bytes()).unwrap(),
        parent: SpanId::mint(parent.to_be_bytes()),
        state: String::new(),
        flags: 0,
        name: format!("GET /items/{number}"),
        kind: Kind::Server,
        start: Timestamp::from_nanos(EPOCH + from * 1_000),
        end: Timestamp::from_nanos(EPOCH + to * 1_000),
        attributes: text(&[("http.route", "/items/{id}")]),
        events: Vec::new(),
        links: Vec::new(),
        status: Status::Unset,
        dropped: Dropped::default(),
        resource: Arc::new(resource),
        scope: Arc::new(scope),
    }
}

/// Spans with everything that a span may have.
fn rich() -> Vec<Span> {
    let mut spans =
        vec![span(1, 0, 0, 900), span(2, 1, 10, 400), span(3, 1, 20, 500), span(4, 2, 30, 40)];
    spans[0].name = EVIL.to_owned();
    spans[0].status = Status::Ok;
    spans[1].kind = Kind::Client;
    spans[1].status = Status::Error(EVIL.to_owned());
    spans[1].state = "a=b".to_owned();
    let attributes = [
        ("big", Value::Int(i64::MAX)),
        ("small", Value::Int(-7)),
        ("half", Value::Double(0.5)),
        ("whole", Value::Double(3.0)),
        ("truth", Value::Bool(true)),
        (EVIL, EVIL.into()),
        ("empty", "".into()),
    ];
    spans[2].attributes = attributes.map(|(name, value)| (name.to_owned(), value)).into();
    spans[2].events.push(Event {
        time: Timestamp::from_nanos(EPOCH + 25_000),
        name: "exception".into(),
        attributes: text(&[
            ("exception.type", "TypeError"),
            ("exception.message", EVIL),
            ("exception.stacktrace", "TypeError\n  at ```a (b.js:1)\n````\nnot code"),
        ]),
    });
    spans[2].status = Status::Error(String::new());
    spans[3].kind = Kind::Unspecified;
    spans
}

fn read(text: String, wanted: Format) -> Vec<Span> {
    assert_eq!(sniff(text.as_bytes()), Ok(wanted));
    let mut sheet = Sheet::default();
    let mut file = File::open(text.into_bytes(), &mut sheet).unwrap();
    file.finish(&mut sheet).unwrap();
    let mut spans: Vec<Span> = sheet.spans().collect();
    spans.sort_by_key(|span| span.id);
    spans
}

#[test]
fn jaeger_json_holds_all_but_nested_values_and_nanoseconds() {
    let mut wanted = rich();
    wanted[1].attributes.insert("bytes".to_owned(), Value::Bytes(vec![0, 255, 7]));
    wanted[1].attributes.insert("nan".to_owned(), Value::Double(f64::INFINITY));
    wanted[0].flags = 1;
    let link = |attributes| Link {
        trace: TraceId::mint([9; 16]).unwrap(),
        span: SpanId::mint([9; 8]).unwrap(),
        state: String::new(),
        flags: 0,
        attributes,
    };
    wanted[3].links.push(link(Attributes::new()));
    wanted[3].links.push(link(text(&[("opentracing.ref_type", "child_of")])));
    let written = write::jaeger(&Sheet::of(&wanted));
    assert_eq!(read(written.clone(), Format::Jaeger), wanted);
    let json: Json = serde_json::from_str(&written).unwrap();
    let first = &json["data"][0];
    assert_eq!(first["traceID"], "07".repeat(16));
    let tags = first["spans"][2]["tags"].as_array().unwrap();
    let big = tags.iter().find(|tag| tag["key"] == "big").unwrap();
    assert_eq!(big["value"], "9223372036854775807", "JavaScript would round the number");
    assert_eq!(first["processes"].as_object().unwrap().len(), 2);
    wanted[0].attributes.insert("list".to_owned(), Value::List(vec![1.into(), "a".into()]));
    let nested = &read(write::jaeger(&Sheet::of(&wanted)), Format::Jaeger)[0];
    assert_eq!(nested.text("list"), Some("[1,\"a\"]"));
}

#[test]
fn chrome_events_hold_every_nanosecond() {
    let mut wanted = rich();
    wanted[2].end = Timestamp::from_nanos(EPOCH + 499_123);
    let map = [("a".to_owned(), Value::List(vec![1.into(), Value::Bool(false)]))].into();
    wanted[3].attributes.insert("map".to_owned(), Value::Map(map));
    assert_eq!(read(write::chrome(&Sheet::of(&wanted)), Format::Chrome), wanted);
}

/// The slices of a Chrome trace by process and thread, in order of time: from, to.
fn slices(written: &str) -> Vec<Vec<(f64, f64)>> {
    let json: Json = serde_json::from_str(written).unwrap();
    let mut threads = std::collections::BTreeMap::<(u64, u64), Vec<(f64, f64)>>::new();
    for event in json["traceEvents"].as_array().unwrap().iter().filter(|it| it["ph"] == "X") {
        let number = |name: &str| event[name].as_f64().unwrap();
        let thread = (event["pid"].as_u64().unwrap(), event["tid"].as_u64().unwrap());
        threads.entry(thread).or_default().push((number("ts"), number("ts") + number("dur")));
    }
    threads.into_values().collect()
}

#[test]
fn slices_of_one_lane_nest_and_what_overlaps_has_lanes_of_its_own() {
    // shop      |==========|        all of one service, so of one process
    //   fetch   | ====     |
    //   fetch   |   ====   |
    //   fetch   |        ==|===     longer than its caller
    let spans = [
        span(2, 0, 0, 100),
        span(4, 2, 10, 50),
        span(6, 2, 30, 70),
        span(8, 2, 80, 130),
        span(10, 4, 10, 50),
    ];
    let threads = slices(&write::chrome(&Sheet::of(&spans)));
    let counts: Vec<usize> = threads.iter().map(Vec::len).collect();
    assert_eq!(counts, [3, 2], "the third and the fourth share a lane");
    for thread in threads {
        for (at, (from, to)) in thread.iter().enumerate() {
            for (other_from, other_to) in &thread[..at] {
                let apart = other_to <= from || to <= other_from;
                let inside = other_from <= from && to <= other_to;
                assert!(apart || inside, "{thread:?}");
            }
        }
    }
}

#[test]
fn many_at_one_instant_and_long_chains_are_written_in_good_time() {
    let wide: Vec<Span> = (1..20_000).map(|number| span(number, 0, 0, 10)).collect();
    assert!(slices(&write::chrome(&Sheet::of(&wide))).len() > 10_000);
    let deep: Vec<Span> =
        (1..20_000).map(|number| span(number * 2, number * 2 - 2, 0, 10)).collect();
    assert_eq!(slices(&write::chrome(&Sheet::of(&deep))).len(), 1);
}

#[test]
fn no_cell_is_a_formula() {
    let names = ["name", "a"];
    let rows = [
        ["=cmd|' /C calc'!A0", "+1"],
        ["-5", "-5+1"],
        ["@SUM(1)", " =1"],
        ["plain", "a,\"b\"\nc"],
        ["\t=1", "＝1"],
    ];
    let wanted = "name,a\r\n\"'=cmd|' /C calc'!A0\",\"'+1\"\r\n-5,\"'-5+1\"\r\n\"'@SUM(1)\",\"' =1\"\r\n\
                  plain,\"a,\"\"b\"\"\nc\"\r\n\"'\t=1\",\"'＝1\"\r\n";
    assert_eq!(write::csv::table(&names, rows), wanted);
}

#[test]
fn the_table_is_written_as_it_is_shown() {
    let mut spans = rich();
    spans[1].end = Timestamp::from_nanos(spans[1].start.nanos() - 1_500_000);
    spans[0].start = Timestamp::default();
    let sheet = Sheet::of(&spans);
    let columns = sheet.columns();
    let own: Vec<u64> = columns.lengths.iter().map(|length| length / 2).collect();
    let attributes = ["big".to_owned(), "=HYPERLINK(1)".to_owned()];
    let mut table = write::csv::Table {
        sheet: &sheet,
        columns,
        own: &own,
        attributes: &attributes,
        adjusted: false,
    };
    let written = table.write([3, 2, 9, 1, 0]);
    let rows: Vec<&str> = written.split("\r\n").collect();
    assert_eq!(rows.len(), 6, "a head, four spans, and the last line's end: {written}");
    assert_eq!(
        rows[0],
        "Name,Service,Kind,Start (ms),Duration (ms),Self time (ms),Status,big,\
         \"'=HYPERLINK(1)\",Began (UTC),Trace,Span,Parent"
    );
    let cells = |row: usize| rows[row].split(',').map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(cells(1)[1], "shop");
    let pricing = cells(2);
    assert_eq!(&pricing[4..8], ["0.480000", "0.240000", "error", "9223372036854775807"]);
    assert_eq!(pricing[9], "2026-11-21T09:30:00.000020000Z");
    assert_eq!(cells(3)[4], "-1.500000", "it ends before it starts");
    assert!(rows[4].contains(",,,,"), "no time is no number: {}", rows[4]);
    let moved = columns.starts.iter().map(|start| start + u64::from(*start > 0)).collect();
    let moved = columns.restarted(moved);
    (table.columns, table.adjusted) = (&moved, true);
    let written = table.write([2]);
    assert!(written.contains("Start (ms, clocks adjusted)"), "{written}");
    assert!(written.contains("\"Began (UTC, clocks adjusted)\""), "{written}");
    assert!(written.contains("2026-11-21T09:30:00.000020001Z"), "{written}");
}

fn request(method: &str, url: &str) -> Span {
    let mut span = span(2, 0, 0, 1);
    span.attributes = text(&[("http.request.method", method), ("url.full", url)]);
    span
}

/// The words that a shell makes of a command in single quotes.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let (mut quoted, mut letters) = (false, command.chars());
    while let Some(letter) = letters.next() {
        match letter {
            '\'' => quoted = !quoted,
            letter if quoted => words.last_mut().unwrap().push(letter),
            '\\' => words.last_mut().unwrap().extend(letters.next().filter(|next| *next != '\n')),
            ' ' => words.push(String::new()),
            letter => {
                assert!(letter.is_ascii_alphanumeric() || letter == '-', "{letter} in {command}");
                words.last_mut().unwrap().push(letter);
            }
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[test]
fn nothing_in_a_url_runs_in_a_shell() {
    let url = "https://shop.example/a'b;rm -rf $HOME`id`$(id)&x=[1-9]{a,b}\"\\!#%00";
    let mut span = request("POST", url);
    span.attributes.insert("http.request.header.x-a", Value::List(vec!["it's\\".into()]));
    span.attributes.insert("http.request.header.x-b", "a\r\nHost: evil".into());
    span.attributes.insert("http.request.header.@file", "x".into());
    let command = write::curl::curl(&span).unwrap();
    let wanted =
        ["curl", "--globoff", "--request", "POST", "--header", "x-a: it's\\", "--url", url];
    assert_eq!(words(&command), wanted);
    let plain = write::curl::curl(&request("GET", "http://a/")).unwrap();
    assert_eq!(plain, "curl --globoff \\\n  --url 'http://a/'");
}

#[test]
fn what_must_not_be_asked_for_again_has_no_command() {
    use write::curl::{NoRequest, curl};
    for url in ["file:///etc/passwd", "-o /etc/passwd", "gopher://a", "http://a/\nrm", "", "é"] {
        assert_eq!(curl(&request("GET", url)), Err(NoRequest::Scheme), "{url}");
    }
    for method in ["-o", "GET x", "", "'"] {
        let said = curl(&request(method, "http://a/"));
        assert!(said == Err(NoRequest::Method) || method == "'", "{method}");
    }
    assert_eq!(curl(&span(1, 0, 0, 1)), Err(NoRequest::Url));
}

fn report(spans: &[Span], longest: usize) -> String {
    let sheet = Sheet::of(spans);
    let waterfall = Waterfall::build(sheet.columns());
    let finds = Finds::look(sheet.columns(), &Tree::grow(sheet.columns()), &[]);
    write::markdown::markdown(&write::markdown::Report {
        sheet: &sheet,
        columns: sheet.columns(),
        clocks: "",
        waterfall: &waterfall,
        finds: &finds,
        longest,
    })
}

/// What stands outside of code.
fn prose(markdown: &str) -> String {
    let (mut prose, mut fence) = (String::new(), None::<usize>);
    for line in markdown.lines() {
        let ticks = line.trim_start().bytes().take_while(|byte| *byte == b'`').count();
        match fence {
            Some(open) if ticks >= open && line.trim().len() == ticks => fence = None,
            Some(_) => {}
            None if ticks >= 3 && line.trim_end().ends_with("text") => fence = Some(ticks),
            None => {
                prose.push_str(&outside(line));
                prose.push('\n');
            }
        }
    }
    assert_eq!(fence, None, "a fence is left open");
    prose
}

/// What stands outside of code in one line.
fn outside(line: &str) -> String {
    let (mut rest, mut prose) = (line, String::new());
    while let Some(open) = rest.find('`') {
        prose.push_str(&rest[..open]);
        let ticks = rest[open..].bytes().take_while(|byte| *byte == b'`').count();
        let mut at = open + ticks;
        loop {
            let next = at + rest[at..].find('`').unwrap_or_else(|| panic!("open code in {line}"));
            let run = rest[next..].bytes().take_while(|byte| *byte == b'`').count();
            at = next + run;
            if run == ticks {
                break;
            }
        }
        rest = &rest[at..];
    }
    prose + rest
}

#[test]
fn a_report_says_what_matters_and_nothing_breaks_out_of_its_code() {
    let mut spans = rich();
    spans.extend((5..9).map(|number| span(number * 2, 3, number * 30, number * 30 + 20)));
    spans.extend((20..21).map(|number| span(number, 99, 5, 9)));
    spans[4..8].iter_mut().for_each(|span| span.name = EVIL.to_owned());
    let report = report(&spans, 64_000);
    for wanted in [
        "# Trace: ",
        "9 spans, 2 errors",
        "## Errors",
        "TypeError",
        "## Repeated",
        "4 × ",
        "## Tree",
    ] {
        assert!(report.contains(wanted), "{wanted} in {report}");
    }
    assert!(!report.contains("Cut to"));
    let prose = prose(&report);
    for bad in ["<", "alert", "@admin", "![", "\u{202e}", "not code", "http://e"] {
        assert!(!prose.contains(bad), "{bad} in {prose}");
    }
    assert_eq!(prose.lines().filter(|line| line.starts_with('#')).count(), 6, "{prose}");
    assert!(!report.contains(['\u{202e}', '\u{7}']));
}

#[test]
fn a_report_is_never_longer_than_asked_for_and_says_what_is_missing() {
    let mut many: Vec<Span> = (1..3_000).map(|number| span(number, number / 2, 0, 10)).collect();
    for span in &mut many {
        span.status = Status::Error(EVIL.repeat(50));
    }
    many[5].name = "x".repeat(1 << 20);
    for longest in [1_024, 4_000, 20_000, 100_000] {
        let report = report(&many, longest);
        assert!(report.len() <= longest, "{} of {longest}", report.len());
        assert!(report.contains("Cut to") && report.contains(" the tree.\n"), "{report}");
        prose(&report);
    }
}

#[test]
fn a_drawing_is_sound_xml_without_anything_that_runs() {
    let sheet = Sheet::of(&rich());
    let waterfall = Waterfall::build(sheet.columns());
    let look = write::svg::Look {
        title: EVIL,
        note: EVIL,
        width: 900,
        colors: &["#123456", "\"/><script>"],
        ink: "#000",
        paper: "#fff",
        error: "#b00",
    };
    let (spans, time) = (sheet.columns(), 0..900_000);
    let mut shown = write::svg::Shown { spans, waterfall: &waterfall, time, path: &[], most: 99 };
    let drawing = write::svg::svg(&shown, &look);
    assert_eq!(drawing.matches("<g>").count(), 4);
    sound(&drawing);
    let tree = Tree::grow(spans);
    let flame = write::svg::flame(&shown, &Flame::lay(spans, &tree), (None, false), &look);
    assert_eq!(flame.matches("<g>").count(), 4);
    sound(&flame);
    shown.most = 1;
    let cut = write::svg::svg(&shown, &look);
    assert!(cut.matches("<g>").count() == 1 && cut.contains("3 rows more"), "{cut}");
}

#[test]
fn a_drawing_shows_what_is_filtered_folded_and_zoomed_to() {
    let sheet = Sheet::of(&rich());
    let (spans, tree) = (sheet.columns(), Tree::grow(sheet.columns()));
    let mut path = Finds::look(spans, &tree, &[]).critical.stretches;
    path.sort_by_key(|stretch| stretch.span);
    let only = Bits::of(4, |at| at == 1);
    let mut waterfall = Waterfall::build(spans);
    waterfall.sift(Some(&only), false);
    let look = write::svg::Look {
        title: "t",
        note: "Filter: x",
        width: 900,
        colors: &["#123456"],
        ink: "#000",
        paper: "#fff",
        error: "#b00",
    };
    // From 450 to 900 of 900 µs: the second span, from 10 to 400, lies before it.
    let mut shown = write::svg::Shown {
        spans,
        waterfall: &waterfall,
        time: 450_000..900_000,
        path: &path,
        most: 99,
    };
    let drawing = write::svg::svg(&shown, &look);
    assert_eq!(drawing.matches("<g opacity=\".4\">").count(), 3, "those that do not match");
    assert!(drawing.contains("← 390 µs"), "{drawing}");
    assert!(drawing.contains("Filter: x") && drawing.contains(">600 µs<"), "{drawing}");
    assert!(drawing.contains("height=\"3\""), "the critical path is marked: {path:?} {drawing}");
    let hidden = write::svg::flame(&shown, &Flame::lay(spans, &tree), (Some(&only), true), &look);
    assert_eq!(hidden.matches("<rect x").count(), 0, "what matches lies before the stretch");
    shown.time = 0..900_000;
    let hidden = write::svg::flame(&shown, &Flame::lay(spans, &tree), (Some(&only), true), &look);
    assert_eq!(hidden.matches("<rect x").count(), 1);
    let mut folded = Waterfall::build(spans);
    folded.fold(0, true);
    shown.waterfall = &folded;
    let drawing = write::svg::svg(&shown, &look);
    assert!(drawing.contains("▸ ") && drawing.contains("(+3)"), "{drawing}");
}

/// Checks that a drawing is XML without anything that runs.
fn sound(drawing: &str) {
    for bad in ["<script", "<img", "\u{7}", "\u{202e}", "href", "<!"] {
        assert!(!drawing.contains(bad), "{bad}");
    }
    let mut open = 0_i32;
    for tag in drawing.split('<').skip(1) {
        let (tag, rest) = tag.split_once('>').unwrap();
        assert!(!rest.contains('>') && tag.matches('"').count() % 2 == 0, "{tag}");
        open += if tag.starts_with('/') { -1 } else { i32::from(!tag.ends_with('/')) };
    }
    assert_eq!(open, 0);
}

#[test]
fn a_share_file_is_otlp_that_says_what_it_is() {
    let wanted = rich();
    let sheet = Sheet::of(&wanted);
    let written = Preview::plain(&sheet).write("Checkout \"slow\"");
    assert_eq!(read(written.clone(), Format::OtlpJson), wanted);
    let head = write::share::head(written.as_bytes()).unwrap();
    assert_eq!((&*head.title, head.redacted), ("Checkout \"slow\"", false));
    let empty = Preview::plain(&Sheet::default()).write("");
    serde_json::from_str::<Json>(&empty).unwrap();
    for other in ["{}", "[]", "", "{\"resourceSpans\":[]}", "{\"tracelight\":1}"] {
        assert_eq!(write::share::head(other.as_bytes()), None);
    }
}

#[test]
fn what_redaction_takes_is_shown_before_it_is_gone() {
    let mut spans = rich();
    let secret = "https://shop.example/pay?token=s3cr3t&id=7";
    spans[0].name = "GET /reset?password=s3cr3t".to_owned();
    spans[1].attributes.insert("url.full", secret.into());
    spans[2].attributes.insert("url.full", secret.into());
    spans[2].attributes.insert("http.request.header.authorization", "Basic s3cr3t".into());
    spans[2].attributes.insert("list", Value::List(vec![secret.into()]));
    spans[3].attributes.insert("session.id", "7f3c2a1b9d8e4f60a1b2c3d4e5f60718".into());
    spans[3].attributes.insert("tenant", "s3cr3t".into());
    let inner = [("api_key".to_owned(), Value::from("s3cr3t"))].into();
    spans[3].attributes.insert("config", Value::Map(inner));
    let settings =
        RedactionSettings { names: vec!["tenant".to_owned()], ..RedactionSettings::default() };
    let preview = Preview::redacted(&Sheet::of(&spans), &Redaction::new(&settings));
    let places: Vec<(&str, usize)> =
        preview.taken.iter().map(|taken| (&*taken.place, taken.count)).collect();
    let wanted = [
        ("config", 1),
        ("http.request.header.authorization", 1),
        ("list", 1),
        ("name", 1),
        ("tenant", 1),
        ("url.full", 2),
    ];
    assert_eq!(places, wanted);
    let url = &preview.taken[5];
    let after = "https://shop.example/pay?token=REDACTED&id=7";
    assert_eq!(url.examples, [(secret.to_owned(), after.to_owned())], "the same one once");
    let written = preview.write("t");
    assert!(!written.contains("s3cr3t") && written.contains("7f3c2a1b9d8e4f60"), "{written}");
    assert!(write::share::head(written.as_bytes()).unwrap().redacted);
}
