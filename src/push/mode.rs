//! The words of the protocol.

/// What is asked of a hub, or said by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Subscribe,
    Unsubscribe,
    /// Said by hubs only.
    Denied,
}

impl Mode {
    pub fn as_str(self) -> &'static str {
        match self {
            Mode::Subscribe => "subscribe",
            Mode::Unsubscribe => "unsubscribe",
            Mode::Denied => "denied",
        }
    }
}
