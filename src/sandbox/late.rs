//! Writes that get no answer and are applied later.

use http::Method;

use super::api::Sandbox;
use super::route::{self, ApiResource, Route};
use super::rules::WriteKind;
use super::state::PendingWrite;
use crate::cloudflare::Request;

impl Sandbox {
    /// Stores a write to apply it later. A read is dropped.
    pub(super) fn defer_write(&mut self, call: &Request, requests: u32) {
        let body = String::from_utf8(call.body().clone()).ok().filter(|_| call.method() != Method::GET);
        if let Some(body) = body {
            let (method, path) = (call.method().to_string(), call.uri().path().to_owned());
            let log = self.draft(call);
            self.state.pending.push(PendingWrite { requests, method, path, body, log });
        }
    }

    /// Applies the pending writes that are due. A write that is rejected is dropped.
    pub(super) fn apply_pending_writes(&mut self) {
        for write in &mut self.state.pending {
            write.requests = write.requests.saturating_sub(1);
        }
        while let Some(index) = self.state.pending.iter().position(|write| write.requests == 0) {
            let PendingWrite { requests: _, method, path, body, log } = self.state.pending.remove(index);
            let Ok(call) = http::Request::builder().method(&*method).uri(path).body(body.into_bytes()) else {
                continue;
            };
            if let Ok(Route { resource: ApiResource::Settings(endpoint), target: Some(target) }) = route::read(&call) {
                // The credential was checked when the request arrived.
                let _ = self.visit(&target, |sandbox| {
                    let outcome = match call.method().as_str() {
                        "POST" => sandbox.create(&target, &call),
                        _ => sandbox.update(&target, endpoint, &call, WriteKind::Update),
                    };
                    log.into_iter().for_each(|draft| sandbox.log_outcome(draft, &outcome));
                });
            }
        }
    }
}
