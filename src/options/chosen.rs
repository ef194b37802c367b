//! All that the options change: the worker's settings, what the user chose for the dashboard, and
//! whom spans are asked of and sent to.

use backend::stores::Stores;
use trace::choices::Choices;
use trace::settings::Settings;

/// What is chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    /// What the worker heeds.
    pub settings: Settings,
    /// What the dashboard and recording heed.
    pub choices: Choices,
    /// How the store is asked, and where spans are sent.
    pub stores: Stores,
}
