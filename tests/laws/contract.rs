//! The contract that zerodrift relies on, as a series of checks for any API: the emulated one under each personality, and a
//! real account if one is available.
//!
//! The checks do not use a real account by default. To run them against one:
//!
//! ```console
//! $ export ZERODRIFT_CONTRACT_ACCOUNT=… CLOUDFLARE_API_TOKEN=…
//! $ cargo test --test laws a_real_account -- --nocapture
//! ```
//!
//! - `ZERODRIFT_CONTRACT_ACCOUNT`: the id of an account that has a Zero Trust organization.
//! - `CLOUDFLARE_API_TOKEN`: a token with `Access: Organizations, Identity Providers, and Groups Read`; Write for the check that
//!   writes. `CLOUDFLARE_BASE_URL` is honoured.
//! - `ZERODRIFT_CONTRACT_WRITE=yes`: also run the check that writes. It changes `login_design.footer_text`, which users see on the
//!   login page for a few seconds, and always restores the previous value. Creations, revocations and other settings are
//!   never tried on a real account.
//!
//! Without the first two variables, the test prints that it is skipped. If a real account behaves differently from the
//! emulated API, add that behaviour to a personality.

#![allow(clippy::print_stdout, reason = "skipped checks and failed restorations are reported")]

use std::net::Ipv4Addr;
use std::sync::Arc;

use serde_json::{Value as Json, json};
use zerodrift::apply::{Approved, End, Known, Options, Outcome, apply, verify};
use zerodrift::cloudflare::{ErrorKind, HttpTransport, Policy, Reader, Revocation, TokenState, Transport, Writer};
use zerodrift::diagnostics::Source;
use zerodrift::live::{Document, Live, Slot};
use zerodrift::manifest::write::Detail;
use zerodrift::manifest::write::manifest as export;
use zerodrift::manifest::{Manifest, parse};
use zerodrift::plan::{Action, Input, Plan, plan};
use zerodrift::sandbox::personality::{Post, UnknownFields};
use zerodrift::sandbox::{Adopt, Personality, Sandbox, SandboxTransport, Server, State, seeded};
use zerodrift::settings::{Endpoint, Model, Target};

const ACCOUNT: &str = "699d98642c564d2e855e9661899b7252";
/// An id without an account.
const NO_ACCOUNT: &str = "00000000000000000000000000000000";
const FOOTER: &str = "organization.login_design.footer_text";

/// An account and its clients.
#[derive(Clone)]
struct Client {
    reader: Reader,
    writer: Arc<Writer>,
    target: Target,
}

impl Client {
    fn new(transport: Arc<dyn Transport>, account: &str) -> Self {
        let policy = Policy::default();
        let writer = Arc::new(Writer::new(transport.clone(), policy));
        Self { reader: Reader::new(transport, policy), writer, target: Target::account(account).unwrap() }
    }

    fn sandbox(state: State, personality: Personality) -> Self {
        Self::new(Arc::new(SandboxTransport::new(Sandbox::new(state, personality))), ACCOUNT)
    }

    async fn live(&self) -> Live {
        self.reader.live(&self.target, &Endpoint::ALL).await.unwrap()
    }

    async fn organization(&self) -> Document {
        let slot = self.reader.organization(&self.target).await.unwrap();
        slot.document().cloned().expect("the account has a Zero Trust organization")
    }

    fn plan(&self, manifest: &Manifest, live: &Live) -> Plan {
        let (model, api) = (Model::current(), self.reader.base_url());
        plan(&Input { model, manifest, target: &self.target, api, live, allow: &[] })
    }

    /// Plans and applies, as `apply` does.
    async fn apply(&self, manifest: &Manifest) -> (Plan, Outcome) {
        let live = self.reader.live(&self.target, &manifest.endpoints).await.unwrap();
        let plan = self.plan(manifest, &live);
        let approved = Approved::new(&plan, &live).unwrap_or_else(|refusal| panic!("{refusal:#?}"));
        let outcome = apply(&self.reader, &self.writer, approved, &Options::without_backup(Model::current())).await;
        (plan, outcome)
    }

    /// Applies a manifest, which must take one write, and checks that it is in sync afterwards.
    async fn apply_once(&self, manifest: &Manifest) {
        let (plan, outcome) = self.apply(manifest).await;
        assert_eq!(plan.changes.len(), 1, "{:#?}", plan.changes);
        assert_eq!((outcome.end, outcome.writes, outcome.verified), (End::Applied, 1, true), "{outcome:#?}");
        let (_, again) = self.apply(manifest).await;
        assert_eq!((again.end, again.writes), (End::InSync, 0), "the second plan is empty");
    }
}

fn manifest(text: &str) -> Manifest {
    let parsed = parse(Model::current(), &Source { name: "org.yaml".to_owned(), text: text.to_owned() });
    parsed.manifest.unwrap_or_else(|| panic!("{text}\n{:#?}", parsed.findings))
}

/// A manifest with only the footer of the login page.
fn footer(text: Option<&str>) -> Manifest {
    manifest(&json!({"organization": {"login_design": {"footer_text": text}}}).to_string())
}

fn footer_of(document: &Document) -> Option<String> {
    let model = Model::current();
    let value = document.canonical(model, model.setting(FOOTER).unwrap());
    value.as_str().map(str::to_owned)
}

/// The state that must not change: everything except the footer and volatile settings.
fn everything_else(document: &Document) -> Json {
    let mut document = document.clone();
    if let Some(Json::Object(design)) = document.fields.get_mut("login_design") {
        design.shift_remove("footer_text");
    }
    let model = Model::current();
    let settings = model.of(Endpoint::Organization).filter(|setting| setting.path != FOOTER);
    let settings = settings.filter(|setting| setting.is_writable());
    let canonical: Vec<Json> = settings.map(|setting| document.canonical(model, setting)).collect();
    let unknown: Vec<Json> =
        document.unknown(model).into_iter().map(|unknown| json!([unknown.keys, unknown.value])).collect();
    json!([canonical, unknown])
}

/// Check 1: two reads are the same, and the plan of an export has no changes.
async fn an_export_of_the_organization_is_in_sync(api: &Client) {
    let organization = api.organization().await;
    for key in ["auth_domain", "name"] {
        assert!(organization.fields.get(key).is_some_and(Json::is_string), "{key} is a text");
    }
    let model = Model::current();
    let again = api.organization().await;
    assert_eq!(verify(model, Some(&organization), &again, &[]), [], "two reads are the same");

    let live = api.live().await;
    let Slot::Present(doh) = &live.doh else { panic!("an organization has DoH settings: {live:?}") };
    assert!(doh.fields.values().all(|value| !value.is_object()), "DoH settings are flat: {doh:?}");
    for detail in [Detail::Minimal, Detail::Full] {
        let text = export(model, &api.target, &live, detail);
        let plan = api.plan(&manifest(&text), &live);
        assert!(plan.is_empty() && plan.writes.is_empty(), "{:#?}", plan.changes);
    }
}

/// Check 2: the token is active, and reading another account is refused with a message.
async fn the_token_is_active_and_cannot_read_another_account(api: &Client) {
    let check = api.reader.verify_token(&api.target).await.unwrap();
    assert_eq!(check.state, TokenState::Active);
    let missing = Target::account(NO_ACCOUNT).unwrap();
    let error = api.reader.organization(&missing).await.expect_err("the account does not exist");
    assert!(matches!(error.kind(), ErrorKind::Authentication | ErrorKind::NotFound | ErrorKind::Refused), "{error}");
    assert!(!error.messages().is_empty() && !error.hints().is_empty(), "{error}");
}

/// Check 3: one setting is changed twice and unset, each with one write, and nothing else changes.
async fn a_change_of_one_setting_changes_nothing_else(api: &Client) {
    let rest = everything_else(&api.organization().await);
    for text in [Some("zerodrift was here."), Some("zerodrift was here, too: \u{e4} \"quoted\" <b>"), None] {
        if footer_of(&api.organization().await).as_deref() != text {
            api.apply_once(&footer(text)).await;
        }
        let now = api.organization().await;
        assert_eq!(footer_of(&now).as_deref(), text);
        assert_eq!(everything_else(&now), rest, "nothing else changes");
    }
}

/// Check 3, after which the footer is always restored.
async fn one_setting_is_changed_and_restored(api: &Client) {
    let before = api.organization().await;
    let task_api = api.clone();
    // In its own task, so that a failed assertion does not prevent the restoration.
    let result = tokio::spawn(async move { a_change_of_one_setting_changes_nothing_else(&task_api).await }).await;
    restore(api, footer_of(&before).as_deref()).await;
    if let Err(failure) = result {
        std::panic::resume_unwind(failure.into_panic());
    }
    let after = api.organization().await;
    assert_eq!(everything_else(&after), everything_else(&before), "nothing else has changed");
}

async fn restore(api: &Client, text: Option<&str>) {
    let mut failure = String::new();
    for _ in 0..3 {
        match api.reader.organization(&api.target).await {
            Ok(Slot::Present(live)) if footer_of(&live).as_deref() == text => return,
            Ok(_) => {}
            Err(error) => failure = error.to_string(),
        }
        let manifest = footer(text);
        let Ok(live) = api.reader.live(&api.target, &manifest.endpoints).await else { continue };
        let plan = api.plan(&manifest, &live);
        let Ok(approved) = Approved::new(&plan, &live) else { continue };
        let outcome = apply(&api.reader, &api.writer, approved, &Options::without_backup(Model::current())).await;
        failure = outcome.failure.map(|failure| failure.to_string()).unwrap_or_default();
    }
    let last = api.reader.organization(&api.target).await;
    let restored = matches!(&last, Ok(Slot::Present(live)) if footer_of(live).as_deref() == text);
    assert!(restored, "cannot restore login_design.footer_text, which was {text:?}: {failure}");
}

/// Check 4, for the emulated API only: DoH settings change, and a user's tokens are revoked.
async fn doh_changes_and_a_user_is_revoked(api: &Client) {
    api.apply_once(&manifest("doh:\n  doh_jwt_duration: 48h\n")).await;
    assert!(api.writer.revoke_user(&api.target, &Revocation::of("sam@widget.example")).await.unwrap());
}

/// Check 5: if an account answers "not enabled", an apply creates the organization, or fails and creates nothing. With any
/// other answer, nothing is created.
async fn an_absent_organization_is_created_or_not_changed(api: &Client, post: Post) {
    let wanted = manifest(
        "organization:\n  name: Widget\n  auth_domain: widget.cloudflareaccess.com\n  session_duration: 24h\n  \
         custom_pages:\n    forbidden: 3b7f0f0a4c1e4b7d9a52c6d81e90f2a7\n",
    );
    match api.reader.organization(&api.target).await {
        Ok(Slot::Absent) => {}
        Ok(other) => panic!("expected no organization: {other:?}"),
        Err(error) => return assert!(matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Decode), "{error}"),
    }
    let (plan, outcome) = api.apply(&wanted).await;
    assert_eq!(plan.action, Action::Create);
    if post == Post::Refused {
        assert_eq!((outcome.end, outcome.known), (End::Failed, Known::Unchanged), "{outcome:#?}");
        assert_eq!(api.reader.organization(&api.target).await.unwrap(), Slot::Absent);
        return;
    }
    assert_eq!(
        (outcome.end, outcome.writes),
        (End::Applied, 2),
        "POST, and PUT for settings that POST does not accept"
    );
    assert_eq!(api.apply(&wanted).await.1.end, End::InSync);
}

/// A state that answers only for one account.
fn account(state: State) -> State {
    State { adopt: Adopt::First, target: Some(Target::account(ACCOUNT).unwrap()), ..state }
}

/// The seeded organization, without its unknown field if the personality refuses every write of one.
fn organization_of(personality: &Personality) -> State {
    let mut state = account(seeded());
    if personality.unknown_fields == UnknownFields::Refused {
        state.organization.as_mut().unwrap().shift_remove("ai_controls_beta");
    }
    state
}

async fn all_checks(api: &Client) {
    an_export_of_the_organization_is_in_sync(api).await;
    the_token_is_active_and_cannot_read_another_account(api).await;
    one_setting_is_changed_and_restored(api).await;
    doh_changes_and_a_user_is_revoked(api).await;
}

#[tokio::test(start_paused = true)]
async fn the_emulated_api_fulfils_the_contract_under_every_personality() {
    for (name, personality) in Personality::named() {
        println!("under the personality {name}");
        all_checks(&Client::sandbox(organization_of(&personality), personality)).await;
        let post = personality.post;
        an_absent_organization_is_created_or_not_changed(
            &Client::sandbox(account(State::default()), personality),
            post,
        )
        .await;
    }
}

#[tokio::test]
async fn the_emulated_api_fulfils_the_contract_over_a_socket() {
    let sandbox = Sandbox::from_state(account(seeded()));
    let running = Server::start(sandbox, (Ipv4Addr::LOCALHOST, 0).into()).await.unwrap();
    let transport = HttpTransport::with_token(Some(&running.base_url()), "sandbox").unwrap();
    all_checks(&Client::new(Arc::new(transport), ACCOUNT)).await;
    running.stop().await;
}

/// The checks can fail: an API that resets an undeclared setting fails check 3, and the footer is still restored.
#[tokio::test(start_paused = true)]
async fn a_violation_of_the_contract_is_detected_and_the_footer_is_restored() {
    let mut state = account(seeded());
    state.hostile.resets = vec!["organization.session_duration".to_owned()];
    let api = Client::sandbox(state, Personality::default());
    let before = footer_of(&api.organization().await);
    let task_api = api.clone();
    let result = tokio::spawn(async move { one_setting_is_changed_and_restored(&task_api).await }).await;
    assert!(result.is_err(), "the violation was not detected");
    assert_eq!(footer_of(&api.organization().await), before);
}

#[tokio::test]
async fn a_real_account_fulfils_the_contract() {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let (Some(account), Some(token)) = (variable("ZERODRIFT_CONTRACT_ACCOUNT"), variable("CLOUDFLARE_API_TOKEN"))
    else {
        println!("skipped: ZERODRIFT_CONTRACT_ACCOUNT or CLOUDFLARE_API_TOKEN is not set");
        return;
    };
    let transport = HttpTransport::with_token(variable("CLOUDFLARE_BASE_URL").as_deref(), &token).unwrap();
    let api = Client::new(Arc::new(transport), &account);
    an_export_of_the_organization_is_in_sync(&api).await;
    the_token_is_active_and_cannot_read_another_account(&api).await;
    if variable("ZERODRIFT_CONTRACT_WRITE").as_deref() != Some("yes") {
        println!("skipped the check that writes: ZERODRIFT_CONTRACT_WRITE is not yes");
        return;
    }
    one_setting_is_changed_and_restored(&api).await;
}
