//! All that the options change: the worker's settings, and what the user chose for the dashboard.

use trace::choices::Choices;
use trace::settings::Settings;

/// What is chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    /// What the worker heeds.
    pub settings: Settings,
    /// What the dashboard and recording heed.
    pub choices: Choices,
}
