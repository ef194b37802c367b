//! Traces as files, reports and commands.
