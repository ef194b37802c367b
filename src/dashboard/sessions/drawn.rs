//! The lines that are drawn, on their way to those that are to be: each that comes, comes by itself.
//!
//! Leptos' keyed list leaves what stays where it is when one line comes in. Where two come in at once,
//! it takes all that stand behind them out of the document and puts them back, and the browser
//! styles, measures and paints them as if all were new: of sixty lines, three times as long. Besides,
//! whoever had come to a line by the keyboard is thrown out of it.

use std::sync::Arc;

use bridge::query::SessionLine;

/// So many may come one by one: where it is more, most of the list is another.
const MOST: usize = 40;

/// A line that is drawn.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// Its key: a line that says something else is another line.
    pub number: u32,
    /// What it says.
    pub line: Arc<SessionLine>,
}

/// What is to be drawn next of what is wanted in the end; `None` once that is drawn. `free` is a
/// number that no line had yet.
#[must_use]
pub fn next(drawn: &[Drawn], wanted: &[SessionLine], free: &mut u32) -> Option<Vec<Drawn>> {
    let mut near = 0;
    let find = |line| {
        let place = place(drawn, line, near);
        near = place.map_or(near, |at| at + 1);
        place
    };
    let places: Vec<Option<usize>> = wanted.iter().map(find).collect();
    let known = |place: Option<usize>| drawn.get(place?).cloned();
    let mut new = |line: &SessionLine| {
        *free = free.wrapping_add(1);
        Drawn { number: *free, line: Arc::new(line.clone()) }
    };
    let stay: Vec<usize> = places.iter().copied().flatten().collect();
    if !stay.is_sorted() || wanted.len() - stay.len() > MOST {
        let lines = wanted.iter().zip(places);
        return Some(lines.map(|(line, at)| known(at).unwrap_or_else(|| new(line))).collect());
    }
    if stay.len() < drawn.len() {
        return Some(stay.into_iter().filter_map(|at| known(Some(at))).collect());
    }
    let at = places.iter().position(Option::is_none)?;
    let mut drawn = drawn.to_vec();
    drawn.insert(at, new(wanted.get(at)?));
    Some(drawn)
}

/// Where a line is drawn; most are where one looks first.
fn place(drawn: &[Drawn], line: &SessionLine, near: usize) -> Option<usize> {
    let same = |it: &Drawn| *it.line == *line;
    let (before, behind) = drawn.split_at(near.min(drawn.len()));
    let behind = behind.iter().position(same).map(|at| before.len() + at);
    behind.or_else(|| before.iter().position(same))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines by their letters; a capital one says something else than a small one.
    fn lines(letters: &str) -> Vec<SessionLine> {
        let line = |letter: char| SessionLine {
            session: letter.to_lowercase().to_string(),
            pages: u32::from(letter.is_uppercase()),
            ..SessionLine::default()
        };
        letters.chars().map(line).collect()
    }

    fn letters(drawn: &[Drawn]) -> String {
        let letter = |it: &Drawn| match it.line.pages {
            0 => it.line.session.clone(),
            _ => it.line.session.to_uppercase(),
        };
        drawn.iter().map(letter).collect()
    }

    /// All that is drawn on the way.
    fn way(from: &str, to: &str) -> Vec<String> {
        let mut free = 0;
        let new = |line: SessionLine| {
            free += 1;
            Drawn { number: free, line: Arc::new(line) }
        };
        let mut drawn: Vec<Drawn> = lines(from).into_iter().map(new).collect();
        let mut way = Vec::new();
        while let Some(next) = next(&drawn, &lines(to), &mut free) {
            for it in &next {
                let before = drawn.iter().find(|other| other.number == it.number);
                assert!(before.is_none_or(|before| before.line == it.line), "a key is one line's");
            }
            way.push(letters(&next));
            drawn = next;
        }
        assert_eq!(letters(&drawn), to);
        way
    }

    #[test]
    fn what_goes_goes_at_once_and_what_comes_comes_one_by_one() {
        assert_eq!(way("", ""), Vec::<String>::new());
        assert_eq!(way("abc", "abc"), Vec::<String>::new());
        assert_eq!(way("abcd", "xyab"), ["ab", "xab", "xyab"]);
        assert_eq!(way("abcd", "axbyd"), ["abd", "axbd", "axbyd"]);
        assert_eq!(way("ab", "ba"), ["ba"], "another order is drawn as it is");
        assert_eq!(way("abc", ""), [""]);
    }

    #[test]
    fn a_line_that_says_something_else_is_another_line() {
        assert_eq!(way("abc", "aBc"), ["ac", "aBc"]);
        assert_eq!(way("abc", "xBac"), ["ac", "xac", "xBac"]);
    }

    #[test]
    fn a_list_that_is_another_comes_at_once() {
        let many: String = ('a'..='z').collect();
        let more: String = ('\u{3b1}'..='\u{3c1}').collect();
        assert_eq!(way("", &format!("{many}{more}")).len(), 1);
        assert_eq!(way("", &many).len(), 26);
    }
}
