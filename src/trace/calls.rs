//! Who calls whom in a trace: services, and the calls from one to the other.
//!
//! Owns counts, times and the layers in which a picture of it stands. Refuses pixels and colours.

use std::collections::BTreeMap;

use crate::columns::{Columns, Flags};
use crate::filter::Bits;
use crate::order;
use crate::statistics::rank;
use crate::tree::Tree;

/// A service of a trace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Node {
    /// The word for its name.
    pub service: u32,
    /// Its spans.
    pub spans: u64,
    /// Those that failed.
    pub errors: u64,
    /// Their self times together, nanoseconds.
    pub own: u64,
    /// The longest of them, as an index into the columns.
    pub slowest: usize,
    /// Callers before it, at most: the column in which it stands.
    pub layer: usize,
    /// Its place in that column, from the top.
    pub place: usize,
}

/// The calls from one service to another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Edge {
    /// Who calls, as an index into the nodes.
    pub from: usize,
    /// Who is called.
    pub to: usize,
    /// How many calls.
    pub calls: u64,
    /// Those that the called one failed.
    pub errors: u64,
    /// Half of them took no longer, nanoseconds, where they were answered.
    pub middle: u64,
    /// Of twenty, nineteen took no longer, nanoseconds.
    pub high: u64,
    /// The longest, as an index into the columns: the span that answered.
    pub slowest: usize,
    /// Whether it leads back to a layer before, or stays in one.
    pub back: bool,
}

/// Services and their calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// The services that stand in the picture, by name's appearance.
    pub nodes: Vec<Node>,
    /// The calls between them.
    pub edges: Vec<Edge>,
    /// Services that have no room.
    pub more: usize,
}

impl Calls {
    /// The services that recorded most of the spans that are let through, so many at most, and the
    /// calls between them. Sorts the calls, otherwise linear.
    #[must_use]
    pub fn of(
        spans: &Columns,
        tree: &Tree,
        own: &[u64],
        through: Option<&Bits>,
        most: usize,
    ) -> Self {
        let passes = |span: usize| through.is_none_or(|bits| bits.has(span));
        let all = services(spans, own, passes);
        let mut kept: Vec<Node> = all.values().copied().collect();
        order::sort(&mut kept, |node| !node.spans, |one, other| one.service.cmp(&other.service));
        let more = kept.len().saturating_sub(most);
        kept.truncate(most);
        order::sort_by_rank(&mut kept, |node| u64::from(node.service));
        let places = kept.iter().enumerate().map(|(at, node)| (node.service, at));
        let places: BTreeMap<u32, usize> = places.collect();
        let mut calls: Vec<(usize, usize, u64, usize)> = Vec::new();
        for row in 0..tree.len() {
            let (span, Some(above)) = (tree.span(row), tree.parent(row)) else { continue };
            let place = |at: usize| places.get(&spans.owner_of(at).service).copied();
            let (to, from) = (place(span), place(tree.span(above)));
            if let (Some(from), Some(to)) = (from, to)
                && from != to
                && passes(span)
            {
                calls.push((from, to, spans.lengths[span], span));
            }
        }
        order::sort(&mut calls, |call| call.0 as u64, Ord::cmp);
        let groups = calls.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1));
        let edges = groups.filter_map(|group| edge(group, spans)).collect();
        let mut calls = Self { nodes: kept, edges, more };
        calls.stand();
        calls
    }

    /// Puts services into layers, left to right: none before one that calls it, but for calls that
    /// lead round in a circle.
    fn stand(&mut self) {
        let order = self.order();
        let mut position = vec![0; self.nodes.len()];
        for (at, node) in order.iter().enumerate() {
            position[*node] = at;
        }
        for edge in &mut self.edges {
            edge.back = position[edge.from] >= position[edge.to];
        }
        for node in &order {
            let layer = self.nodes[*node].layer;
            for edge in self.edges.iter().filter(|edge| edge.from == *node && !edge.back) {
                let to = &mut self.nodes[edge.to].layer;
                *to = (*to).max(layer + 1);
            }
        }
        self.place(&order);
    }

    /// The services so that callers come first, as far as that can be: depth first, from those that
    /// nobody calls, in reverse order of return. Iterative.
    fn order(&self) -> Vec<usize> {
        let mut called = vec![false; self.nodes.len()];
        for edge in &self.edges {
            called[edge.to] = true;
        }
        let roots = (0..self.nodes.len()).filter(|at| !called[*at]);
        let starts: Vec<usize> = roots.chain(0..self.nodes.len()).collect();
        let mut seen = vec![false; self.nodes.len()];
        let mut done = Vec::with_capacity(self.nodes.len());
        for start in starts {
            let mut open = vec![(start, false)];
            while let Some((node, left)) = open.pop() {
                if left {
                    done.push(node);
                } else if !std::mem::replace(&mut seen[node], true) {
                    open.push((node, true));
                    let out = self.edges.iter().filter(|edge| edge.from == node);
                    open.extend(out.map(|edge| (edge.to, false)));
                }
            }
        }
        done.reverse();
        done
    }

    /// Orders each layer by where its callers stand, so that few lines cross.
    fn place(&mut self, order: &[usize]) {
        let last = self.nodes.iter().map(|node| node.layer).max().unwrap_or_default();
        for layer in 0..=last {
            let of = |at: &usize| self.nodes[*at].layer == layer;
            let mut here: Vec<usize> = order.iter().copied().filter(of).collect();
            let weight = |at: &usize| {
                let into = self.edges.iter().filter(|edge| edge.to == *at && !edge.back);
                let (sum, many) = into.fold((0, 0), |(sum, many), edge| {
                    (sum + self.nodes[edge.from].place * 1_000, many + 1)
                });
                sum.checked_div(many).unwrap_or_default()
            };
            order::sort_by_rank(&mut here, |at| weight(at) as u64);
            for (place, at) in here.into_iter().enumerate() {
                self.nodes[at].place = place;
            }
        }
    }
}

/// The services of the spans that pass, by the word for their name.
fn services(spans: &Columns, own: &[u64], passes: impl Fn(usize) -> bool) -> BTreeMap<u32, Node> {
    let mut all: BTreeMap<u32, Node> = BTreeMap::new();
    for span in (0..spans.len()).filter(|span| passes(*span)) {
        let service = spans.owner_of(span).service;
        let new = Node { service, slowest: span, ..Node::default() };
        let node = all.entry(service).or_insert(new);
        node.spans += 1;
        node.errors += u64::from(spans.flags[span].has(Flags::ERROR));
        node.own = node.own.saturating_add(own.get(span).copied().unwrap_or_default());
        if spans.lengths[span] > spans.lengths[node.slowest] {
            node.slowest = span;
        }
    }
    all
}

/// One edge, of its calls by length.
fn edge(group: &[(usize, usize, u64, usize)], spans: &Columns) -> Option<Edge> {
    let (&(from, to, ..), &(.., slowest)) = (group.first()?, group.last()?);
    let failed = |call: &&(usize, usize, u64, usize)| spans.flags[call.3].has(Flags::ERROR);
    Some(Edge {
        from,
        to,
        calls: group.len() as u64,
        errors: group.iter().filter(failed).count() as u64,
        middle: group[rank(group.len(), 50)].2,
        high: group[rank(group.len(), 95)].2,
        slowest,
        back: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::find::own_times;
    use crate::waterfall::tests::{resource, span};
    use crate::{Span, Status};

    /// Spans by `(service, parent)`, each a millisecond longer than the one before.
    fn calls(given: &[(&str, Option<usize>)], most: usize) -> (Columns, Calls) {
        let one = |(at, (service, parent)): (usize, &(&str, Option<usize>))| Span {
            resource: resource(service),
            ..span(at, *parent, 0.0, at as f64 + 1.0)
        };
        let mut spans: Vec<Span> = given.iter().enumerate().map(one).collect();
        if let Some(last) = spans.last_mut() {
            last.status = Status::Error(String::new());
        }
        let columns = Columns::of(&spans);
        let tree = Tree::grow(&columns);
        let own = own_times(&columns, &tree);
        let calls = Calls::of(&columns, &tree, &own, None, most);
        (columns, calls)
    }

    fn read(columns: &Columns, calls: &Calls) -> Vec<String> {
        let name = |at: usize| columns.words().get(calls.nodes[at].service).to_owned();
        let edge = |it: &Edge| {
            let arrow = if it.back { "<-" } else { "->" };
            format!("{}{arrow}{} {}/{}", name(it.from), name(it.to), it.calls, it.errors)
        };
        calls.edges.iter().map(edge).collect()
    }

    #[test]
    fn calls_between_services_are_counted_and_stand_left_to_right() {
        let given = [
            ("browser", None),
            ("shop", Some(0)),
            ("shop", Some(1)),
            ("pricing", Some(2)),
            ("pricing", Some(2)),
            ("payment", Some(1)),
        ];
        let (columns, calls) = calls(&given, 40);
        let edges = ["browser->shop 1/0", "shop->pricing 2/0", "shop->payment 1/1"];
        assert_eq!(read(&columns, &calls), edges);
        let stand: Vec<_> = calls.nodes.iter().map(|node| (node.layer, node.place)).collect();
        assert_eq!(stand, [(0, 0), (1, 0), (2, 0), (2, 1)]);
        let pricing = calls.edges[1];
        assert_eq!((pricing.middle, pricing.high, pricing.slowest), (4_000_000, 5_000_000, 4));
        assert_eq!((calls.nodes[1].spans, calls.nodes[3].errors), (2, 1));
    }

    #[test]
    fn calls_in_a_circle_have_one_that_leads_back() {
        let (columns, calls) = calls(&[("a", None), ("b", Some(0)), ("a", Some(1))], 40);
        assert_eq!(read(&columns, &calls), ["a->b 1/0", "b<-a 1/1"]);
        assert_eq!(calls.nodes.iter().map(|node| node.layer).collect::<Vec<_>>(), [0, 1]);
    }

    #[test]
    fn of_too_many_services_the_biggest_stay_and_the_rest_is_counted() {
        let names: Vec<String> = (0..100).map(|at| format!("service {at}")).collect();
        let given: Vec<_> =
            names.iter().enumerate().map(|(at, name)| (name.as_str(), at.checked_sub(1))).collect();
        let (_, calls) = calls(&given, 40);
        assert_eq!((calls.nodes.len(), calls.edges.len(), calls.more), (40, 39, 60));
        assert_eq!(calls.nodes.last().map(|node| node.layer), Some(39));
        assert_eq!(
            Calls::of(&Columns::default(), &Tree::default(), &[], None, 40),
            Calls::default()
        );
    }

    #[test]
    fn only_what_is_let_through_counts() {
        let spans: Vec<Span> = (0..100_000)
            .map(|at: usize| Span {
                resource: resource(if at.is_multiple_of(2) { "a" } else { "b" }),
                ..span(at, at.checked_sub(1), 0.0, 1.0)
            })
            .collect();
        let columns = Columns::of(&spans);
        let tree = Tree::grow(&columns);
        let own = own_times(&columns, &tree);
        let half = Bits::of(spans.len(), |at| at < 50_000);
        let calls = Calls::of(&columns, &tree, &own, Some(&half), 40);
        assert_eq!(calls.edges.iter().map(|it| it.calls).sum::<u64>(), 49_999);
        assert_eq!(calls.nodes.iter().map(|it| it.spans).sum::<u64>(), 50_000);
    }
}
