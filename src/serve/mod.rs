//! HTTP: a read-only view of the shelf, and of stories through whoever holds the store; and the place where hubs call.
//!
//! A request for a feed touches memory only: the shelf of the moment is taken whole, one of its finished forms is chosen by the request's headers, and its
//! bytes are shared, not copied. So a feed is never half-built, never empty for want of a store, and answers stay the same until it is composed anew (S14).
//! What to choose is decided by pure functions of header values: `coding`, `conditional`, `negotiate`.
//!
//! Not here: TLS, HTTP/2, passwords and byte ranges, which a proxy in front does better; and the clock: the server stack writes `Date`.

mod admin;
mod answer;
mod around;
mod coding;
mod conditional;
mod gate;
mod health;
mod listen;
mod negotiate;
mod public;
mod refusal;
mod stories;
mod websub;
mod weights;

#[cfg(test)]
mod tests;

use std::future::Future;

use tokio::net::TcpListener;

pub use admin::{Admin, Status, admin_router};
pub use around::Around;
pub use listen::ServeError;
pub use public::{Public, router};
pub use stories::{Later, Stories, StoryPage};
pub use websub::{Admission, Callbacks, Posted, Receipt};

use listen::{Bounds, listen};

/// Serves the public half on this listener until `shutdown`, then drains: no new connections, answers under way are finished. How long that may take is the
/// caller's to bound, by dropping the future. Fails only when the system keeps refusing connections.
pub async fn serve(
    listener: TcpListener,
    public: Public,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    listen(listener, router(public), shutdown, Bounds::default()).await
}

/// The same for the operator's half.
pub async fn serve_admin(
    listener: TcpListener,
    admin: Admin,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    listen(listener, admin_router(admin), shutdown, Bounds::default()).await
}
