//! The order of a table that a reader may have sorted by any column.

use leptos::prelude::*;
use trace::order;

/// By which column, and from which end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sorting {
    /// The column's place.
    pub column: usize,
    /// Whether the greatest comes first.
    pub down: bool,
}

impl Sorting {
    /// After a press on a column's head: numbers begin with the greatest, texts with the first.
    #[must_use]
    pub const fn pressed(self, column: usize, text: bool) -> Self {
        if self.column == column {
            Self { column, down: !self.down }
        } else {
            Self { column, down: !text }
        }
    }

    /// What a reader's tool is told of a column.
    #[must_use]
    pub const fn aria(self, column: usize) -> Option<&'static str> {
        match (self.column == column, self.down) {
            (false, _) => None,
            (true, true) => Some("descending"),
            (true, false) => Some("ascending"),
        }
    }

    /// The places of so many rows in order: by the column's number, or by its text where that has
    /// none. What has neither comes last, whichever end is first.
    #[must_use]
    pub fn order(
        self,
        count: usize,
        number: &dyn Fn(usize) -> Option<f64>,
        text: &dyn Fn(usize) -> String,
    ) -> Vec<usize> {
        let rank = |at: usize| match number(at) {
            None => u64::MAX,
            Some(number) if self.down => !order::rank(number),
            Some(number) => order::rank(number),
        };
        let texts: Vec<String> = (0..count).map(text).collect();
        order::order(count, &rank, &|a, b| {
            let by = texts[a].cmp(&texts[b]);
            if self.down { by.reverse() } else { by }
        })
    }
}

/// A column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// What stands above it.
    pub name: &'static str,
    /// Whether it is text; else it is numbers, which stand at the right.
    pub text: bool,
}

/// A column of text.
#[must_use]
pub const fn words(name: &'static str) -> Column {
    Column { name, text: true }
}

/// A column of numbers.
#[must_use]
pub const fn number(name: &'static str) -> Column {
    Column { name, text: false }
}

/// The heads of a table's columns, each a button that sorts by it.
#[component]
pub fn Heads(
    /// The columns.
    columns: &'static [Column],
    /// How the table is sorted.
    sorting: RwSignal<Sorting>,
) -> impl IntoView {
    let heads = columns.iter().enumerate().map(|(at, column)| {
        let press = move |_| sorting.update(|it| *it = it.pressed(at, column.text));
        view! {
            <th scope="col" class:number=!column.text aria-sort=move || sorting.get().aria(at)>
                <button type="button" class="sorter" on:click=press>
                    {column.name}
                </button>
            </th>
        }
    });
    view! { <thead><tr>{heads.collect_view()}</tr></thead> }.into_any()
}

/// The heads of a table that has one order.
pub fn plain(columns: &[Column]) -> AnyView {
    let heads = columns
        .iter()
        .map(|column| view! { <th scope="col" class:number=!column.text>{column.name}</th> });
    view! { <thead><tr>{heads.collect_view()}</tr></thead> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_press_turns_the_order_round() {
        let first = Sorting { column: 1, down: true };
        let again = first.pressed(1, false);
        assert_eq!(again, Sorting { column: 1, down: false });
        assert_eq!(again.pressed(0, true), Sorting { column: 0, down: false });
        assert_eq!(again.pressed(2, false), Sorting { column: 2, down: true });
        assert_eq!((first.aria(1), first.aria(0)), (Some("descending"), None));
    }

    #[test]
    fn what_has_no_number_comes_last_from_both_ends() {
        let numbers = [Some(2.0), None, Some(9.0)];
        let order =
            |down| Sorting { column: 0, down }.order(3, &|at| numbers[at], &|at| at.to_string());
        assert_eq!(order(true), [2, 0, 1]);
        assert_eq!(order(false), [0, 2, 1]);
    }

    #[test]
    fn texts_are_sorted_where_there_are_no_numbers() {
        let texts = ["b", "c", "a"];
        let order =
            |down| Sorting { column: 0, down }.order(3, &|_| None, &|at| texts[at].to_owned());
        assert_eq!(order(false), [2, 0, 1]);
        assert_eq!(order(true), [1, 0, 2]);
    }
}
