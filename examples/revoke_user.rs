//! Revokes every Access token of a user: for an off-boarding script, not for reconciling.
//!
//! ```console
//! $ CLOUDFLARE_API_TOKEN=… cargo run --example revoke_user -- 699d98642c564d2e855e9661899b7252 sam@widget.example
//! ```

#![allow(clippy::print_stdout, clippy::use_debug, reason = "a small program prints its results")]

use std::error::Error;
use std::sync::Arc;

use zerodrift::cloudflare::{HttpTransport, Policy, Revocation, Writer};
use zerodrift::settings::Target;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(account), Some(email)) = (arguments.next(), arguments.next()) else {
        return Err("usage: revoke_user ACCOUNT_ID EMAIL".into());
    };
    let (base_url, token) = (std::env::var("CLOUDFLARE_BASE_URL").ok(), std::env::var("CLOUDFLARE_API_TOKEN")?);
    let transport = HttpTransport::with_token(base_url.as_deref(), &token)?;
    let writer = Writer::new(Arc::new(transport), Policy::default());
    let revocation = Revocation { devices: Some(true), ..Revocation::of(email) };
    // An answer that is lost leaves it open whether the tokens were revoked. Revoking twice does no harm.
    match writer.revoke_user(&Target::account(&account)?, &revocation).await {
        Ok(true) => println!("revoked"),
        Ok(false) => println!("the API says that nothing was revoked"),
        Err(failure) if failure.is_uncertain() => return Err(format!("run it again: {}", failure.error()).into()),
        Err(failure) => return Err(failure.into_error().into()),
    }
    Ok(())
}
