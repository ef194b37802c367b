//! A trace as bars upon bars: each span in a lane below its parent's, and in a further one where it
//! runs beside others.
//!
//! Owns the lanes, what of them is seen at a width, and which span is beside which. Knows neither
//! colours nor the window's height. Laid out once; a look at it costs what it shows.

use std::ops::Range;

use crate::columns::Columns;
use crate::tree::Tree;

/// A trace in lanes.
#[derive(Clone, Debug, Default)]
pub struct Flame {
    /// The spans of each lane, one lane behind the other, by start.
    spans: Vec<u32>,
    /// When each of those begins and ends, nanoseconds from the trace's start.
    times: Vec<(u64, u64)>,
    /// Where each lane ends in these lists.
    ends: Vec<u32>,
    /// The lane of each span.
    lanes: Vec<u32>,
    start: u64,
    length: u64,
}

/// A bar, or several that are too narrow to tell apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// The span; the first of several.
    pub span: usize,
    /// Its lane, from 0.
    pub lane: usize,
    /// Where it begins, in pixels from the window's left.
    pub left: f64,
    /// How wide it is, in pixels; at least one.
    pub width: f64,
    /// How many spans it stands for.
    pub spans: usize,
}

/// A stretch of time, and the pixels on which it lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// Nanoseconds from the trace's start to the left edge.
    pub from: u64,
    /// To the right edge.
    pub to: u64,
    /// Pixels between them.
    pub width: f64,
}

impl Scale {
    #[allow(clippy::cast_precision_loss, reason = "a pixel is coarser than a double's digits")]
    /// The pixel of a moment, in nanoseconds from the trace's start: below 0 before the left edge.
    #[must_use]
    pub fn pixel(self, time: u64) -> f64 {
        let length = self.to.saturating_sub(self.from).max(1) as f64;
        (time as f64 - self.from as f64) / length * self.width
    }

    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float becomes the nearest number there is"
    )]
    fn time(self, pixel: f64) -> u64 {
        let length = self.to.saturating_sub(self.from) as f64;
        self.from.saturating_add((pixel / self.width.max(1.0) * length) as u64)
    }
}

impl Flame {
    /// Lays spans out: a sort by lane, and a logarithm each to find a lane that is free.
    #[must_use]
    pub fn lay(spans: &Columns, tree: &Tree) -> Self {
        let (start, length) = (tree.start().nanos(), tree.length());
        let mut lanes = vec![0_u32; spans.len()];
        let mut free = Free::new(spans.len());
        let time = |span: usize| {
            let begin = spans.starts[span].saturating_sub(start);
            (begin, begin.saturating_add(spans.lengths[span]))
        };
        for row in 0..tree.len() {
            let span = tree.span(row);
            let above = tree.parent(row).map_or(0, |row| lanes[tree.span(row)] as usize + 1);
            let (begin, end) = time(span);
            lanes[span] = free.take(above, begin, end);
        }
        let mut order: Vec<u32> = (0..).take(spans.len()).collect();
        let place = |at: &u32| (lanes[*at as usize], spans.starts[*at as usize], *at);
        order.sort_unstable_by_key(place);
        let times = order.iter().map(|at| time(*at as usize)).collect();
        let mut ends: Vec<u32> = Vec::new();
        for (at, span) in (1..).zip(&order) {
            ends.resize(lanes[*span as usize] as usize + 1, ends.last().copied().unwrap_or(0));
            if let Some(end) = ends.last_mut() {
                *end = at;
            }
        }
        Self { spans: order, times, ends, lanes, start, length }
    }

    /// How many lanes there are.
    #[must_use]
    pub fn lanes(&self) -> usize {
        self.ends.len()
    }

    /// Nanoseconds from the first start to the last end.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The lane of a span.
    #[must_use]
    pub fn lane(&self, span: usize) -> Option<usize> {
        self.lanes.get(span).map(|lane| *lane as usize)
    }

    fn places(&self, lane: usize) -> Range<usize> {
        let end = |lane: usize| self.ends.get(lane).map_or(self.spans.len(), |end| *end as usize);
        lane.checked_sub(1).map_or(0, end)..end(lane)
    }

    /// The bars of some lanes that a scale shows: at most one a pixel and lane.
    #[must_use]
    pub fn bars(&self, lanes: Range<usize>, scale: Scale) -> Vec<Bar> {
        let mut bars = Vec::new();
        for lane in lanes.start..lanes.end.min(self.lanes()) {
            let mut rest = self.places(lane);
            let times = &self.times[rest.clone()];
            rest.start += times.partition_point(|(begin, end)| end <= &scale.from && begin < end);
            while rest.start < rest.end && self.times[rest.start].0 <= scale.to {
                let bar = self.bar(lane, rest.clone(), scale);
                rest.start += bar.spans;
                bars.push(bar);
            }
        }
        bars
    }

    /// The first bar of some places of a lane.
    fn bar(&self, lane: usize, places: Range<usize>, scale: Scale) -> Bar {
        let first = places.start;
        let (begin, end) = self.times[first];
        let left = scale.pixel(begin).max(0.0);
        let right = scale.pixel(end).min(scale.width);
        let (mut spans, mut width) = (1, right - left);
        if width < 1.0 {
            // All that end within the next pixel are one.
            let until = scale.time(left + 1.0).max(end);
            spans = self.times[places].partition_point(|(_, end)| *end <= until).max(1);
            let last = scale.pixel(self.times[first + spans - 1].1);
            width = (last - left).clamp(1.0, 2.0);
        }
        Bar { span: self.spans[first] as usize, lane, left, width, spans }
    }

    /// The span at a pixel of a lane, or one so near that it is meant.
    #[must_use]
    pub fn at(&self, lane: usize, pixel: f64, scale: Scale) -> Option<usize> {
        let places = self.places(lane);
        let lane = self.times.get(places.clone()).filter(|_| lane < self.lanes())?;
        let time = scale.time(pixel.max(0.0));
        let behind = lane.partition_point(|(begin, _)| *begin <= time);
        let near = [behind.checked_sub(1), Some(behind)].into_iter().flatten();
        let off = |at: &usize| {
            let (begin, end) = *lane.get(*at)?;
            let (left, right) =
                (scale.pixel(begin), scale.pixel(end).max(scale.pixel(begin) + 1.0));
            Some((left - pixel).max(pixel - right).max(0.0))
        };
        let best = near.filter_map(|at| Some((off(&at)?, at))).filter(|(off, _)| *off <= 2.0);
        let best = best.min_by(|one, other| one.0.total_cmp(&other.0));
        best.map(|(_, at)| self.spans[places.start + at] as usize)
    }

    /// When a span begins and ends, nanoseconds from the trace's start.
    #[must_use]
    pub fn time(&self, spans: &Columns, span: usize) -> Option<(u64, u64)> {
        let begin = spans.starts.get(span)?.saturating_sub(self.start);
        Some((begin, begin.saturating_add(*spans.lengths.get(span)?)))
    }
}

/// Up to when each lane is taken: a tree of minima, so that the first free one below a lane is found
/// in a logarithm, however many run at the same time.
struct Free {
    least: Vec<u64>,
    leaves: usize,
}

impl Free {
    fn new(most: usize) -> Self {
        let leaves = most.next_power_of_two().max(1);
        Self { least: vec![0; 2 * leaves], leaves }
    }

    /// Takes the first lane from `from` on that is free at `begin`, until `end`.
    fn take(&mut self, from: usize, begin: u64, end: u64) -> u32 {
        let mut node = self.leaves + from.min(self.leaves - 1);
        // Up, until something free lies at or right of here; then down to the first of it.
        while self.least[node] > begin {
            while node % 2 == 1 && node > 1 {
                node /= 2;
            }
            if node <= 1 {
                // There are as many lanes as spans, so this is not reached; the last one serves.
                node = 2 * self.leaves - 1;
                break;
            }
            node += 1;
        }
        while node < self.leaves {
            node *= 2;
            node += usize::from(self.least[node] > begin);
        }
        let lane = node - self.leaves;
        self.least[node] = self.least[node].max(end);
        while node > 1 {
            node /= 2;
            self.least[node] = self.least[2 * node].min(self.least[2 * node + 1]);
        }
        u32::try_from(lane).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Span;
    use crate::waterfall::tests::{span, spans};

    fn flame(spans: &[Span]) -> (Columns, Flame) {
        let columns = Columns::of(spans);
        let flame = Flame::lay(&columns, &Tree::grow(&columns));
        (columns, flame)
    }

    fn all(flame: &Flame, width: f64) -> Scale {
        Scale { from: 0, to: flame.length(), width }
    }

    #[test]
    fn children_lie_below_their_parent_and_beside_one_another() {
        let (_, flame) = flame(&spans(
            "\
page     |============|
  css    | ===        |
  fetch  |   ======   |
    sql  |    ==      |
  img    |    =====   |
  last   |           =|
",
        ));
        let lanes: Vec<_> = (0..6).map(|at| flame.lane(at).unwrap()).collect();
        assert_eq!(lanes, [0, 1, 2, 3, 1, 1]);
        assert_eq!(flame.lanes(), 4);
        let bars = flame.bars(1..2, all(&flame, 120.0));
        let seen: Vec<_> = bars.iter().map(|bar| (bar.span, bar.left, bar.width)).collect();
        assert_eq!(seen, [(1, 10.0, 30.0), (4, 40.0, 50.0), (5, 110.0, 10.0)]);
        assert_eq!(flame.at(1, 15.0, all(&flame, 120.0)), Some(1));
        assert_eq!(flame.at(1, 100.0, all(&flame, 120.0)), None);
        assert_eq!(flame.at(9, 15.0, all(&flame, 120.0)), None);
    }

    #[test]
    fn a_window_shows_its_part_and_what_reaches_into_it() {
        let (columns, flame) = flame(&spans(
            "\
page     |============|
  css    | ===        |
  fetch  |      ===   |
",
        ));
        let (from, to) = flame.time(&columns, 2).unwrap();
        let bars = flame.bars(0..9, Scale { from, to, width: 90.0 });
        let seen: Vec<_> = bars.iter().map(|bar| (bar.span, bar.left, bar.width)).collect();
        assert_eq!(seen, [(0, 0.0, 90.0), (2, 0.0, 90.0)]);
    }

    const MANY: usize = 100_000;

    #[test]
    fn a_hundred_thousand_at_the_same_time_have_a_lane_each() {
        let one = |at: usize| span(at, (at > 0).then_some(0), at as f64 / 1e3, 1_000.0);
        let (_, flame) = flame(&(0..MANY).map(one).collect::<Vec<_>>());
        assert_eq!(flame.lanes(), MANY);
    }

    #[test]
    fn a_chain_a_hundred_thousand_deep_has_a_lane_for_each_link() {
        let link = |at: usize| span(at, at.checked_sub(1), 0.0, 1.0);
        let (_, flame) = flame(&(0..MANY).map(link).collect::<Vec<_>>());
        assert_eq!((flame.lanes(), flame.lane(MANY - 1)), (MANY, Some(MANY - 1)));
        assert_eq!(flame.bars(500..540, all(&flame, 900.0)).len(), 40);
    }

    #[test]
    fn a_hundred_thousand_of_no_length_are_a_bar_for_each_pixel() {
        let instant = |at: usize| span(at, None, 5.0, 5.0);
        let (_, still) = flame(&(0..MANY).map(instant).collect::<Vec<_>>());
        let bars = still.bars(0..9, all(&still, 900.0));
        assert_eq!((bars.len(), bars[0].spans, bars[0].width), (1, MANY, 1.0));
        assert_eq!(still.at(0, 0.0, all(&still, 900.0)), Some(MANY - 1));
        let short = |at: usize| span(at, None, at as f64, at as f64 + 0.5);
        let (_, crowd) = flame(&(0..MANY).map(short).collect::<Vec<_>>());
        let bars = crowd.bars(0..9, all(&crowd, 900.0));
        assert!(crowd.lanes() == 1 && bars.len() <= 901, "{}", bars.len());
        assert_eq!(bars.iter().map(|bar| bar.spans).sum::<usize>(), MANY);
    }

    proptest! {
        #[test]
        fn no_two_spans_share_a_place(
            given in prop::collection::vec((0_usize..20, 0_u32..50, 0_u32..20), 1..40),
        ) {
            let one = |(at, (above, start, length)): (usize, &(usize, u32, u32))| {
                let start = f64::from(*start);
                span(at, (*above < at).then_some(*above), start, start + f64::from(*length))
            };
            let spans: Vec<Span> = given.iter().enumerate().map(one).collect();
            let (columns, flame) = flame(&spans);
            for one in 0..spans.len() {
                if let Some(parent) = columns.parent(one).and_then(|id| columns.find(id)) {
                    prop_assert!(flame.lane(one) > flame.lane(parent));
                }
                for other in 0..one {
                    let (a, b) = (flame.time(&columns, one).unwrap(), flame.time(&columns, other).unwrap());
                    let apart = a.1 <= b.0 || b.1 <= a.0;
                    prop_assert!(apart || flame.lane(one) != flame.lane(other));
                }
            }
            let wide = Scale { from: 0, to: flame.length(), width: 1e6 };
            let seen: usize = flame.bars(0..99, wide).iter().map(|bar| bar.spans).sum();
            prop_assert_eq!(seen, spans.len());
        }
    }
}
