//! A waterfall as a picture of a few pixels: which colour covers most of each.
//!
//! Linear in rows and pixels: a bar is two numbers, where it begins and where it ends in its line,
//! and the line is summed up once. So a root with 100,000 rows below it costs what they cost, and
//! none has to be drawn over another.

use trace::waterfall::Waterfall;

use crate::tint::{COLOURS, Scheme};

/// Pixels that a line is high at least, where there are as many: one alone is hardly seen.
const FLAT: usize = 2;
/// Pixels that it is high at most; of these, the last is a gap to the next line.
const TALL: usize = 4;

/// A picture: four bytes a pixel, red, green, blue and how much.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    /// Pixels from side to side.
    pub width: usize,
    /// Pixels from top to bottom.
    pub height: usize,
    /// The pixels, line by line.
    pub pixels: Vec<u8>,
}

/// Bars that begin and end in one line, by pixel, for each colour and for errors.
struct Line {
    width: usize,
    /// Beginnings less endings, a stretch of `width + 1` for each colour.
    edges: Vec<i32>,
    failed: Vec<i32>,
    /// Colours that have any.
    used: u16,
}

impl Line {
    fn new(width: usize) -> Self {
        let edges = vec![0; (width + 1) * COLOURS];
        Self { width, edges, failed: vec![0; width + 1], used: 0 }
    }

    /// Puts a bar in, from one pixel to before another.
    fn put(&mut self, from: usize, to: usize, colour: usize, failed: bool) {
        let first = colour * (self.width + 1);
        self.edges[first + from] += 1;
        self.edges[first + to] -= 1;
        self.used |= 1 << colour;
        if failed {
            // An error is at least two pixels wide: it is what one looks for.
            self.failed[from.min(self.width.saturating_sub(2))] += 1;
            self.failed[to.max(from + 2).min(self.width)] -= 1;
        }
    }

    /// Paints the line, and is empty again.
    fn paint(&mut self, scheme: Scheme, pixels: &mut [u8]) {
        let mut best = vec![(0_i32, [0_u8; 4]); self.width];
        for colour in (0..COLOURS).filter(|colour| self.used & 1 << colour != 0) {
            let first = colour * (self.width + 1);
            cover(&mut self.edges[first..=first + self.width], scheme.service(colour), &mut best);
        }
        let mut over = vec![(0_i32, [0_u8; 4]); self.width];
        cover(&mut self.failed, scheme.error(), &mut over);
        for (pixel, (best, over)) in pixels.chunks_exact_mut(4).zip(best.iter().zip(&over)) {
            pixel.copy_from_slice(if over.0 > 0 { &over.1 } else { &best.1 });
        }
        self.used = 0;
    }
}

/// Sums one colour's edges up, and takes the pixels of which it covers more than the one before.
fn cover(edges: &mut [i32], colour: [u8; 4], best: &mut [(i32, [u8; 4])]) {
    let mut open = 0;
    for (edge, best) in edges.iter_mut().zip(best.iter_mut()) {
        open += std::mem::take(edge);
        if open > best.0 {
            *best = (open, colour);
        }
    }
    if let Some(last) = edges.last_mut() {
        *last = 0;
    }
}

/// The picture of a waterfall, in pixels. No larger than the page gives room for, which is its
/// caller's word.
#[must_use]
pub fn image(waterfall: &Waterfall, width: usize, height: usize, scheme: Scheme) -> Image {
    let mut pixels = vec![0; width * height * 4];
    let strips = waterfall.strips();
    let (rows, length) = (strips.len(), waterfall.length().as_nanos());
    if rows == 0 || width == 0 || height == 0 {
        return Image { width, height, pixels };
    }
    let tall = (height / rows).clamp(FLAT.min(height), TALL);
    let lines = (height / tall).min(rows);
    let colours: Vec<u8> = waterfall.services().iter().map(|service| service.colour).collect();
    let scale = scale(width, u64::try_from(length).unwrap_or(u64::MAX));
    let mut line = Line::new(width);
    let mut at = 0;
    for (row, strip) in strips.enumerate() {
        let to = row * lines / rows;
        if to > at {
            draw(&mut line, scheme, &mut pixels, at, tall);
            at = to;
        }
        let Some(colour) = colours.get(usize::from(strip.service)) else { continue };
        let from = scale(strip.offset).min(width - 1);
        let end = scale(strip.offset.saturating_add(strip.length)).clamp(from + 1, width);
        line.put(from, end, usize::from(*colour) % COLOURS, strip.failed);
    }
    draw(&mut line, scheme, &mut pixels, at, tall);
    Image { width, height, pixels }
}

/// From nanoseconds to pixels.
#[allow(clippy::cast_precision_loss, reason = "a screen has few pixels")]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "floats saturate")]
fn scale(width: usize, length: u64) -> impl Fn(u64) -> usize {
    let pixels = width as f64 / length.max(1) as f64;
    move |nanos| (nanos as f64 * pixels) as usize
}

/// Paints a line, as often as it is high.
fn draw(line: &mut Line, scheme: Scheme, pixels: &mut [u8], at: usize, tall: usize) {
    let bytes = line.width * 4;
    let from = at * tall * bytes;
    line.paint(scheme, &mut pixels[from..from + bytes]);
    let copies = if tall == TALL { tall - 1 } else { tall };
    for copy in 1..copies {
        pixels.copy_within(from..from + bytes, from + copy * bytes);
    }
}

#[cfg(test)]
mod tests {
    use otlp::Sheet;
    use trace::columns::Columns;

    use super::*;
    use surface::sample;

    fn sample(width: usize, height: usize) -> Image {
        let sheet = Sheet::of(&sample::spans());
        image(&Waterfall::build(sheet.columns()), width, height, Scheme::Light)
    }

    /// A picture as text: `.` for nothing, `e` for an error, `#` for any other colour.
    fn text(image: &Image) -> Vec<String> {
        let sign = |pixel: &[u8]| match pixel {
            [_, _, _, 0] => '.',
            pixel if pixel == Scheme::Light.error() => 'e',
            _ => '#',
        };
        let lines = image.pixels.chunks_exact(image.width * 4);
        lines.map(|line| line.chunks_exact(4).map(sign).collect()).collect()
    }

    #[test]
    fn every_row_has_a_line_while_there_is_room() {
        let wanted = [
            "####################",
            "##############......",
            "...##########.......",
            "....##..............",
            "..............####..",
            "..............eeee..",
        ];
        let flat = text(&sample(20, 12));
        assert_eq!(flat.iter().step_by(2).collect::<Vec<_>>(), wanted.iter().collect::<Vec<_>>());
        assert!(flat.chunks(2).all(|line| line[0] == line[1]));
        let tall = text(&sample(20, 24));
        assert_eq!((&tall[0], &tall[2], &tall[3]), (&tall[1], &tall[1], &".".repeat(20)));
    }

    #[test]
    fn rows_that_share_a_line_show_what_covers_most_and_errors_always() {
        assert_eq!(text(&sample(10, 1)), ["#######ee#"]);
    }

    #[test]
    fn no_room_and_no_rows_give_an_empty_picture() {
        assert_eq!(sample(0, 5).pixels.len(), 0);
        let none = image(&Waterfall::build(&Columns::default()), 3, 2, Scheme::Dark);
        assert_eq!(none.pixels, vec![0; 24]);
    }
}
