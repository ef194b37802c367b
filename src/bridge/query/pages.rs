//! Pages by route, the slowest, and all of them over time.

use trace::digest::{PageRow, Phases, Vitals};
use trace::order::{order, rank, sort};

use super::route::{Routes, Rules};
use super::spread::Sample;
use super::steps::Steps;
use super::{Pages, PagesLine, PagesStep, Range, at};

/// How many of the slowest.
const SLOWEST: usize = 20;

/// What is gathered of some pages.
#[derive(Default)]
struct Gathered {
    views: u32,
    load: Sample,
    lcp: Sample,
    inp: Sample,
    cls: Sample,
    fcp: Sample,
    ttfb: Sample,
    phases: Sums,
}

/// Sums of phases, whole nanoseconds, which are the same in whatever order they are added.
#[derive(Default)]
struct Sums {
    of: u32,
    nanos: [u64; 8],
}

const fn parts(phases: &Phases) -> [f64; 8] {
    let Phases { redirect, dns, connect, tls, wait, download, dom, load } = *phases;
    [redirect, dns, connect, tls, wait, download, dom, load]
}

impl Sums {
    fn add(&mut self, phases: &Phases) {
        if *phases == Phases::default() {
            return;
        }
        self.of += 1;
        for (sum, millis) in self.nanos.iter_mut().zip(parts(phases)) {
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a float cast saturates, and no phase is below zero"
            )]
            let nanos = (millis * 1e6).round() as u64;
            *sum = sum.saturating_add(nanos);
        }
    }

    fn means(&self) -> Phases {
        #[allow(clippy::cast_precision_loss, reason = "beyond 104 days nanoseconds do not matter")]
        let mean = |at: usize| self.nanos[at] as f64 / 1e6 / f64::from(self.of.max(1));
        Phases {
            redirect: mean(0),
            dns: mean(1),
            connect: mean(2),
            tls: mean(3),
            wait: mean(4),
            download: mean(5),
            dom: mean(6),
            load: mean(7),
        }
    }
}

impl Gathered {
    fn add(&mut self, page: &PageRow) {
        self.views = self.views.saturating_add(1);
        if !page.soft {
            self.load.add(page.millis);
            self.phases.add(&page.phases);
        }
        let Vitals { lcp, inp, cls, fcp, ttfb } = page.vitals;
        lcp.into_iter().for_each(|value| self.lcp.add(value));
        inp.into_iter().for_each(|value| self.inp.add(value));
        cls.into_iter().for_each(|value| self.cls.add(value));
        fcp.into_iter().for_each(|value| self.fcp.add(value));
        ttfb.into_iter().for_each(|value| self.ttfb.add(value));
    }

    fn line(self, route: String) -> PagesLine {
        PagesLine {
            route,
            views: self.views,
            load: self.load.spread(),
            lcp: self.lcp.spread(),
            inp: self.inp.spread(),
            cls: self.cls.spread(),
            fcp: self.fcp.spread(),
            ttfb: self.ttfb.spread(),
            phases: self.phases.means(),
        }
    }

    fn step(self, since: trace::Timestamp) -> PagesStep {
        let vitals = Vitals {
            lcp: self.lcp.high(),
            inp: self.inp.high(),
            cls: self.cls.high(),
            fcp: self.fcp.high(),
            ttfb: self.ttfb.high(),
        };
        let load = self.load.high().unwrap_or_default();
        PagesStep { since, views: self.views, vitals, load }
    }
}

/// The answer.
pub(super) fn pages(rows: &[PageRow], range: Range, rules: &[String]) -> Pages {
    let within: Vec<&PageRow> = rows.iter().filter(|page| range.has(page.start)).collect();
    let mut routes = Routes::new(Rules::of(rules), within.len());
    let steps = Steps::of(range, within.iter().map(|page| page.start));
    let mut over: Vec<Gathered> = Vec::new();
    over.resize_with(steps.count, Gathered::default);
    let (mut all, mut by_route) = (Gathered::default(), Vec::<Gathered>::new());
    for page in &within {
        all.add(page);
        at(&mut by_route, routes.place(&page.url, "")).add(page);
        if let Some(step) = over.get_mut(steps.place(page.start)) {
            step.add(page);
        }
    }
    let mut lines: Vec<_> =
        by_route.into_iter().zip(routes.names()).map(|(it, route)| it.line(route)).collect();
    sort(&mut lines, |it| u64::from(u32::MAX - it.views), |a, b| a.route.cmp(&b.route));
    let trend = over.into_iter().enumerate().map(|(place, it)| it.step(steps.since(place)));
    let trend = trend.collect();
    Pages { all: all.line(String::new()), routes: lines, slowest: slowest(&within), trend }
}

/// The documents whose load took longest.
fn slowest(pages: &[&PageRow]) -> Vec<PageRow> {
    let hard: Vec<&PageRow> = pages.iter().filter(|page| !page.soft).copied().collect();
    let place = |at: usize| (hard[at].start, hard[at].trace, hard[at].span);
    let order =
        order(hard.len(), &|at| u64::MAX - rank(hard[at].millis), &|a, b| place(a).cmp(&place(b)));
    order.into_iter().take(SLOWEST).map(|at| hard[at].clone()).collect()
}
