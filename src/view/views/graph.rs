//! Where services and the lines between them stand in a picture, in pixels.
//!
//! Columns from left to right by who calls whom; what leads back goes below. Pure: the picture is
//! drawn by `services`.

use trace::calls::{Calls, Edge, Node};

/// Width and height of a service's box.
pub const BOX: (usize, usize) = (176, 60);
/// Between columns, and between boxes of one column.
const GAP: (usize, usize) = (112, 26);
/// Around all.
const EDGE: usize = 18;
/// Room below for lines that lead back.
const BELOW: usize = 34;
/// From a straight line up to the middle of its text.
const ABOVE: usize = 16;

/// A picture of services.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    /// The left upper corners of the boxes.
    pub boxes: Vec<(usize, usize)>,
    /// The lines, as SVG paths, each with the middle of its text.
    pub lines: Vec<(String, (usize, usize))>,
    /// Width of all.
    pub width: usize,
    /// Height of all.
    pub height: usize,
}

impl Graph {
    /// Places services and lines.
    #[must_use]
    pub fn of(calls: &Calls) -> Self {
        let layers = calls.nodes.iter().map(|node| node.layer + 1).max().unwrap_or_default();
        let mut sizes = vec![0_usize; layers];
        for node in &calls.nodes {
            sizes[node.layer] = sizes[node.layer].max(node.place + 1);
        }
        let most = sizes.iter().copied().max().unwrap_or_default();
        let place = |node: &Node| {
            // A column stands in the middle of the highest one.
            let free = (most - sizes[node.layer]) * (BOX.1 + GAP.1) / 2;
            let top = EDGE + free + node.place * (BOX.1 + GAP.1);
            (EDGE + node.layer * (BOX.0 + GAP.0), top)
        };
        let boxes: Vec<_> = calls.nodes.iter().map(place).collect();
        let back = calls.edges.iter().any(|edge| edge.back);
        let line = |edge: &Edge| line(boxes[edge.from], boxes[edge.to], edge.back);
        let stretch = |many: usize, size: usize, gap: usize| {
            2 * EDGE + (many * (size + gap)).saturating_sub(gap)
        };
        let height = stretch(most, BOX.1, GAP.1) + if back { BELOW } else { 0 };
        Self {
            lines: calls.edges.iter().map(line).collect(),
            width: stretch(layers, BOX.0, GAP.0),
            height,
            boxes,
        }
    }
}

/// A line from one box to another, and the middle of its text.
fn line(from: (usize, usize), to: (usize, usize), back: bool) -> (String, (usize, usize)) {
    if back {
        // Out of the bottom, round below, into the bottom.
        let (x1, x2) = (from.0 + BOX.0 / 2 + 16, to.0 + BOX.0 / 2 - 16);
        let (y1, y2) = (from.1 + BOX.1, to.1 + BOX.1 + 5);
        let low = y1.max(y2) + BELOW;
        let path = format!("M{x1} {y1}C{x1} {low} {x2} {low} {x2} {y2}");
        return (path, (x1.midpoint(x2), y1.max(y2) + BELOW * 3 / 4));
    }
    let (x1, x2) = (from.0 + BOX.0, to.0.saturating_sub(5));
    let (y1, y2) = (from.1 + BOX.1 / 2, to.1 + BOX.1 / 2);
    let bend = GAP.0 / 2;
    let path = format!("M{x1} {y1}C{} {y1} {} {y2} {x2} {y2}", x1 + bend, x2.saturating_sub(bend));
    // Where a line skips columns, its text stands before the first that it passes.
    let skips = x2.saturating_sub(x1) > GAP.0;
    let middle =
        if skips { (x1 + bend, (3 * y1 + y2) / 4) } else { (x1.midpoint(x2), y1.midpoint(y2)) };
    // A straight line has it above, where nothing crosses it.
    let middle = if y1 == y2 { (middle.0, middle.1 - ABOVE) } else { middle };
    (path, middle)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(layer: usize, place: usize) -> Node {
        Node { layer, place, ..Node::default() }
    }

    #[test]
    fn services_stand_left_to_right_and_columns_in_the_middle() {
        let calls = Calls {
            nodes: vec![node(0, 0), node(1, 0), node(1, 1)],
            edges: vec![
                Edge { from: 0, to: 1, ..Edge::default() },
                Edge { from: 2, to: 0, back: true, ..Edge::default() },
            ],
            more: 0,
        };
        let graph = Graph::of(&calls);
        assert_eq!(graph.boxes, [(18, 61), (306, 18), (306, 104)]);
        assert_eq!((graph.width, graph.height), (500, 182 + 34));
        assert_eq!(graph.lines[0].0, "M194 91C250 91 245 48 301 48");
        assert!(graph.lines.iter().all(|(_, (x, y))| *x < graph.width && *y < graph.height));
        assert_eq!(Graph::of(&Calls::default()).boxes, []);
    }

    #[test]
    fn forty_services_in_a_row_have_room() {
        let nodes: Vec<_> = (0..40).map(|at| node(at, 0)).collect();
        let graph = Graph::of(&Calls { nodes, ..Calls::default() });
        assert_eq!(graph.boxes[39].0 + BOX.0 + EDGE, graph.width);
    }
}
