//! Folders as this crate needs them: listed in a fixed order, copied, removed, locked.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Result};

/// A file, or all files below a folder.
pub(crate) fn list(path: &Path) -> Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in entries(path)? {
        found.extend(list(&entry)?);
    }
    Ok(found)
}

/// What is directly in a folder.
pub(crate) fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let read = |folder| -> std::io::Result<Vec<PathBuf>> {
        std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect()
    };
    let mut found = read(folder).map_err(|error| Failure::file("read", folder, &error))?;
    found.sort();
    Ok(found)
}

/// Copies what is in a folder, but for files with these names in it.
pub(crate) fn copy(from: &Path, to: &Path, except: &[&str]) -> Result<()> {
    for file in list(from)? {
        let inner = file.strip_prefix(from).unwrap_or(&file);
        if except.iter().any(|name| inner == Path::new(name)) {
            continue;
        }
        let target = to.join(inner);
        target.parent().map_or(Ok(()), make)?;
        std::fs::copy(&file, &target).map_err(|error| Failure::file("copy", &file, &error))?;
    }
    Ok(())
}

/// Makes a folder and those above it.
pub(crate) fn make(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(|error| Failure::file("make", folder, &error))
}

/// Removes a file or a folder; one that is not there is as good as removed.
pub(crate) fn remove(path: &Path) -> Result<()> {
    let removed =
        if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Failure::file("remove", path, &error))
        }
        _ => Ok(()),
    }
}

/// Puts a folder in another's place.
pub(crate) fn replace(old: &Path, new: &Path) -> Result<()> {
    remove(old)?;
    std::fs::rename(new, old).map_err(|error| Failure::file("rename", new, &error))
}

/// Writes a file, and the folders above it.
pub(crate) fn write(path: &Path, text: &str) -> Result<()> {
    path.parent().map_or(Ok(()), make)?;
    std::fs::write(path, text).map_err(|error| Failure::file("write", path, &error))
}

/// Waits until no other process holds the lock; held until it is dropped.
pub(crate) fn lock(path: &Path) -> Result<File> {
    path.parent().map_or(Ok(()), make)?;
    let locked = File::create(path).and_then(|file| file.lock().map(|()| file));
    locked.map_err(|error| Failure::file("lock", path, &error))
}
