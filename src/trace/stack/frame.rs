//! Reads one line of a stack trace.

use super::{Frame, owner};

/// What a line is.
pub(super) enum Found<'a> {
    /// A frame.
    Frame(Frame<'a>),
    /// The code of the frame above (Python).
    Code(&'a str),
    /// File and place of the function above (Go).
    Place(&'a str, &'a str),
    /// Anything else.
    Text,
}

/// Reads lines; what the last one was decides what the next may be.
#[derive(Default)]
pub(super) struct Reader {
    /// The line above was a frame of Python's, whose code may follow.
    python: bool,
    /// The line above was a function of Go's, whose place may follow.
    go: bool,
}

impl Reader {
    pub(super) fn read<'a>(&mut self, line: &'a str) -> Found<'a> {
        let (python, go) = (std::mem::take(&mut self.python), std::mem::take(&mut self.go));
        let text = line.trim();
        if let Some(frame) = self::python(text) {
            self.python = true;
            return Found::Frame(frame);
        }
        if python && line.starts_with("    ") {
            // Carets below the code only point into it.
            let caret = text.bytes().all(|byte| matches!(byte, b'~' | b'^' | b' '));
            self.python = !caret;
            return if caret { Found::Text } else { Found::Code(text) };
        }
        if go
            && line.starts_with('\t')
            && let Some((file, place)) = placed(text.split(" +0x").next().unwrap_or_default())
        {
            return Found::Place(file, place);
        }
        let frame = at(text).or_else(|| ruby(text)).or_else(|| php(text)).or_else(|| gecko(text));
        if let Some(frame) = frame {
            return Found::Frame(frame);
        }
        if let Some(function) = self::go(line) {
            self.go = true;
            let library = owner::library(function, "");
            return Found::Frame(Frame { function, library, ..Frame::default() });
        }
        Found::Text
    }
}

fn frame<'a>(function: &'a str, file: &'a str, place: &'a str) -> Frame<'a> {
    let library = owner::library(function, file);
    Frame { function, file, place, library, code: "" }
}

/// `file:12:5` or `file:12`, apart. A drive's letter is no file.
fn placed(text: &str) -> Option<(&str, &str)> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (rest, last) = text.rsplit_once(':').filter(|(_, last)| digits(last))?;
    let (file, place) = match rest.rsplit_once(':') {
        Some((file, line)) if digits(line) => (file, &text[file.len() + 1..]),
        _ => (rest, last),
    };
    (!file.is_empty()).then_some((file, place))
}

/// `at function (place)` of V8, Java, .NET; `at place`.
fn at(text: &str) -> Option<Frame<'_>> {
    let text = text.strip_prefix("at ")?.trim_start();
    let text = text.strip_prefix("async ").unwrap_or(text);
    // .NET: `Shop.Cart.Total(Int32 id) in /src/Cart.cs:line 12`
    if let Some((function, rest)) = text.rsplit_once(") in ") {
        let (file, line) = rest.rsplit_once(":line ").unwrap_or((rest, ""));
        return Some(frame(&text[..=function.len()], file, line));
    }
    // Java's log frameworks append the jar: `(Cart.java:12) ~[shop.jar:?]`
    let text = text
        .split(") ~[")
        .next()
        .filter(|cut| cut.len() < text.len())
        .map_or(text, |cut| &text[..=cut.len()]);
    if let Some((function, inner)) = text.strip_suffix(')').and_then(|text| bracket(text)) {
        if let Some((file, place)) = placed(inner) {
            return Some(frame(function, file, place));
        }
        let known = inner.starts_with('<')
            || matches!(inner, "native" | "Native Method" | "Unknown Source")
            || inner.contains('.') && !inner.contains(' ');
        return Some(if known { frame(function, inner, "") } else { frame(text, "", "") });
    }
    if let Some((file, place)) = placed(text) {
        return Some(frame("", file, place));
    }
    // A frame of .NET or of an engine that tells no place has no space in its name.
    let name =
        !text.is_empty() && (!text.contains(' ') || text.ends_with(')') || text.ends_with(']'));
    name.then(|| frame(text, "", ""))
}

/// What stands in the last pair of brackets that is opened behind a function; V8's `eval at` has
/// brackets within.
fn bracket(text: &str) -> Option<(&str, &str)> {
    let place = text.find(" (").map(|at| (at, at + 2));
    // Java has no space before it.
    let (end, start) = place.or_else(|| text.find('(').map(|at| (at, at + 1)))?;
    let inner = &text[start..];
    Some((&text[..end], inner.rsplit_once("), ").map_or(inner, |(_, last)| last)))
}

/// `function@file:12:5` of Firefox and Safari, `[native code]` of Safari.
fn gecko(text: &str) -> Option<Frame<'_>> {
    let (function, rest) = text.split_once('@')?;
    if rest == "[native code]" {
        return Some(frame(function, rest, ""));
    }
    let url = rest.contains("://") || rest.starts_with('/') || rest.starts_with("webpack");
    let (file, place) = placed(rest).filter(|_| url)?;
    let file = file.split(" line ").next().unwrap_or(file);
    (!function.contains(' ') || function.ends_with(" code")).then(|| frame(function, file, place))
}

/// `File "shop/cart.py", line 12, in total` of Python.
fn python(text: &str) -> Option<Frame<'_>> {
    let (file, rest) = text.strip_prefix("File \"")?.split_once("\", line ")?;
    let (line, function) = rest.split_once(", in ").unwrap_or((rest, ""));
    Some(frame(function, file, line))
}

/// `from /srv/cart.rb:12:in 'total'` of Ruby; older ones open the name with a grave accent.
fn ruby(text: &str) -> Option<Frame<'_>> {
    let text = text.strip_prefix("from ").unwrap_or(text);
    let (place, rest) = text.split_once(":in ")?;
    let (file, line) = placed(place)?;
    let name = rest.strip_prefix(['\'', '`'])?;
    // The first line has the message behind the name, and is then a text.
    Some(frame(name.strip_suffix('\'')?, file, line))
}

/// `#0 /srv/Cart.php(12): Cart->total()` of PHP.
fn php(text: &str) -> Option<Frame<'_>> {
    let (number, rest) = text.strip_prefix('#')?.split_once(' ')?;
    let (place, function) = rest.split_once("): ").filter(|_| number.parse::<u32>().is_ok())?;
    let (file, line) = place.rsplit_once('(')?;
    Some(frame(function, file, line))
}

/// `main.(*Cart).Total(0xc000, 0x1)` or `created by main.serve in goroutine 1` of Go.
fn go(line: &str) -> Option<&str> {
    if let Some(made) = line.strip_prefix("created by ") {
        return made.split(" in goroutine").next();
    }
    let name = line.strip_suffix(')')?;
    let open = name.rfind('(')?;
    let (name, arguments) = name.split_at(open);
    let plain = arguments[1..].bytes().all(|byte| {
        byte.is_ascii_hexdigit() || matches!(byte, b'x' | b',' | b' ' | b'.' | b'{' | b'}' | b'?')
    });
    (plain && name.contains('.') && !name.contains(' ') && !name.starts_with('.')).then_some(name)
}
