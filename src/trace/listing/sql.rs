//! Lays out SQL: a line for each clause and condition. Spaces stay where somebody put them.

use super::{Page, Piece, Tone};

/// Words of SQL, in order.
const WORDS: [&str; 99] = [
    "ADD",
    "ALL",
    "ALTER",
    "ANALYZE",
    "AND",
    "ANY",
    "AS",
    "ASC",
    "BEGIN",
    "BETWEEN",
    "BY",
    "CASCADE",
    "CASE",
    "CAST",
    "COLLATE",
    "COLUMN",
    "COMMIT",
    "CONFLICT",
    "CONSTRAINT",
    "CREATE",
    "CROSS",
    "CURRENT",
    "DEFAULT",
    "DELETE",
    "DESC",
    "DISTINCT",
    "DO",
    "DROP",
    "ELSE",
    "END",
    "ESCAPE",
    "EXCEPT",
    "EXISTS",
    "EXPLAIN",
    "FALSE",
    "FETCH",
    "FILTER",
    "FIRST",
    "FOR",
    "FOREIGN",
    "FROM",
    "FULL",
    "GROUP",
    "HAVING",
    "IF",
    "ILIKE",
    "IN",
    "INDEX",
    "INNER",
    "INSERT",
    "INTERSECT",
    "INTERVAL",
    "INTO",
    "IS",
    "JOIN",
    "KEY",
    "LAST",
    "LATERAL",
    "LEFT",
    "LIKE",
    "LIMIT",
    "LOCK",
    "MERGE",
    "NATURAL",
    "NOT",
    "NOTHING",
    "NULL",
    "NULLS",
    "OFFSET",
    "ON",
    "OR",
    "ORDER",
    "OUTER",
    "OVER",
    "PARTITION",
    "PRAGMA",
    "PRIMARY",
    "RECURSIVE",
    "REFERENCES",
    "REPLACE",
    "RETURNING",
    "RIGHT",
    "ROLLBACK",
    "SELECT",
    "SET",
    "TABLE",
    "THEN",
    "TOP",
    "TRUE",
    "UNION",
    "UNIQUE",
    "UPDATE",
    "USING",
    "VALUES",
    "VIEW",
    "WHEN",
    "WHERE",
    "WINDOW",
    "WITH",
];

/// Words that a statement begins with.
const FIRST: [&str; 19] = [
    "ALTER", "ANALYZE", "BEGIN", "CALL", "COMMIT", "CREATE", "DELETE", "DROP", "EXEC", "EXPLAIN",
    "INSERT", "MERGE", "PRAGMA", "REPLACE", "ROLLBACK", "SELECT", "TRUNCATE", "UPDATE", "WITH",
];

/// Words that a clause begins with.
const CLAUSES: [&str; 20] = [
    "CROSS",
    "EXCEPT",
    "FETCH",
    "FROM",
    "FULL",
    "GROUP",
    "HAVING",
    "INNER",
    "INTERSECT",
    "JOIN",
    "LEFT",
    "LIMIT",
    "NATURAL",
    "OFFSET",
    "ORDER",
    "RETURNING",
    "RIGHT",
    "UNION",
    "VALUES",
    "WHERE",
];

/// Whether a text begins as SQL does.
pub(super) fn begins(text: &str) -> bool {
    let text = text.trim_start_matches(['(', ' ']);
    let end = text.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(text.len());
    text.starts_with("--") || text.starts_with("/*") || is(&text[..end], &FIRST)
}

/// Whether a word is SQL's own.
pub(super) fn keyword(word: &str) -> bool {
    is(word, &WORDS)
}

/// Whether a word, in any case, is one of a list in order.
fn is(word: &str, list: &[&str]) -> bool {
    let order =
        |known: &&str| known.bytes().cmp(word.bytes().map(|byte| byte.to_ascii_uppercase()));
    word.len() <= 10 && list.binary_search_by(order).is_ok()
}

/// A round bracket that is open.
struct Bracket {
    /// The line that it stands on.
    line: usize,
    /// Whether it holds a statement, which has lines of its own.
    statement: bool,
    /// The depth around it.
    depth: usize,
}

/// Lays a statement out.
pub(super) fn list(page: &mut Page<'_>) {
    let mut open: Vec<Bracket> = Vec::new();
    let mut depth = 0;
    let mut last = Piece::default();
    let mut between = false;
    while let Some(piece) = page.next() {
        let block = open.last().is_none_or(|bracket| bracket.statement);
        let same = |word: &str| piece.text.eq_ignore_ascii_case(word);
        if last.tone == Tone::Comment && last.text.starts_with("--") {
            page.line(depth);
        }
        if piece.text == ")"
            && let Some(bracket) = open.pop()
        {
            depth = bracket.depth;
            if bracket.statement {
                page.line(depth);
            }
            page.put(piece);
            page.close(bracket.line);
            last = piece;
            continue;
        }
        if block && piece.tone == Tone::Word {
            between = between || same("BETWEEN");
            let ands = same("AND") || same("OR") || same("ON") && !next_is(page, "CONFLICT");
            if ands && !(between && same("AND")) {
                page.line(depth + 1);
            } else if begins_clause(piece, last, page) {
                page.line(depth);
            }
            between = between && !same("AND");
        }
        page.put(piece);
        match piece.text {
            "(" => {
                let inner = page.peek();
                let statement = is(inner.text, &["SELECT", "WITH"]);
                open.push(Bracket { line: page.at(), statement, depth });
                if statement {
                    depth += 1;
                    page.line(depth);
                }
            }
            ";" if open.is_empty() => page.line(0),
            _ => {}
        }
        last = piece;
    }
}

fn next_is(page: &Page<'_>, word: &str) -> bool {
    page.peek().text.eq_ignore_ascii_case(word)
}

/// Whether a word begins a clause where it stands: `DELETE FROM` and `LEFT JOIN` are one.
fn begins_clause(piece: Piece<'_>, last: Piece<'_>, page: &Page<'_>) -> bool {
    let same = |word: &str| piece.text.eq_ignore_ascii_case(word);
    let after = |words: &[&str]| words.iter().any(|word| last.text.eq_ignore_ascii_case(word));
    if same("FROM") {
        return !after(&["DELETE", "DISTINCT"]);
    }
    if same("JOIN") {
        return !after(&["LEFT", "RIGHT", "FULL", "INNER", "OUTER", "CROSS", "NATURAL"]);
    }
    if same("LEFT") || same("RIGHT") {
        // Functions are called so too.
        return page.peek().text != "(" && !after(&["NATURAL"]);
    }
    if same("INNER") {
        return !after(&["NATURAL"]);
    }
    if same("SET") {
        return !after(&["UPDATE"]) && !last.text.is_empty();
    }
    if same("SELECT") {
        return !last.text.is_empty() && !after(&["EXPLAIN", "ANALYZE"]);
    }
    if same("ORDER") || same("GROUP") {
        return next_is(page, "BY");
    }
    is(piece.text, &CLAUSES)
}
