//! The elements that draw a waterfall's rows: as many as fit into view, each written anew for one
//! row after the other ([`crate::ring`]). The only file that writes them.
//!
//! What a row says is [`crate::row`]'s. A value is written only where it differs from what the
//! element has, and texts go into text nodes. By hand and not by a view of the framework's, which
//! makes a row's elements anew when it comes into view: scrolling through 100,000 spans, a third of
//! the frames by leaps, that took 5.1 ms of script a frame and 30 ms in the slowest hundredth of
//! them; this takes 1.5 and 14.5 ms, of which the browser's own layout and painting are most.

use leptos::prelude::document;
use leptos::wasm_bindgen::JsCast as _;
use leptos::web_sys::{HtmlElement, Node};

use crate::face::Face;
use crate::ring::{Carry, Ring};
use crate::row::{Common, Key, NAME, PART, ROW, Said, TRACK, Text};

/// An element, and what was written into it.
#[derive(Debug)]
struct Element {
    html: HtmlElement,
    text: Option<Node>,
    values: Vec<Text>,
}

/// A row's elements.
#[derive(Debug)]
struct Line {
    row: Element,
    name: Element,
    names: Vec<Element>,
    track: Element,
    bars: Vec<Element>,
}

/// The rows' elements.
#[derive(Debug, Default)]
pub struct Pool {
    lines: Vec<Line>,
    ring: Ring,
}

impl Pool {
    /// Draws rows that follow each other, as the last of what is in `body`.
    pub fn draw(&mut self, body: &Node, faces: &[Face], common: Common) {
        let first = faces.first().map_or(0, |face| face.row.at);
        let (ring, way) = self.ring.turn(first, faces.len());
        self.carry(body, way);
        for line in self.lines.drain(faces.len().min(self.lines.len())..) {
            line.row.html.remove();
        }
        while self.lines.len() < faces.len() {
            let Some(line) = Line::make(body) else { return };
            self.lines.push(line);
        }
        self.ring = ring;
        for (line, at) in self.lines.iter_mut().zip(ring.slots()) {
            line.write(Said::of(&faces[at], common));
        }
    }

    /// Carries elements from one end of the rows to the other.
    fn carry(&self, body: &Node, way: Carry) {
        let row = |place: usize| self.lines.get(self.ring.slot(place)).map(|line| &*line.row.html);
        match way {
            Carry::Down(count) => {
                for row in (0..count).filter_map(row) {
                    drop(body.append_child(row));
                }
            }
            Carry::Up(count) => {
                let first = row(0).map(|row| &**row);
                for row in (self.lines.len() - count..self.lines.len()).filter_map(row) {
                    drop(body.insert_before(row, first));
                }
            }
        }
    }
}

impl Line {
    /// A row's element with its cells.
    fn make(body: &Node) -> Option<Self> {
        let row = Element::make(body, "div", "row")?;
        let name = Element::make(&row.html, "div", "gridcell")?;
        name.html.set_class_name("name");
        let track = Element::make(&row.html, "div", "gridcell")?;
        Some(Self { row, name, names: Vec::new(), track, bars: Vec::new() })
    }

    fn write(&mut self, said: Said) {
        self.row.write(&ROW, said.row);
        self.name.write(&NAME, said.name);
        self.track.write(&TRACK, said.track);
        fill(&self.name.html, &mut self.names, said.names);
        fill(&self.track.html, &mut self.bars, said.bars);
    }
}

/// Writes the parts of a cell.
fn fill(cell: &Node, parts: &mut Vec<Element>, said: Vec<[Text; 5]>) {
    for part in parts.drain(said.len().min(parts.len())..) {
        part.html.remove();
    }
    for (at, said) in said.into_iter().enumerate() {
        if at == parts.len() {
            let Some(part) = Element::make(cell, "span", "") else { return };
            parts.push(part);
        }
        parts[at].write(&PART, said);
    }
}

impl Element {
    fn make(within: &Node, tag: &str, role: &str) -> Option<Self> {
        let html: HtmlElement = document().create_element(tag).ok()?.dyn_into().ok()?;
        if !role.is_empty() {
            html.set_attribute("role", role).ok()?;
        }
        within.append_child(&html).ok()?;
        Some(Self { html, text: None, values: Vec::new() })
    }

    /// Writes what differs.
    fn write<const N: usize>(&mut self, keys: &[Key; N], values: [Text; N]) {
        self.values.resize(N, Text::default());
        for ((key, value), at) in keys.iter().zip(values).zip(0..) {
            if self.values[at] != value {
                self.set(*key, &value);
                self.values[at] = value;
            }
        }
    }

    /// Writes a value. No element refuses one: the names are ours.
    fn set(&mut self, key: Key, value: &str) {
        match key {
            Key::Text => {
                let text = self.text.get_or_insert_with(|| {
                    let text = Node::from(document().create_text_node(""));
                    drop(self.html.append_child(&text));
                    text
                });
                text.set_node_value(Some(value));
            }
            Key::Attribute(name) if value.is_empty() => drop(self.html.remove_attribute(name)),
            Key::Attribute(name) => drop(self.html.set_attribute(name, value)),
            Key::Style(name) => drop(self.html.style().set_property(name, value)),
        }
    }
}
