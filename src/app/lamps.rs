//! Draws the ladder of a request: five lamps, and on demand the evidence for each and what the
//! doctor makes of it.

use leptos::prelude::*;
use trace::doctor;
use trace::ladder::{About, Ladder, Lamp, Light};

/// A lamp of a ladder, ready to draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rung {
    /// The lamp's name.
    pub name: &'static str,
    /// What it shows.
    pub light: Light,
    /// Why.
    pub evidence: String,
}

/// A ladder, ready to draw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// Its lamps, in order.
    pub rungs: Vec<Rung>,
    /// What is the matter, and what to do about it.
    pub finding: Option<(String, &'static str)>,
}

impl Proof {
    /// Of a ladder.
    #[must_use]
    pub fn of(ladder: &Ladder, about: About<'_>) -> Self {
        let ladder = &ladder.clone().heard();
        let rungs = Lamp::ALL.into_iter().map(|lamp| Rung {
            name: lamp.name(),
            light: ladder.light(lamp),
            evidence: ladder.evidence(lamp, about),
        });
        let finding = doctor::diagnose(ladder).map(|finding| {
            let title = finding.cause.title();
            let title = if finding.certain { title.to_owned() } else { format!("Likely: {title}") };
            (title, finding.cause.remedy())
        });
        Self { rungs: rungs.collect(), finding }
    }
}

/// A light's class in the style sheet.
const fn class(light: Light) -> &'static str {
    match light {
        Light::Lit => "good",
        Light::Dark => "bad",
        Light::Waiting => "wait",
        Light::Off => "off",
    }
}

/// What the lamps of a ladder show, in one line: `Armed yes, Sent yes, Acknowledged not asked`.
#[must_use]
pub fn summary(ladder: &Ladder) -> String {
    let lamps = Lamp::ALL.map(|lamp| format!("{} {}", lamp.name(), ladder.light(lamp).name()));
    lamps.join(", ")
}

/// The lights of a ladder, in order.
#[must_use]
pub fn lights(ladder: &Ladder) -> [&'static str; 5] {
    Lamp::ALL.map(|lamp| class(ladder.light(lamp)))
}

/// Five lamps in a row. Their meaning is said by the words of whoever draws them.
#[component]
pub fn Lamps(
    /// Their classes.
    lights: [&'static str; 5],
    /// What they say, in words.
    summary: String,
) -> impl IntoView {
    let lamps = lights.map(|light| view! { <i class=light></i> });
    view! { <span class="lamps" role="img" aria-label=summary.clone() title=summary>{lamps.to_vec()}</span> }
        .into_any()
}

/// The lamps with their names; the evidence behind a disclosure.
#[component]
pub fn Evidence(
    /// The ladder.
    #[prop(into)]
    proof: Signal<Proof>,
) -> impl IntoView {
    let lamps = move || {
        proof.with(|proof| {
            let rungs = proof.rungs.iter().map(|rung| {
                let title = format!("{} {}", rung.name, rung.light.name());
                view! { <i class=class(rung.light) title=title></i> }
            });
            rungs.collect::<Vec<_>>()
        })
    };
    let last = move || proof.with(headline);
    let rungs = move || {
        let draw = |rung: &Rung| {
            view! {
                <li>
                    <i class=class(rung.light) aria-hidden="true"></i>
                    <strong>{rung.name}</strong>
                    <span class="light">{rung.light.name()}</span>
                    <p>{rung.evidence.clone()}</p>
                </li>
            }
        };
        proof.with(|proof| proof.rungs.iter().map(draw).collect::<Vec<_>>())
    };
    let finding = move || {
        proof.with(|proof| proof.finding.clone()).map(|(title, remedy)| {
            view! { <div class="note warn"><strong>{title}</strong><p>{remedy}</p></div> }
        })
    };
    view! {
        <details class="ladder">
            <summary>
                <span class="lamps" aria-hidden="true">{lamps}</span>
                <span>{last}</span>
            </summary>
            <ol aria-label="Lamps">{rungs}</ol>
        </details>
        {finding}
    }
    .into_any()
}

/// The ladder in a few words: the first lamp that did not light, else the last that did.
fn headline(proof: &Proof) -> String {
    let is = |light: Light| move |rung: &&Rung| rung.light == light;
    if let Some(rung) = proof.rungs.iter().find(is(Light::Dark)) {
        return format!("Not {}", rung.name.to_lowercase());
    }
    match proof.rungs.iter().rfind(is(Light::Lit)) {
        Some(rung) => rung.name.to_owned(),
        None => "Evidence".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proof(ladder: &Ladder) -> Proof {
        Proof::of(ladder, About { method: "GET", url: "http://a.test/x", store: "" })
    }

    #[test]
    fn the_headline_is_the_first_dark_lamp_or_the_last_lit_one() {
        let context = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap();
        let mut ladder = Ladder::armed(context);
        assert_eq!(headline(&proof(&ladder)), "Armed");
        assert!(summary(&ladder).starts_with("Armed yes, Sent not yet, "));
        assert_eq!(lights(&ladder)[0], "good");
        ladder.barred = true;
        assert_eq!(headline(&proof(&ladder)), "Not armed");
        assert!(proof(&ladder).finding.is_some());
        assert_eq!(headline(&Proof::default()), "Evidence");
    }
}
