//! The HTTP client, set up so that nothing happens behind our back: no redirects, cookies, `Referer`, proxies, retries or decompression (F20, F30).

use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, ClientBuilder, redirect, retry, tls};

use super::address::{Reach, lookup};

/// F35: name, TCP and TLS together. Whoever needs longer to say hello will not finish in time either.
pub(super) const CONNECT: Duration = Duration::from_secs(10);

/// A client that connects as far as `reach` and no further (F37).
pub(super) fn client(reach: Reach) -> reqwest::Result<Client> {
    // Without one, building the client panics. An error means that there is one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    builder(reach).build()
}

fn builder(reach: Reach) -> ClientBuilder {
    Client::builder()
        .tls_backend_rustls()
        .tls_version_min(tls::Version::TLS_1_2)
        .redirect(redirect::Policy::none())
        .referer(false)
        .retry(retry::never())
        .no_proxy()
        .dns_resolver(Arc::new(Resolver { reach }))
        .connect_timeout(CONNECT)
        // A kept connection may have been closed by the server as we write to it. That would be a failed visit, since nothing that may have been
        // heard is asked again (F20), and visits to one host are seconds apart at best.
        .pool_max_idle_per_host(0)
        // What browsers forgive, feeds are served with.
        .http1_ignore_invalid_headers_in_responses(true)
        .http1_allow_spaces_after_header_name_in_responses(true)
        .http1_allow_obsolete_multiline_headers_in_responses(true)
}

/// Never asked about addresses in URLs: [`check`](super::address::check) is for those.
struct Resolver {
    reach: Reach,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.reach;
        Box::pin(async move {
            let found = lookup(name.as_str(), reach).await?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// A client for which one name leads to several addresses.
#[cfg(test)]
pub(super) fn scripted_twice(name: &str, addresses: &[std::net::SocketAddr]) -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    builder(Reach::Anywhere)
        .resolve_to_addrs(name, addresses)
        .build()
        .unwrap()
}

/// A client for which each name leads to an address of the test's choosing, public or not.
#[cfg(test)]
pub(super) fn scripted(reach: Reach, names: &[(&str, std::net::SocketAddr)]) -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    names
        .iter()
        .fold(builder(reach), |builder, (name, address)| {
            builder.resolve(name, *address)
        })
        .build()
        .unwrap()
}
