//! How commands end.

/// How a command ended (0 done, 1 something asked for failed, 2 wrong usage or configuration).
#[derive(Debug)]
pub(super) enum Ended {
    Done,
    /// It has been told already.
    Failed,
    /// To be told on standard error.
    Error(String),
    /// Wrong usage or configuration, to be told on standard error.
    Wrong(String),
}

impl<E: std::error::Error> From<E> for Ended {
    fn from(error: E) -> Self {
        Ended::Error(error.to_string())
    }
}
