//! What went wrong between here and the server, in words for operators: no type names, no credentials.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::iter::successors;

use rustls::{AlertDescription, CertificateError};

use super::address::Unreachable;
use super::client::CONNECT;
use crate::ingest::Failure;

/// Why no answer came.
pub(super) struct Trouble {
    pub(super) failure: Failure,
    /// Whether one more try may help: no connection came about, for a reason that may pass (F20).
    pub(super) passing: bool,
}

impl Trouble {
    fn lasting(why: impl Into<String>) -> Self {
        Trouble {
            failure: Failure::Connect(why.into()),
            passing: false,
        }
    }

    fn passing(why: impl Into<String>) -> Self {
        Trouble {
            failure: Failure::Connect(why.into()),
            passing: true,
        }
    }
}

/// Reads an error from before the answer's headers were in.
pub(super) fn asking(error: &reqwest::Error, host: &str) -> Trouble {
    if let Some(unreachable) = find::<Unreachable>(error) {
        return no_address(unreachable);
    }
    if let Some(tls) = find::<rustls::Error>(error) {
        return Trouble::lasting(in_tls(tls, host));
    }
    if error.is_connect() {
        return if error.is_timeout() {
            Trouble::passing(format!("no answer within {} s", CONNECT.as_secs()))
        } else {
            Trouble::passing(find_io(error).map_or_else(|| root(error), in_io))
        };
    }
    let said = root(error);
    let closed = find_io(error).is_some() || said.contains("connection closed");
    let failure = if closed {
        Failure::Cut("the server closed the connection before it answered".into())
    } else {
        Failure::Protocol(said)
    };
    Trouble {
        failure,
        passing: false,
    }
}

/// Names the failure of an address that may not or cannot be connected to.
pub(super) fn no_address(unreachable: &Unreachable) -> Trouble {
    match unreachable {
        Unreachable::Private(what) => Trouble {
            failure: Failure::PrivateAddress(what.clone()),
            passing: false,
        },
        Unreachable::NoSuchHost(_) => Trouble::lasting(unreachable.to_string()),
        Unreachable::NameServer(_) => Trouble::passing(unreachable.to_string()),
    }
}

/// Reads an error from the middle of a body.
pub(super) fn reading(error: &reqwest::Error) -> Failure {
    Failure::Cut(match root(error) {
        said if said.contains("close_notify") => {
            "the connection ended without a TLS goodbye".into()
        }
        said if said.contains("end of file") || said.contains("unexpected EOF") => {
            "the connection ended before the body did".into()
        }
        said => find_io(error)
            .filter(|error| error.get_ref().is_none())
            .map_or(said, in_io),
    })
}

/// The innermost message, which is the one that says something.
pub(super) fn root(error: &(dyn Error + 'static)) -> String {
    chain(error)
        .last()
        .map(ToString::to_string)
        .unwrap_or_default()
}

/// An error and its causes. What an I/O error wraps is a cause as well, which its own `source` passes over.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    successors(Some(error), |&error| {
        match error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
        {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        }
    })
}

fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    chain(error).find_map(|cause| cause.downcast_ref::<E>())
}

/// The innermost I/O error, the only one that says more than "other".
fn find_io(error: &reqwest::Error) -> Option<&io::Error> {
    chain(error)
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .last()
}

fn in_io(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::BrokenPipe
        | ErrorKind::UnexpectedEof => "the server closed the connection".into(),
        ErrorKind::HostUnreachable => "no route to the host".into(),
        ErrorKind::NetworkUnreachable => "no route to its network".into(),
        ErrorKind::PermissionDenied => "this system does not permit it".into(),
        ErrorKind::TimedOut => "no answer".into(),
        // "connection refused" and its like are plain words already.
        kind => kind.to_string(),
    }
}

fn in_tls(error: &rustls::Error, host: &str) -> String {
    match error {
        rustls::Error::InvalidCertificate(why) => in_certificate(why, host),
        rustls::Error::InvalidMessage(_) => "the server does not speak TLS at this port".into(),
        rustls::Error::PeerIncompatible(_)
        | rustls::Error::AlertReceived(AlertDescription::ProtocolVersion) => {
            "the server offers no TLS 1.2 or newer that headwater speaks".into()
        }
        rustls::Error::AlertReceived(AlertDescription::UnrecognisedName) => {
            format!("the server knows no {host}")
        }
        rustls::Error::AlertReceived(_) => "the server refused the TLS handshake".into(),
        _ => "the TLS handshake failed".into(),
    }
}

fn in_certificate(why: &CertificateError, host: &str) -> String {
    use CertificateError as E;
    match why {
        E::NotValidForName | E::NotValidForNameContext { .. } => format!("certificate not valid for {host}"),
        E::Expired | E::ExpiredContext { .. } => "certificate expired".into(),
        E::NotValidYet | E::NotValidYetContext { .. } => "certificate not valid yet; is the clock of this machine right?".into(),
        E::UnknownIssuer => "certificate from an issuer this system does not trust; perhaps the server leaves out an intermediate one".into(),
        E::Other(_) | E::InvalidPurpose | E::InvalidPurposeContext { .. } => {
            format!("certificate for {host} refused: it is self-signed, or made for another purpose")
        }
        E::Revoked => "certificate revoked".into(),
        _ => format!("certificate for {host} refused"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f34_tls_errors_speak_to_operators() {
        use rustls::Error::InvalidCertificate as Bad;
        let said = |error| in_tls(&error, "a.example");
        assert_eq!(
            said(Bad(CertificateError::NotValidForName)),
            "certificate not valid for a.example"
        );
        assert_eq!(said(Bad(CertificateError::Expired)), "certificate expired");
        assert!(said(Bad(CertificateError::UnknownIssuer)).contains("does not trust"));
        assert_eq!(
            said(Bad(CertificateError::BadSignature)),
            "certificate for a.example refused"
        );
        assert!(
            said(rustls::Error::AlertReceived(
                AlertDescription::ProtocolVersion
            ))
            .contains("TLS 1.2")
        );
        assert_eq!(
            said(rustls::Error::AlertReceived(
                AlertDescription::HandshakeFailure
            )),
            "the server refused the TLS handshake"
        );
    }

    #[test]
    fn causes_are_found_inside_io_errors() {
        let error = io::Error::other(io::Error::other(rustls::Error::InvalidCertificate(
            CertificateError::Expired,
        )));
        assert!(find::<rustls::Error>(&error).is_some());
        assert_eq!(
            in_io(&ErrorKind::ConnectionRefused.into()),
            "connection refused"
        );
    }

    #[test]
    fn f20_only_what_may_pass_is_worth_another_try() {
        assert!(no_address(&Unreachable::NameServer("a.example".into())).passing);
        assert!(!no_address(&Unreachable::NoSuchHost("a.example".into())).passing);
        let private = no_address(&Unreachable::Private("127.0.0.1".into()));
        assert!(!private.passing && private.failure == Failure::PrivateAddress("127.0.0.1".into()));
    }
}
