//! A subscription that ends when it is dropped.

/// Keeps a listener alive; dropping it takes the listener away.
pub struct Listening(Option<Box<dyn FnOnce()>>);

impl Listening {
    pub(crate) fn new(stop: impl FnOnce() + 'static) -> Self {
        Self(Some(Box::new(stop)))
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        if let Some(stop) = self.0.take() {
            stop();
        }
    }
}
