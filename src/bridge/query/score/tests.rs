use super::*;

fn vitals(lcp: f64, inp: f64, cls: f64, fcp: f64, ttfb: f64) -> Vitals {
    Vitals { lcp: Some(lcp), inp: Some(inp), cls: Some(cls), fcp: Some(fcp), ttfb: Some(ttfb) }
}

fn close(found: Option<f64>, wanted: f64) -> bool {
    found.is_some_and(|found| (found - wanted).abs() < 1e-9)
}

#[test]
fn points_fall_in_a_straight_line_beyond_what_is_good() {
    let lcp = |value| points(Limits::WebDev, "lcp", value);
    assert!(close(lcp(2_500.0), 100.0));
    assert!(close(lcp(3_250.0), 75.0));
    assert!(close(lcp(4_000.0), 50.0));
    assert!(close(lcp(5_500.0), 0.0) && close(lcp(9e9), 0.0) && close(lcp(f64::NAN), 0.0));
    assert_eq!(points(Limits::WebDev, "fid", 1.0), None);
}

#[test]
fn where_nobody_says_what_is_poor_twice_the_threshold_is_worth_half() {
    let ttfb = |value| points(Limits::Sentry, "ttfb", value);
    assert!(close(ttfb(100.0), 100.0) && close(ttfb(200.0), 50.0) && close(ttfb(1_000.0), 10.0));
}

#[test]
fn the_score_is_the_mean_by_weight_of_what_was_measured() {
    let all = score(&vitals(2_500.0, 200.0, 0.1, 1_800.0, 800.0), Limits::WebDev).unwrap();
    assert!(close(Some(all.points), 100.0) && all.of == 5);
    let slow = score(&vitals(4_000.0, 200.0, 0.1, 1_800.0, 800.0), Limits::WebDev).unwrap();
    assert!(close(Some(slow.points), 85.0), "LCP has 30 of 100 and lost half: {slow:?}");
    let some = Vitals { lcp: Some(4_000.0), ttfb: Some(100.0), ..Vitals::default() };
    let some = score(&some, Limits::WebDev).unwrap();
    assert!(close(Some(some.points), (50.0 * 30.0 + 100.0 * 10.0) / 40.0) && some.of == 2);
    assert_eq!(score(&Vitals::default(), Limits::Sentry), None);
    assert_eq!(WEIGHTS.iter().map(|(_, weight)| weight).sum::<u32>(), 100);
}

#[test]
fn the_formula_names_every_weight() {
    for limits in [Limits::WebDev, Limits::Sentry] {
        for (name, weight) in WEIGHTS {
            let words = format!("{} {weight}", name.to_uppercase());
            assert!(formula(limits).contains(&words), "{words}");
        }
    }
}
