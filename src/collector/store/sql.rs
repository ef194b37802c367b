//! Every statement that the store runs, and the tables they are about. `store.rs` says why the
//! tables are as they are.

/// Marks a file as ours: `TrLt`.
pub(super) const APPLICATION: i64 = 0x5472_4c74;

/// The layout's version. A file of a later one is refused, never guessed at.
pub(super) const VERSION: i64 = 3;

/// Once for a new file, before anything is in it.
pub(super) const NEW_FILE: &str = "
PRAGMA page_size = 8192;
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA journal_mode = WAL;
";

/// The writer's connection. FULL waits for the disk at every commit: what was acknowledged
/// survives a power cut, not only a crash, and group commit pays for it.
pub(super) const WRITER: &str = "
PRAGMA synchronous = FULL;
PRAGMA cache_size = -8192;
PRAGMA temp_store = MEMORY;
PRAGMA wal_autocheckpoint = 1024;
PRAGMA journal_size_limit = 16777216;
";

/// A reader's connection.
pub(super) const READER: &str = "
PRAGMA query_only = ON;
PRAGMA cache_size = -2048;
";

pub(super) const SCHEMA: &str = "
CREATE TABLE meta (seed INTEGER NOT NULL);
INSERT INTO meta VALUES (random());
CREATE TABLE service (no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE operation (
    service INTEGER NOT NULL, kind INTEGER NOT NULL, name TEXT NOT NULL,
    PRIMARY KEY (service, kind, name)
) WITHOUT ROWID;
CREATE TABLE source (
    no INTEGER PRIMARY KEY, service INTEGER NOT NULL, last INTEGER NOT NULL,
    resource BLOB NOT NULL, resource_schema TEXT NOT NULL,
    scope BLOB NOT NULL, scope_schema TEXT NOT NULL,
    UNIQUE (resource, resource_schema, scope, scope_schema)
);
CREATE TABLE trace (
    no INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, born INTEGER NOT NULL,
    start INTEGER NOT NULL, end INTEGER NOT NULL,
    spans INTEGER NOT NULL, errors INTEGER NOT NULL,
    root_service INTEGER NOT NULL, root_name TEXT NOT NULL,
    root_start INTEGER NOT NULL, root_parent INTEGER NOT NULL,
    members BLOB NOT NULL
);
CREATE INDEX trace_start ON trace (start);
CREATE TABLE member (
    service INTEGER NOT NULL, trace INTEGER NOT NULL, PRIMARY KEY (service, trace)
) WITHOUT ROWID;
CREATE TABLE session (
    id TEXT NOT NULL, trace INTEGER NOT NULL, PRIMARY KEY (id, trace)
) WITHOUT ROWID;
CREATE INDEX session_trace ON session (trace);
CREATE TABLE span (key INTEGER PRIMARY KEY, source INTEGER NOT NULL, bytes BLOB NOT NULL);
";

/// What layout 2 has besides: what lists are made of, and what of it has to be made anew.
pub(super) const DIGESTS: &str = "
ALTER TABLE meta ADD COLUMN rules INTEGER NOT NULL DEFAULT 0;
CREATE TABLE digest (trace INTEGER PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE stale (
    trace INTEGER PRIMARY KEY, since INTEGER NOT NULL, at INTEGER NOT NULL
);
";

/// What layout 3 has besides: who is handed spans, and which spans each still wants. Slots are bits
/// of `wanted`; spans are named by their keys and stay where they lie.
pub(super) const FORWARDING: &str = "
CREATE TABLE destination (slot INTEGER PRIMARY KEY, account TEXT NOT NULL);
CREATE TABLE waiting (
    no INTEGER PRIMARY KEY, born INTEGER NOT NULL, spans INTEGER NOT NULL,
    bytes INTEGER NOT NULL, wanted INTEGER NOT NULL, keys BLOB NOT NULL
);
";
pub(super) const DESTINATIONS: &str = "SELECT slot, account FROM destination";
pub(super) const PUT_DESTINATION: &str = "INSERT OR REPLACE INTO destination VALUES (?1, ?2)";
pub(super) const DROP_DESTINATION: &str = "DELETE FROM destination WHERE slot = ?1";
/// What waits for nobody but those who are gone waits for nobody.
pub(super) const WANT_ONLY: &str =
    "UPDATE waiting SET wanted = wanted & ?1 WHERE wanted & ~?1 <> 0";
pub(super) const DROP_UNWANTED: &str = "DELETE FROM waiting WHERE wanted = 0";
pub(super) const LAST_PARCEL: &str = "SELECT coalesce(max(no), 0) FROM waiting";
pub(super) const WAITING_FOR: &str = "SELECT coalesce(sum(spans), 0), coalesce(sum(bytes), 0), \
    coalesce(min(no), 0) FROM waiting WHERE wanted & ?1 <> 0";
pub(super) const ADD_PARCEL: &str = "INSERT INTO waiting VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
pub(super) const PARCELS: &str = "SELECT no, born, spans, bytes FROM waiting \
    WHERE no > ?1 AND wanted & ?2 <> 0 ORDER BY no";
pub(super) const KEYS_OF: &str = "SELECT keys, spans FROM waiting WHERE no = ?1";
/// The last one who wanted a parcel takes it away, and the others their bit.
pub(super) const TAKE_PARCELS: &str =
    "DELETE FROM waiting WHERE no > ?1 AND no <= ?2 AND wanted = ?3";
pub(super) const STRIKE_PARCELS: &str = "UPDATE waiting SET wanted = wanted & ~?3 \
    WHERE no > ?1 AND no <= ?2 AND wanted & ?3 <> 0";

/// Other rules made the digests: all traces wait for theirs.
pub(super) const DIGEST_ANEW: &str = "
DELETE FROM digest;
INSERT OR REPLACE INTO stale SELECT no, 0, 0 FROM trace;
";

/// The connection that writes digests. They can be made again, so nobody waits for the disk.
pub(super) const DIGESTER: &str = "
PRAGMA synchronous = NORMAL;
PRAGMA cache_size = -2048;
PRAGMA wal_autocheckpoint = 0;
";

pub(super) const RULES: &str = "SELECT rules FROM meta";
pub(super) const SET_RULES: &str = "UPDATE meta SET rules = ?1";
pub(super) const MARK_STALE: &str =
    "INSERT INTO stale VALUES (?1, ?2, ?2) ON CONFLICT (trace) DO UPDATE SET at = ?2";
/// Stale traces that have been quiet for longer than a second by `?1`, or stale for longer than ten,
/// the newest first. One that was touched in the future was touched before the clock went back.
pub(super) const DUE: &str = "SELECT stale.trace, spans FROM stale CROSS JOIN trace \
    ON no = stale.trace WHERE at NOT BETWEEN ?1 - 1 AND ?1 OR since NOT BETWEEN ?1 - 10 AND ?1 \
    ORDER BY stale.trace DESC LIMIT ?2";
pub(super) const COUNT_STALE: &str = "SELECT count(*) FROM stale";
pub(super) const COUNT_DIGESTS: &str = "SELECT count(*) FROM digest";
pub(super) const DIGESTS_BEFORE: &str =
    "SELECT trace, text FROM digest WHERE trace < ?1 ORDER BY trace DESC LIMIT ?2";
/// None for a trace that went meanwhile.
pub(super) const PUT_DIGEST: &str =
    "INSERT OR REPLACE INTO digest SELECT no, ?2 FROM trace WHERE no = ?1";
pub(super) const DROP_DIGEST: &str = "DELETE FROM digest WHERE trace = ?1";
/// A trace that grew while it was digested stays stale, from now on.
pub(super) const SET_FRESH: &str = "DELETE FROM stale WHERE trace = ?1 AND \
    NOT EXISTS (SELECT 1 FROM trace WHERE no = ?1 AND spans <> ?2)";
pub(super) const STALE_AGAIN: &str = "UPDATE stale SET since = ?2 WHERE trace = ?1";
pub(super) const SESSION_TRACES: &str = "SELECT trace.id FROM session CROSS JOIN trace \
    ON trace.no = session.trace WHERE session.id = ?1 ORDER BY trace.no";

pub(super) const SEED: &str = "SELECT seed FROM meta";
pub(super) const TOTALS: &str = "SELECT count(*), coalesce(sum(spans), 0) FROM trace";
pub(super) const LAST_TRACE: &str = "SELECT coalesce(max(no), 0) FROM trace";
pub(super) const USED_PAGES: &str = "SELECT page_count - freelist_count, freelist_count \
    FROM pragma_page_count(), pragma_freelist_count()";
pub(super) const PAGE_SIZE: &str = "PRAGMA page_size";
pub(super) const CHECKPOINT: &str = "PRAGMA wal_checkpoint(TRUNCATE)";
pub(super) const GIVE_BACK: &str = "PRAGMA incremental_vacuum(512)";

pub(super) const FIND_SERVICE: &str = "SELECT no FROM service WHERE name = ?1";
pub(super) const ADD_SERVICE: &str = "INSERT INTO service (name) VALUES (?1)";
pub(super) const ADD_OPERATION: &str = "INSERT OR IGNORE INTO operation VALUES (?1, ?2, ?3)";
pub(super) const OPERATIONS_OF: &str =
    "SELECT name FROM operation WHERE service = ?1 AND kind = ?2";

pub(super) const FIND_SOURCE: &str = "SELECT no, service, last FROM source \
    WHERE resource = ?1 AND resource_schema = ?2 AND scope = ?3 AND scope_schema = ?4";
pub(super) const ADD_SOURCE: &str = "INSERT INTO source \
    (resource, resource_schema, scope, scope_schema, service, last) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
pub(super) const TOUCH_SOURCE: &str = "UPDATE source SET last = ?2 WHERE no = ?1";
pub(super) const READ_SOURCE: &str = "SELECT service, resource, resource_schema, scope, \
    scope_schema FROM source WHERE no = ?1";

pub(super) const ADD_SPAN: &str = "INSERT OR IGNORE INTO span VALUES (?1, ?2, ?3)";
pub(super) const READ_SPAN: &str = "SELECT bytes FROM span WHERE key = ?1";
pub(super) const SPAN_AT: &str = "SELECT source, bytes FROM span WHERE key = ?1";
pub(super) const SPANS_BETWEEN: &str =
    "SELECT source, bytes, key FROM span WHERE key BETWEEN ?1 AND ?2";
pub(super) const SPANS_OF: &str = "SELECT source, bytes FROM span WHERE key BETWEEN ?1 AND ?2";

/// The columns of a trace, in the order in which `Summary` reads them.
macro_rules! summary {
    ($rest:literal) => {
        concat!(
            "SELECT no, id, born, start, end, spans, errors, root_service, root_name, root_start, \
             root_parent, members FROM ",
            $rest
        )
    };
}

pub(super) const FIND_TRACE: &str = summary!("trace WHERE id = ?1");
pub(super) const ADD_TRACE: &str =
    "INSERT INTO trace VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
/// `start` is indexed, so it is written only when it changed.
pub(super) const MOVE_TRACE: &str = "UPDATE trace SET start = ?2 WHERE no = ?1";
pub(super) const GROW_TRACE: &str = "UPDATE trace SET end = ?2, spans = ?3, errors = ?4, \
    root_service = ?5, root_name = ?6, root_start = ?7, root_parent = ?8, members = ?9 \
    WHERE no = ?1";
pub(super) const ADD_MEMBER: &str = "INSERT OR IGNORE INTO member VALUES (?1, ?2)";
pub(super) const ADD_SESSION: &str = "INSERT OR IGNORE INTO session VALUES (?1, ?2)";

/// Candidates of a search, newest first, that ended after `?1` and began before `?2`. `?3` is what
/// they are looked up by; all traces are looked up by when they began.
pub(super) const TRACES: &str =
    summary!("trace WHERE start BETWEEN ?3 AND ?2 AND end >= ?1 ORDER BY start DESC");
pub(super) const TRACES_OF_SERVICE: &str = summary!(
    "member CROSS JOIN trace ON trace.no = member.trace \
     WHERE service = ?3 AND start <= ?2 AND end >= ?1 ORDER BY member.trace DESC"
);
pub(super) const TRACES_OF_SESSION: &str = summary!(
    "(SELECT trace AS listed FROM session WHERE session.id = ?3) CROSS JOIN trace \
     ON trace.no = listed WHERE start <= ?2 AND end >= ?1 ORDER BY listed DESC"
);

pub(super) const SERVICES: &str = "SELECT name FROM service ORDER BY name";
pub(super) const SERVICE_NAME: &str = "SELECT name FROM service WHERE no = ?1";
pub(super) const OPERATIONS: &str = "SELECT operation.name, kind FROM operation \
    JOIN service ON service.no = operation.service WHERE service.name = ?1 \
    ORDER BY operation.name, kind";

pub(super) const OLDEST: &str = "SELECT no, spans, born FROM trace ORDER BY no LIMIT ?1";
pub(super) const FLOOR: &str = "SELECT coalesce(min(no), 0x7fffffff) FROM trace";
pub(super) const DROP_TRACES: &str = "DELETE FROM trace WHERE no <= ?1";
pub(super) const DROP_DIGESTS: &str = "DELETE FROM digest WHERE trace <= ?1";
pub(super) const DROP_STALE: &str = "DELETE FROM stale WHERE trace <= ?1";
pub(super) const DROP_SESSIONS: &str = "DELETE FROM session WHERE trace <= ?1";
pub(super) const DROP_MEMBERS: &str =
    "DELETE FROM member WHERE trace <= ?1 AND service IN (SELECT no FROM service)";
pub(super) const DROP_SPANS: &str = "DELETE FROM span WHERE key IN \
    (SELECT key FROM span WHERE key < ?1 ORDER BY key LIMIT ?2)";
pub(super) const DROP_SOURCES: &str = "DELETE FROM source WHERE last < ?1";
pub(super) const DROP_SERVICES: &str = "DELETE FROM service WHERE \
    no NOT IN (SELECT service FROM source) AND \
    NOT EXISTS (SELECT 1 FROM member WHERE member.service = service.no)";
pub(super) const DROP_OPERATIONS: &str =
    "DELETE FROM operation WHERE service NOT IN (SELECT no FROM service)";
