//! Decides which requests are traced: the user's sampling rules, in order, and excluded paths.
//!
//! A decision is made by the trace's id (OpenTelemetry's consistent probability sampling: the last
//! 56 bits of a random id against a threshold), so whoever has the id and the rate decides the same.
//! Knows nothing of how requests are seen or stopped: it says what is to become of one.
//!
//! A rule is a line: its rate, a method or `*`, `url` or `name`, and a text that this holds, in which
//! a star stands for anything. A request's name is its method and path. The first rule that a
//! request meets counts; one that meets none is sampled.
//!
//! ```text
//! 0.05 * name health
//! 0.5 * name /api/
//! 0.1 * url
//! ```

mod pattern;

use std::fmt::{self, Write as _};
use std::str::FromStr;

use crate::TraceId;
use crate::settings::Settings;

pub use pattern::Pattern;

/// Rules that count, at most: each may become two rules of the browser's in each traced tab.
pub const MOST_RULES: usize = 16;
/// Excluded paths that count, at most.
pub const MOST_PATHS: usize = 32;
/// Bytes of a rule's text or of a path, at most: browsers give a rule's expression little memory.
pub const LONGEST: usize = 100;

/// A share of traces, in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rate(u32);

/// All traces, in millionths.
const WHOLE: u32 = 1_000_000;
/// The number of last parts of trace ids that there are: 56 bits.
const PARTS: u64 = 1 << 56;

impl Rate {
    /// Every trace.
    pub const ALL: Self = Self(WHOLE);

    /// A trace is sampled whose last 56 bits are not below this.
    #[must_use]
    pub fn threshold(self) -> u64 {
        // PARTS / WHOLE is 2^50 / 15625; in two parts, as their product has more than 64 bits.
        let (share, left) = ((1_u64 << 50) / 15_625, (1_u64 << 50) % 15_625);
        let out = u64::from(WHOLE - self.0);
        out * share + (out * left + 7_812) / 15_625
    }

    /// Whether a trace is sampled.
    #[must_use]
    pub fn samples(self, trace: TraceId) -> bool {
        let [.., a, b, c, d, e, f, g] = *trace.as_bytes();
        u64::from_be_bytes([0, a, b, c, d, e, f, g]) >= self.threshold()
    }
}

impl Rate {
    /// Reads `0.05`. `None` where it is no number from 0 to 1 with at most six decimals.
    fn read(text: &str) -> Option<Self> {
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        if !matches!(whole, "0" | "1") || part.is_empty() || part.len() > 6 {
            return None;
        }
        let digit = |byte: u8| char::from(byte).to_digit(10);
        let mut millionths = u32::from(whole == "1");
        for place in 0..6 {
            millionths =
                millionths * 10 + digit(part.as_bytes().get(place).copied().unwrap_or(b'0'))?;
        }
        (millionths <= WHOLE).then_some(Self(millionths))
    }
}

impl FromStr for Rate {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        Self::read(text).ok_or_else(|| RuleError::Rate { found: text.chars().take(20).collect() })
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}.{:06}", self.0 / WHOLE, self.0 % WHOLE);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

/// What a rule's text is looked for in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The whole URL.
    Url,
    /// The method and the path, `GET /api/orders`.
    Name,
}

impl Place {
    /// As it stands in a rule.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::Name => "name",
        }
    }
}

/// A sampling rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// How many of the requests that meet it are sampled.
    pub rate: Rate,
    /// The method, upper case; empty for any.
    pub method: String,
    /// What its text is looked for in.
    pub place: Place,
    /// The text; empty for any.
    pub text: String,
}

/// Why a line is no rule, or names no path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleError {
    /// Its rate is none.
    Rate {
        /// What stands there.
        found: String,
    },
    /// Its method is none.
    Method {
        /// What stands there.
        found: String,
    },
    /// It does not say where its text is looked for.
    Place {
        /// What stands there.
        found: String,
    },
    /// Its text has a character that no URL has when the browser's rules see it.
    Letter {
        /// It.
        found: char,
    },
    /// Its text is too long.
    Long {
        /// Bytes in it.
        found: usize,
    },
    /// A path begins with something else.
    Path,
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rate { found } => {
                write!(f, "has {found:?} for its rate, wanted a number from 0 to 1 with at most six decimals")
            }
            Self::Method { found } => {
                write!(f, "has {found:?} for its method, wanted one such as GET, or * for any")
            }
            Self::Place { found } => write!(f, "has {found:?} after its method, wanted url or name"),
            Self::Letter { found } => {
                write!(f, "has {found:?}, which is in no URL, wanted it percent-encoded")
            }
            Self::Long { found } => write!(f, "has a text of {found} bytes, wanted at most {LONGEST}"),
            Self::Path => f.write_str(
                "does not begin with a slash, wanted the beginning of a path, or of a URL with http:// \
                 or https://",
            ),
        }
    }
}

impl std::error::Error for RuleError {}

/// Whether a text can be compared with URLs.
fn fit(text: &str) -> bool {
    text.len() <= LONGEST && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Why a text cannot be compared with URLs.
fn check(text: &str) -> Result<(), RuleError> {
    match text.chars().find(|letter| !letter.is_ascii_graphic()) {
        _ if text.len() > LONGEST => Err(RuleError::Long { found: text.len() }),
        Some(found) => Err(RuleError::Letter { found }),
        None => Ok(()),
    }
}

/// The words of a rule: rate, method, place, text.
fn words(line: &str) -> [&str; 4] {
    let mut words = line.trim().splitn(4, ' ');
    [(); 4].map(|()| words.next().unwrap_or_default().trim())
}

/// Whether a rule may name this method.
fn method(word: &str) -> bool {
    let known = |word: &str| word.bytes().all(|byte| byte.is_ascii_uppercase());
    word == "*" || ((1..=20).contains(&word.len()) && known(word))
}

impl FromStr for Rule {
    type Err = RuleError;

    /// With the reason where it is none. Apart from `Rule::read`, as the worker gives no reasons.
    fn from_str(line: &str) -> Result<Self, RuleError> {
        let [rate, way, place, text] = words(line);
        let found = |word: &str| word.chars().take(20).collect();
        rate.parse::<Rate>()?;
        if !method(way) {
            return Err(RuleError::Method { found: found(way) });
        }
        check(text)?;
        Self::read(line).ok_or_else(|| RuleError::Place { found: found(place) })
    }
}

impl Rule {
    /// Reads a line. `None` where it is none.
    fn read(line: &str) -> Option<Self> {
        let [rate, way, place, text] = words(line);
        let rate = Rate::read(rate)?;
        let place = match place {
            "url" => Place::Url,
            "name" => Place::Name,
            _ => return None,
        };
        let method = Some(way).filter(|way| method(way))?.trim_matches('*');
        fit(text).then(|| Self { rate, method: method.to_owned(), place, text: text.to_owned() })
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rate, method, place, text } = self;
        let method = if method.is_empty() { "*" } else { method };
        write!(f, "{rate} {method} {} {text}", place.word())
    }
}

impl Rule {
    /// The URLs that it is about.
    #[must_use]
    pub fn pattern(&self) -> Pattern {
        match self.place {
            Place::Url => Pattern::url(&self.text),
            Place::Name if self.text.is_empty() => Pattern::url(""),
            Place::Name => Pattern::path(&self.text),
        }
    }
}

/// What an excluded path stands for: the beginning of a path on any host, or of a URL.
///
/// # Errors
/// When the text is neither.
pub fn excluded(text: &str) -> Result<Pattern, RuleError> {
    check(text.trim())?;
    path(text).ok_or(RuleError::Path)
}

/// The same, without a reason.
fn path(text: &str) -> Option<Pattern> {
    let text = text.trim();
    let begins = ["/", "http://", "https://"].iter().any(|begin| text.starts_with(begin));
    (begins && fit(text)).then(|| Pattern::begins(text))
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It carries nothing: it begins like the excluded path of this number, from 1.
    Excluded(usize),
    /// Nor does this: it is the dashboard that the trace store serves.
    Dashboard,
    /// It is sampled at the rate of the rule of this number, from 1.
    Rule(usize, Rate),
    /// No rule is about it: it is sampled.
    Free,
}

/// A rule as it decides one trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The method, upper case; empty for any.
    pub method: String,
    /// The URLs.
    pub pattern: Pattern,
    /// Whether what meets it is sampled.
    pub sampled: bool,
}

/// The user's rules, read. A line that is none is left out; the options say what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sampler {
    /// The dashboard that the trace store serves: it would trace itself reading what it traced.
    dashboard: Option<Pattern>,
    /// Excluded paths with their numbers.
    paths: Vec<(usize, Pattern)>,
    /// Rules with their numbers.
    rules: Vec<(usize, Rule)>,
}

impl Sampler {
    /// Of settings.
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        let paths = (1..).zip(&settings.excluded).take(MOST_PATHS);
        let rules = (1..).zip(&settings.sampling).take(MOST_RULES);
        let store = settings.store.trim_end_matches('/');
        Self {
            dashboard: path(&format!("{store}/app.html")).filter(|_| !store.is_empty()),
            paths: paths.filter_map(|(at, text)| Some((at, path(text)?))).collect(),
            rules: rules.filter_map(|(at, line)| Some((at, Rule::read(line)?))).collect(),
        }
    }

    /// What becomes of a request.
    #[must_use]
    pub fn verdict(&self, method: &str, url: &str) -> Verdict {
        if let Some((at, _)) = self.paths.iter().find(|(_, path)| path.fits(url)) {
            return Verdict::Excluded(*at);
        }
        if self.dashboard.as_ref().is_some_and(|dashboard| dashboard.fits(url)) {
            return Verdict::Dashboard;
        }
        let meets = |rule: &Rule| {
            (rule.method.is_empty() || rule.method == method) && rule.pattern().fits(url)
        };
        let met = self.rules.iter().find(|(_, rule)| meets(rule));
        met.map_or(Verdict::Free, |(at, rule)| Verdict::Rule(*at, rule.rate))
    }

    /// The URLs that carry nothing.
    pub fn bare(&self) -> impl Iterator<Item = &Pattern> {
        self.paths.iter().map(|(_, path)| path).chain(&self.dashboard)
    }

    /// How a trace is decided: rules in order, as far as they matter, and what holds for the rest.
    #[must_use]
    pub fn cases(&self, trace: TraceId) -> (Vec<Case>, bool) {
        let (mut cases, mut rest) = (Vec::new(), true);
        for (_, rule) in &self.rules {
            let (pattern, sampled) = (rule.pattern(), rule.rate.samples(trace));
            if rule.method.is_empty() && pattern.all() {
                rest = sampled;
                break; // none after it is ever met
            }
            cases.push(Case { method: rule.method.clone(), pattern, sampled });
        }
        while cases.pop_if(|case: &mut Case| case.sampled == rest).is_some() {}
        (cases, rest)
    }

    /// What a document's recorder is told, one line each: a threshold in 14 hex digits and a regular
    /// expression of method and URL. `g`, which is above all digits, samples nothing; nothing before
    /// the expression is an excluded path. Of a document that is sampled whatever the rules
    /// (`always`) these are all.
    #[must_use]
    pub fn lines(&self, always: bool) -> String {
        let mut lines = String::new();
        let mut line = |threshold: &str, method: &str, pattern: &Pattern| {
            let separator = if lines.is_empty() { "" } else { "\n" };
            let method = if method.is_empty() { "[^ ]+" } else { method };
            // Writing to a text cannot fail.
            let _infallible = write!(lines, "{separator}{threshold} ^{method} {}", pattern.regex());
        };
        for (_, path) in &self.paths {
            line("", "", path);
        }
        for (_, rule) in self.rules.iter().filter(|_| !always) {
            let threshold = match rule.rate.threshold() {
                PARTS.. => "g".to_owned(),
                threshold => format!("{threshold:014x}"),
            };
            line(&threshold, &rule.method, &rule.pattern());
        }
        lines
    }
}

#[cfg(test)]
mod tests;
