//! Keeps the journal open for a module that needs it time and again.

use std::cell::RefCell;
use std::rc::Rc;

use super::Journal;
use crate::Error;

/// A place for the open journal.
#[derive(Debug, Default)]
pub struct Desk(RefCell<Option<Rc<Journal>>>);

impl Desk {
    /// The journal, opened when it is first needed, and again after an error or once the browser has
    /// closed it.
    ///
    /// # Errors
    /// As [`Journal::open`].
    pub async fn get(&self) -> Result<Rc<Journal>, Error> {
        let known = self.0.borrow().clone();
        if let Some(journal) = known.filter(|journal| journal.is_open()) {
            return Ok(journal);
        }
        let opened = Rc::new(Journal::open().await?);
        // Where somebody has opened it meanwhile, the last one stays.
        self.0.replace(Some(Rc::clone(&opened)));
        Ok(opened)
    }
}
