//! The place where HTTP can be exchanged for a bank inside the test's own process.

use async_trait::async_trait;
use connector::provider::Transport;
use connector::{WireRequest, WireResponse};
use domain::{CallKind, Fault};

/// Sends one request and reads its response to the end.
#[async_trait]
pub trait Sender: Send + Sync {
    /// The response, whatever its status; the connector judges it. A fault says what the failure proves:
    /// `NotSent` only when the provider cannot have seen the request.
    ///
    /// A fault's code tells the circuit breaker whose trouble it is: `ProviderUnreachable` and `ProviderSilent` count
    /// against the provider, any other code does not.
    async fn send(
        &self,
        transport: &Transport,
        request: WireRequest,
        kind: CallKind,
    ) -> Result<WireResponse, Fault>;
}
