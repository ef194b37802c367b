//! Lays out what is made of brackets: JSON and GraphQL.

use super::{Language, Page, Piece, Tone};

/// Lays a text of brackets out.
pub(super) fn list(page: &mut Page<'_>, language: Language) {
    let json = language == Language::Json;
    // The lines of brackets that are open.
    let mut open: Vec<usize> = Vec::new();
    // Round brackets of GraphQL, within which all stays on its line.
    let mut round = 0_usize;
    let mut last = Piece::default();
    while let Some(mut piece) = page.next() {
        let breaks = piece.text == "{" || (json && piece.text == "[");
        let closes = piece.text == "}" || (json && piece.text == "]");
        if !json {
            match piece.text {
                "(" | "[" => round += 1,
                ")" | "]" => round = round.saturating_sub(1),
                _ if round == 0 && field(last, piece) => page.line(open.len()),
                _ => {}
            }
        }
        if breaks && round == 0 {
            let empty = matches!((piece.text, page.peek().text), ("{", "}") | ("[", "]"));
            piece.spaced = json || !last.text.is_empty();
            page.put(piece);
            if empty && let Some(end) = page.next() {
                page.put(Piece { spaced: false, ..end });
                last = end;
                continue;
            }
            open.push(page.at());
            page.line(open.len());
        } else if closes && round == 0 {
            let opened = open.pop();
            page.line(open.len());
            page.put(Piece { spaced: false, ..piece });
            if let Some(opened) = opened {
                page.close(opened);
            }
        } else if json {
            value(page, piece, last, open.len());
        } else {
            page.put(piece);
        }
        last = piece;
        if json && piece.text == "," {
            page.line(open.len());
        }
    }
}

/// A piece of JSON within its brackets.
fn value<'a>(page: &mut Page<'a>, mut piece: Piece<'a>, last: Piece<'a>, depth: usize) {
    if piece.tone == Tone::Text && page.peek().text == ":" {
        piece.tone = Tone::Name;
    }
    // Texts one below the other: log lines in JSON.
    if depth == 0 && matches!(last.text, "}" | "]") && piece.tone != Tone::Sign {
        page.line(0);
    }
    piece.spaced = last.text == ":" || !matches!(piece.text, "," | ":");
    page.put(piece);
}

/// Whether a piece of GraphQL begins a line: the next field, the next operation.
fn field(last: Piece<'_>, piece: Piece<'_>) -> bool {
    if matches!(last.tone, Tone::Comment) || piece.text.starts_with("#") {
        return true;
    }
    let begins = piece.text == "..." || matches!(piece.tone, Tone::Plain | Tone::Word);
    let ended = matches!(last.tone, Tone::Plain | Tone::Text | Tone::Name)
        || matches!(last.text, ")" | "}" | "," | "]");
    begins && ended && piece.text != "on" && !last.text.starts_with('@') || piece.text == "..."
}
