//! Starts the three services, and stops them so that no span is left behind.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::collector::Collector;
use crate::outbound::{Peer, client};
use crate::settings::origin;
use crate::telemetry::Telemetry;
use crate::{Error, Settings, payment, pricing, shop};

/// How long requests may take to end once the shop is told to stop: the slow page, twice.
const PATIENCE: Duration = Duration::from_secs(3);

/// A started shop. Stop it with [`Running::stop`], or the last spans may be lost.
#[derive(Debug)]
pub struct Running {
    shop: SocketAddr,
    pricing: SocketAddr,
    payment: SocketAddr,
    otlp: String,
    telemetry: [Telemetry; 3],
    servers: Vec<JoinHandle<()>>,
    // The services listen for as long as this lives.
    leave: watch::Sender<()>,
}

/// Starts the shop on a multi-threaded Tokio runtime, and returns when all three ports answer.
///
/// # Errors
/// When a port cannot be had, or the OTLP URL is not one.
pub async fn start(settings: Settings) -> Result<Running, Error> {
    let collector = Collector::new(&settings.otlp)?;
    // All three listen before any is built, because each is told where the others are.
    let shop_port = listen("shop", settings.shop).await?;
    let pricing_port = listen("pricing", settings.pricing).await?;
    let payment_port = listen("payment", settings.payment).await?;
    let (shop, pricing, payment) = (shop_port.1, pricing_port.1, payment_port.1);

    let of_shop = Telemetry::new("shop", &collector)?;
    let of_pricing = Telemetry::new("pricing", &collector)?;
    let of_payment = Telemetry::new("payment", &collector)?;
    let client = client();
    let peers = shop::Peers {
        pricing: Peer::new("pricing", pricing, client.clone(), of_shop.clone()),
        payment: Peer::new("payment", payment, client, of_shop.clone()),
    };

    let (leave, left) = watch::channel(());
    let servers = vec![
        serve(shop_port.0, shop::router(&of_shop, peers, origin(pricing))?, left.clone()),
        serve(pricing_port.0, pricing::router(&of_pricing, shop)?, left.clone()),
        serve(payment_port.0, payment::router(&of_payment)?, left),
    ];
    let telemetry = [of_shop, of_pricing, of_payment];
    Ok(Running { shop, pricing, payment, otlp: settings.otlp, telemetry, servers, leave })
}

async fn listen(
    service: &'static str,
    address: SocketAddr,
) -> Result<(TcpListener, SocketAddr), Error> {
    let refused = |cause| Error::Listen { service, address, cause };
    let listener = TcpListener::bind(address).await.map_err(refused)?;
    let bound = listener.local_addr().map_err(refused)?;
    Ok((listener, bound))
}

fn serve(listener: TcpListener, router: Router, mut left: watch::Receiver<()>) -> JoinHandle<()> {
    let leaving = async move {
        // An error says that the sender is gone, which is what is waited for.
        let _ = left.changed().await;
    };
    let server = axum::serve(listener, router).with_graceful_shutdown(leaving);
    tokio::spawn(async move {
        if let Err(cause) = server.await {
            eprintln!("tracelight-demo: a service stopped: {cause}");
        }
    })
}

impl Running {
    /// The shop's origin, such as `http://127.0.0.1:4400`.
    #[must_use]
    pub fn shop(&self) -> String {
        origin(self.shop)
    }

    /// The pricing service's origin.
    #[must_use]
    pub fn pricing(&self) -> String {
        origin(self.pricing)
    }

    /// The payment service's origin.
    #[must_use]
    pub fn payment(&self) -> String {
        origin(self.payment)
    }

    /// Exports what has ended so far. Returns when it is delivered, or was found undeliverable.
    pub async fn flush(&self) {
        for telemetry in &self.telemetry {
            telemetry.flush().await;
        }
    }

    /// Lets running requests end, exports the last spans and closes the ports.
    pub async fn stop(self) {
        drop(self.leave);
        for mut server in self.servers {
            if tokio::time::timeout(PATIENCE, &mut server).await.is_err() {
                server.abort();
            }
        }
        let [shop, pricing, payment] = &self.telemetry;
        tokio::join!(shop.shutdown(), pricing.shutdown(), payment.shutdown());
    }
}

impl fmt::Display for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (shop, pricing, payment) = (self.shop(), self.pricing(), self.payment());
        write!(f, "shop={shop} pricing={pricing} payment={payment} otlp={}", self.otlp)
    }
}
