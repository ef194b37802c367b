//! Opens databases: makes what is missing, refuses what is not ours, locks what is in use.

use std::fs::{self, File, TryLockError};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use trace::digest;

use super::{Doing, Error, sql};
use crate::Database;

/// How long one connection waits for another.
const PATIENCE: Duration = Duration::from_secs(5);

/// An open database: gives connections, and keeps other collectors out as long as it lives.
#[derive(Debug)]
pub(crate) struct Files {
    /// A path, or the URI of a database in memory.
    name: String,
    memory: bool,
    /// Held for its lock.
    _lock: Option<File>,
}

impl Files {
    pub(crate) fn open(place: &Database) -> Result<Self, Error> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        match place {
            Database::Memory => {
                // `memdb` shares a database among the connections of a process by its name.
                let number = COUNT.fetch_add(1, Ordering::Relaxed);
                let name = format!("file:/tracelight-{number}?vfs=memdb");
                Ok(Self { name, memory: true, _lock: None })
            }
            Database::File(path) => {
                let name = path.to_string_lossy().into_owned();
                let lock = Some(lock(path)?);
                Ok(Self { name, memory: false, _lock: lock })
            }
        }
    }

    /// The one connection that writes. Makes the tables of a new database.
    pub(super) fn writer(&self) -> Result<Connection, Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let mut connection = self.connect(flags)?;
        let version = self.check(&connection)?;
        if version == 0 {
            connection.execute_batch(sql::NEW_FILE).doing("make a new database")?;
            make(&mut connection).doing("make a new database")?;
        }
        upgrade(&mut connection, version).doing("bring the database up to date")?;
        connection.execute_batch(sql::WRITER).doing("set up a connection")?;
        Ok(connection)
    }

    /// The connection that writes digests, beside the writer, who knows nothing of them.
    pub(super) fn digester(&self) -> Result<Connection, Error> {
        let connection = self.connect(OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.execute_batch(sql::DIGESTER).doing("set up a connection")?;
        Ok(connection)
    }

    /// A connection that reads.
    pub(super) fn reader(&self) -> Result<Connection, Error> {
        let connection = self.connect(OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.execute_batch(sql::READER).doing("set up a connection")?;
        Ok(connection)
    }

    fn connect(&self, flags: OpenFlags) -> Result<Connection, Error> {
        let uri = if self.memory { OpenFlags::SQLITE_OPEN_URI } else { OpenFlags::empty() };
        let flags = flags | uri | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.name, flags).doing("open")?;
        connection.busy_timeout(PATIENCE).doing("open")?;
        Ok(connection)
    }

    /// The layout's version, 0 for an empty database.
    fn check(&self, connection: &Connection) -> Result<i64, Error> {
        let pragma = |name| connection.query_row(name, [], |row| row.get::<_, i64>(0));
        let application = pragma("PRAGMA application_id").doing("read the database")?;
        let version = pragma("PRAGMA user_version").doing("read the database")?;
        let tables = pragma("SELECT count(*) FROM sqlite_schema").doing("read the database")?;
        let path = self.name.clone();
        match (application, version) {
            (0, 0) if tables == 0 => Ok(0),
            (sql::APPLICATION, found @ 1..=sql::VERSION) => Ok(found),
            (sql::APPLICATION, found) => Err(Error::Later { found, path }),
            _ => Err(Error::Foreign { path }),
        }
    }

    /// How much the database takes on disk, its log included; 0 in memory.
    pub(crate) fn bytes(&self) -> u64 {
        let size = |path: &str| fs::metadata(path).map_or(0, |found| found.len());
        size(&self.name) + size(&format!("{}-wal", self.name))
    }
}

fn make(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    transaction.execute_batch(sql::SCHEMA)?;
    transaction.execute_batch(sql::DIGESTS)?;
    transaction.execute_batch(sql::FORWARDING)?;
    transaction.pragma_update(None, "application_id", sql::APPLICATION)?;
    transaction.pragma_update(None, "user_version", sql::VERSION)?;
    transaction.commit()
}

/// Gives an older layout what it lacks, and marks what other rules made.
fn upgrade(connection: &mut Connection, version: i64) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    if version == 1 {
        transaction.execute_batch(sql::DIGESTS)?;
    }
    if matches!(version, 1 | 2) {
        transaction.execute_batch(sql::FORWARDING)?;
        transaction.pragma_update(None, "user_version", sql::VERSION)?;
    }
    let rules: i64 = transaction.query_row(sql::RULES, [], |row| row.get(0))?;
    if rules != i64::from(digest::VERSION) {
        transaction.execute_batch(sql::DIGEST_ANEW)?;
        transaction.execute(sql::SET_RULES, [digest::VERSION])?;
    }
    transaction.commit()
}

/// Locks `<path>.lock`. The database's own locks cannot tell a second collector, whose memory of
/// what is stored would be wrong, from somebody who looks into the file.
fn lock(path: &Path) -> Result<File, Error> {
    let shown = path.display().to_string();
    let failed = |doing| {
        let path = shown.clone();
        move |cause| Error::File { doing, cause, path }
    };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(failed("make the database's folder"))?;
    }
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(name)
        .map_err(failed("open the database's lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::Taken { path: shown }),
        Err(TryLockError::Error(cause)) => Err(failed("lock the database")(cause)),
    }
}
