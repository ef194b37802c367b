//! The pages that the navigation lists, and what is worth a look in the trace of each: a table.

/// A page of the tour.
#[derive(Debug)]
pub(crate) struct Stop {
    /// First segment of its path, by which a page finds its own stop; empty for the list.
    pub(crate) segment: &'static str,
    /// Where the navigation leads.
    pub(crate) href: &'static str,
    pub(crate) label: &'static str,
    /// What to look for.
    pub(crate) look: &'static str,
}

pub(crate) static TOUR: [Stop; 9] = [
    Stop {
        segment: "",
        href: "/",
        label: "Lamps",
        look: "One document, then a style sheet, two scripts and 24 pictures, each with its server \
               span. Under the document: one query, and one call to pricing with its own query.",
    },
    Stop {
        segment: "product",
        href: "/product/7",
        label: "A lamp",
        look: "Two queries in the shop's database, then the price from pricing over HTTP: the \
               client span in shop and the server span in pricing are parent and child.",
    },
    Stop {
        segment: "checkout",
        href: "/checkout",
        label: "Checkout",
        look: "Two fetches, an XMLHttpRequest and a call to another origin, all after load. The \
               order goes from the browser through shop and payment down to the INSERT.",
    },
    Stop {
        segment: "slow",
        href: "/slow",
        label: "Slow",
        look: "The document takes a second and a half, and one span is to blame. Its events say \
               what it was waiting for.",
    },
    Stop {
        segment: "n-plus-one",
        href: "/n-plus-one",
        label: "N+1",
        look: "One query for the list, then one for each of its 24 rows: a staircase of equal bars \
               that a single GROUP BY would replace.",
    },
    Stop {
        segment: "failing",
        href: "/failing",
        label: "Failing",
        look: "The page loads well, then its script's call is answered with 500. The query failed \
               first; the exception is on the server span above it.",
    },
    Stop {
        segment: "script-error",
        href: "/script-error",
        label: "Script error",
        look: "All requests succeed. The failures are in the browser: an uncaught error and an \
               unhandled rejection.",
    },
    Stop {
        segment: "spa",
        href: "/spa",
        label: "Views",
        look: "The three views change the address without loading a document. Each change is a \
               navigation of its own, with one fetch.",
    },
    Stop {
        segment: "big",
        href: "/big?spans=1000",
        label: "Big",
        look: "As many server spans as you ask for, up to 200,000, five levels deep. Scroll, \
               search and collapse.",
    },
];

/// The stop that a page's path belongs to.
pub(crate) fn stop(path: &str) -> Option<&'static Stop> {
    let segment = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    TOUR.iter().find(|stop| stop.segment == segment)
}
