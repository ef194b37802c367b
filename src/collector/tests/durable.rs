//! What was acknowledged is in the file; what does not fit the queue is said; what is old goes.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod shop;

use std::path::Path;
use std::time::Duration;

use collector::{Database, Settings};
use otlp::proto;
use rusqlite::Connection;
use shop::{Answer, PROTO, Shop, span};

fn settings(path: &Path) -> Settings {
    Settings { database: Database::File(path.to_owned()), ..Settings::ephemeral() }
}

fn rows(path: &Path) -> i64 {
    let file = Connection::open(path).unwrap();
    file.query_row("SELECT count(*) FROM span", [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn what_was_acknowledged_is_in_the_file_already() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/er/traces.db");
    let shop = Shop::with(settings(&path)).await;
    for number in 1..=20 {
        shop.send(&[span(number, 1), span(number, 2)]).await;
        // Another connection, as another program would see it after a crash of ours.
        assert_eq!(rows(&path), i64::from(number) * 2);
    }
}

#[tokio::test]
async fn a_stopped_collector_leaves_one_file_and_the_next_one_goes_on_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("traces.db");
    let shop = Shop::with(settings(&path)).await;
    shop.send(&[span(1, 1), span(2, 1)]).await;
    shop.running.stop().await;
    let log = folder.path().join("traces.db-wal");
    assert_eq!(std::fs::metadata(log).map_or(0, |log| log.len()), 0);

    let shop = Shop::with(settings(&path)).await;
    // Known spans stay known, known traces grow, new ones get numbers of their own.
    shop.send(&[span(1, 1), span(1, 2), span(3, 1)]).await;
    assert_eq!(shop.spans(1).await.len(), 2);
    assert_eq!(shop.spans(2).await.len(), 1);
    let health = shop.json("/healthz").await;
    assert_eq!((&health["spans"], &health["traces"]), (&4.into(), &3.into()));
    let listed = shop.json("/api/v3/trace-summaries?query.serviceName=shop").await;
    assert_eq!(listed["summaries"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn senders_at_once_all_get_their_spans_in() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("traces.db");
    let shop = Shop::with(settings(&path)).await;
    let mut posts = tokio::task::JoinSet::new();
    for number in 1..=60 {
        let request = shop.export(PROTO, proto::encode(&[span(number % 7 + 1, number)]));
        posts.spawn(Answer::of(request));
    }
    while let Some(answer) = posts.join_next().await {
        assert_eq!(answer.unwrap().status, 200);
    }
    assert_eq!(rows(&path), 60);
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_and_writers_of_a_database_in_memory_do_not_refuse_each_other() {
    let shop = Shop::open().await;
    let mut asked = tokio::task::JoinSet::new();
    for number in 1..=120 {
        asked.spawn(Answer::of(shop.export(PROTO, proto::encode(&[span(1, number)]))));
        asked.spawn(Answer::of(shop.request("/api/v3/trace-summaries")));
    }
    while let Some(answer) = asked.join_next().await {
        let answer = answer.unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    assert_eq!(shop.spans(1).await.len(), 120);
}

#[tokio::test]
async fn a_full_queue_is_503_with_retry_after_and_what_was_let_in_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("traces.db");
    let shop = Shop::with(Settings { queue: 1, ..settings(&path) }).await;
    // While another program holds the database, nothing leaves the queue.
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut posts = tokio::task::JoinSet::new();
    for number in 1..=8 {
        posts.spawn(Answer::of(shop.export(PROTO, proto::encode(&[span(1, number)]))));
    }
    let refused = posts.join_next().await.unwrap().unwrap();
    assert_eq!((refused.status, refused.retry_after.as_deref()), (503, Some("1")));
    assert!(refused.text().contains("queue is full"), "{}", refused.text());
    assert!(shop.json("/healthz").await["queue"]["waiting"].as_u64().unwrap() >= 1);
    other.execute_batch("COMMIT").unwrap();
    let mut taken = 0;
    while let Some(answer) = posts.join_next().await {
        taken += i64::from(answer.unwrap().status == 200);
    }
    assert!(taken >= 1);
    assert_eq!(rows(&path), taken);
    assert_eq!(shop.json("/healthz").await["queue"]["waiting"], 0);
}

#[tokio::test]
async fn two_collectors_do_not_share_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("traces.db");
    let first = Shop::with(settings(&path)).await;
    let error = collector::start(settings(&path)).await.unwrap_err().to_string();
    assert!(error.starts_with("another collector has this database open"), "{error}");
    first.running.stop().await;
    Shop::with(settings(&path)).await;
}

#[tokio::test]
async fn a_file_of_another_program_or_a_later_version_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |path: &Path| {
        let settings = settings(path);
        async { collector::start(settings).await.unwrap_err().to_string() }
    };
    let foreign = folder.path().join("foreign.db");
    Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE theirs (x)").unwrap();
    assert!(refused(&foreign).await.starts_with("database belongs to another program"));

    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "not a database at all, but long enough to look at").unwrap();
    assert!(refused(&text).await.contains("not a database"), "{}", refused(&text).await);

    let later = folder.path().join("later.db");
    Shop::with(settings(&later)).await.running.stop().await;
    Connection::open(&later).unwrap().execute_batch("PRAGMA user_version = 99").unwrap();
    assert!(refused(&later).await.starts_with("database has layout 99, this collector knows"));
}

/// Asks until the answer is as wanted; the clock only bounds a failure.
async fn until(shop: &Shop, wanted: impl Fn(&serde_json::Value) -> bool) -> serde_json::Value {
    let asked = async {
        loop {
            let health = shop.json("/healthz").await;
            if wanted(&health) {
                return health;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), asked).await.unwrap()
}

#[tokio::test]
async fn the_oldest_traces_go_when_the_database_grows_too_large() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("traces.db");
    let limit = 2 << 20;
    let shop = Shop::with(Settings { max_bytes: Some(limit), ..settings(&path) }).await;
    for number in 1..=200 {
        let mut fat = span(number, 1);
        fat.name = "x".repeat(50_000);
        fat.attributes = shop::attributes(&[("session.id", &format!("session {number}"))]);
        shop.send(&[fat]).await;
    }
    let health = until(&shop, |health| health["traces"].as_u64() < Some(50)).await;
    assert_eq!(health["spans"], health["traces"]);
    assert!(shop.spans(1).await.is_empty());
    assert_eq!(shop.spans(200).await.len(), 1);
    let session = |number| {
        format!(
            "/api/v3/trace-summaries?query.attributes=%7B%22session.id%22%3A%22session%20{number}%22%7D"
        )
    };
    let found = |listed: serde_json::Value| listed["summaries"].as_array().unwrap().len();
    assert_eq!(found(shop.json(&session(1)).await), 0);
    assert_eq!(found(shop.json(&session(200)).await), 1);
    // A trace that comes back is a new one.
    shop.send(&[span(1, 1)]).await;
    assert_eq!(shop.spans(1).await.len(), 1);
    shop.running.stop().await;
    let size = std::fs::metadata(&path).unwrap().len();
    assert!(size < limit * 2, "{size}");
}

#[tokio::test]
async fn traces_go_when_they_are_too_old() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("traces.db");
    let shop = Shop::with(settings(&path)).await;
    shop.send(&[span(1, 1), span(1, 2)]).await;
    shop.running.stop().await;
    // Yesterday, as far as the database knows.
    let file = Connection::open(&path).unwrap();
    file.execute_batch("UPDATE trace SET born = born - 86400").unwrap();
    drop(file);
    let hour = Some(Duration::from_secs(3600));
    let shop = Shop::with(Settings { max_age: hour, ..settings(&path) }).await;
    shop.send(&[span(2, 1)]).await;
    until(&shop, |health| health["traces"] == 1).await;
    assert!(shop.spans(1).await.is_empty());
    assert_eq!(shop.spans(2).await.len(), 1);
    shop.running.stop().await;
    assert_eq!(rows(&path), 1);
}
