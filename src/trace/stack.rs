//! Reads stack traces of any language leniently: whose code each frame is, so that a reader sees
//! his own and the libraries' frames folded.
//!
//! Line by line, each looked at in proportion to its length. What is no frame stays text; nothing is
//! left out but what lies beyond [`MOST`] lines, which is counted.

mod frame;
mod owner;

use frame::{Found, Reader};

/// Lines that are read, at most: a stack overflow in Java has 1,024 frames.
pub const MOST: usize = 2_000;

/// A function that was running.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The function; empty where none is named.
    pub function: &'a str,
    /// Its file or address; empty where none is named.
    pub file: &'a str,
    /// `12:5`, line and column, as far as they are told.
    pub place: &'a str,
    /// Whose it is, unless it is the program's own: a library, the platform.
    pub library: Option<&'a str>,
    /// The line of code itself, where it is told.
    pub code: &'a str,
}

/// A stretch of a stack trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// What is no frame: messages, causes.
    Text(&'a str),
    /// A frame of the program's own.
    Own(Frame<'a>),
    /// Frames of libraries, one after the other.
    Library {
        /// Whose: `react-dom, next and others`.
        whose: String,
        /// The frames.
        frames: Vec<Frame<'a>>,
    },
}

/// A stack trace, as far as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stack<'a> {
    /// Its parts, in order.
    pub parts: Vec<Part<'a>>,
    /// Frames among them.
    pub frames: usize,
    /// Lines that were not read.
    pub more: usize,
}

/// Reads a stack trace.
#[must_use]
pub fn parse(text: &str) -> Stack<'_> {
    let mut stack = Stack::default();
    let mut lines = text.lines();
    let mut reader = Reader::default();
    for line in lines.by_ref().take(MOST) {
        match reader.read(line) {
            Found::Frame(frame) => stack.push(frame),
            Found::Code(code) => stack.tell(|frame| frame.code = code, line),
            Found::Place(file, place) => stack.tell(|frame| place_of(frame, file, place), line),
            Found::Text => stack.parts.push(Part::Text(line)),
        }
    }
    stack.more = lines.count();
    for part in &mut stack.parts {
        if let Part::Library { whose, frames } = part {
            *whose = owners(frames);
        }
    }
    stack
}

fn place_of<'a>(frame: &mut Frame<'a>, file: &'a str, place: &'a str) {
    (frame.file, frame.place) = (file, place);
    frame.library = owner::library(frame.function, file);
}

impl<'a> Stack<'a> {
    fn push(&mut self, frame: Frame<'a>) {
        self.frames += 1;
        match (frame.library, self.parts.last_mut()) {
            (None, _) => self.parts.push(Part::Own(frame)),
            (Some(_), Some(Part::Library { frames, .. })) => frames.push(frame),
            (Some(_), _) => {
                self.parts.push(Part::Library { whose: String::new(), frames: vec![frame] });
            }
        }
    }

    /// Adds to the last frame what the line below it tells; a line below no frame is text.
    fn tell(&mut self, change: impl Fn(&mut Frame<'a>), line: &'a str) {
        let last = match self.parts.last_mut() {
            Some(Part::Own(_)) => self.parts.pop(),
            Some(Part::Library { frames, .. }) => frames.pop().map(Part::Own),
            Some(Part::Text(_)) | None => None,
        };
        if let Some(Part::Library { frames, .. }) = self.parts.last()
            && frames.is_empty()
        {
            self.parts.pop();
        }
        let Some(Part::Own(mut frame)) = last else {
            return self.parts.push(Part::Text(line));
        };
        change(&mut frame);
        self.frames -= 1;
        self.push(frame);
    }
}

/// The libraries of these frames, the first two by name.
fn owners(frames: &[Frame<'_>]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for name in frames.iter().filter_map(|frame| frame.library) {
        if names.len() < 3 && !names.contains(&name) {
            names.push(name);
        }
    }
    match *names {
        [] => String::new(),
        [one] => one.to_owned(),
        [one, two] => format!("{one} and {two}"),
        [one, two, ..] => format!("{one}, {two} and others"),
    }
}

#[cfg(test)]
mod tests;
