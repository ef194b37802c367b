//! The demo shop, instrumented with OpenTelemetry's own SDK, traces what it is asked to and
//! nothing else, and its spans hang under the request that asked.

use trace::context::PageContext;
use trace::settings::Triggers;
use trace::{SessionId, propagation};

use crate::store::Store;

fn context() -> PageContext {
    PageContext::mint(std::array::from_fn(|at| u8::try_from(at + 1).unwrap())).unwrap()
}

#[tokio::test]
async fn a_forced_request_is_recorded_by_all_three_services_under_our_span() {
    let store = Store::open().await;
    let shop = demo::start(demo::Settings::anywhere(store.url.clone())).await.unwrap();
    let context = context();
    let session = SessionId::from_bytes(context.trace.as_bytes()).unwrap();
    let headers = propagation::headers(&Triggers::default(), context.request(), Some(session));
    let url = format!("{}/product/1", shop.shop());
    assert_eq!(store.get(&url, &[]).await, 200);
    let headers: Vec<(&str, &str)> =
        headers.iter().map(|(name, value)| (name.as_ref(), value.as_str())).collect();
    assert_eq!(store.get(&url, &headers).await, 200);

    let spans = store
        .until(context.trace, |spans| {
            spans.iter().any(|span| span.parent == Some(context.document))
                && spans.iter().any(|span| span.service() == "pricing")
        })
        .await;
    let entry = spans.iter().find(|span| span.parent == Some(context.document)).unwrap();
    assert_eq!((entry.service(), entry.name.as_str()), ("shop", "GET /product/{id}"));
    assert!(spans.iter().all(|span| span.text("session.id") == Some(&session.to_string())));
    shop.stop().await;
    store.close().await;
}
