//! Reads an organization and prints what it holds, setting by setting.
//!
//! ```console
//! $ CLOUDFLARE_API_TOKEN=… cargo run --example read_organization -- 699d98642c564d2e855e9661899b7252
//! ```

#![allow(clippy::print_stdout, clippy::use_debug, reason = "a small program prints its results")]

use std::error::Error;
use std::sync::Arc;

use zerodrift::cloudflare::{HttpTransport, Policy, Reader};
use zerodrift::settings::{Model, Target};
use zerodrift::text::visible;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let account = std::env::args().nth(1).ok_or("usage: read_organization ACCOUNT_ID")?;
    let target = Target::account(&account)?;
    let (base_url, token) = (std::env::var("CLOUDFLARE_BASE_URL").ok(), std::env::var("CLOUDFLARE_API_TOKEN")?);
    let transport = HttpTransport::with_token(base_url.as_deref(), &token)?;
    let reader = Reader::new(Arc::new(transport), Policy::default());

    let organization = reader.organization(&target).await?;
    let Some(document) = organization.document() else {
        println!("{target} has no Zero Trust organization");
        return Ok(());
    };
    let model = Model::current();
    for setting in model.settings() {
        // `value` understands both spellings of a renamed setting, and leaves out what does not count.
        if let Some(value) = document.value(model, setting) {
            println!("{} = {}", setting.path, visible(&value.to_string()));
        }
    }
    for unknown in document.unknown(model) {
        println!(
            "{} = {} (unknown to this version)",
            visible(&unknown.keys.join(".")),
            visible(&unknown.value.to_string())
        );
    }
    Ok(())
}
