//! Applies against a sandbox whose model has the settings too.

use super::*;

/// An emulated account whose API knows the settings too.
struct Account {
    reader: Reader,
    writer: Writer,
    model: Model,
}

impl Account {
    fn new(organization: Json, personality: Personality) -> Self {
        let sandbox = Sandbox::new(State::with_organization(organization), personality).with_model(model());
        let transport = Arc::new(SandboxTransport::new(sandbox));
        let (policy, model) = (Policy::default(), model());
        Self { reader: Reader::new(transport.clone(), policy), writer: Writer::new(transport, policy), model }
    }

    async fn live(&self) -> Live {
        self.reader.live(&target(), &[Endpoint::Organization]).await.unwrap()
    }

    /// Applies with consent. The outcome must be verified, and the next plan empty.
    async fn apply_and_verify(&self, text: &str, personality: &str) {
        let (manifest, live) = (manifest(text), self.live().await);
        let plan = planned(&manifest, &live, &[MODE.path.to_owned()]);
        assert_eq!(plan.changes.len(), 4, "{personality}: {:#?}", plan.changes);
        let approved = Approved::new(&plan, &live).unwrap();
        let outcome = apply(&self.reader, &self.writer, approved, &Options::without_backup(&self.model)).await;
        assert_eq!((outcome.end, outcome.verified), (End::Applied, true), "{personality}: {outcome:#?}");
        let again = planned(&manifest, &self.live().await, &[]);
        assert!(again.is_empty(), "{personality}: {:#?}", again.changes);
    }
}

#[tokio::test(start_paused = true)]
async fn every_personality_sets_and_unsets_the_new_setting() {
    for (name, personality) in Personality::named() {
        let account = Account::new(organization(), personality);
        account.apply_and_verify(WANTED, name).await;
        account.apply_and_verify(UNSET, name).await;
        account.apply_and_verify(WANTED, name).await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_sandbox_rejects_invalid_values_of_the_new_setting() {
    let account = Account::new(organization(), Personality::default());
    for (key, value) in [
        ("quiet_hours", json!("13h")),
        ("next_month", json!({"mode": 7})),
        ("next_month", json!({"exceptions": {"grace_period": "73h"}})),
        ("banner_text", json!([])),
    ] {
        let mut wrong = organization();
        wrong[key] = value;
        let refused = account.writer.update_organization(&target(), wrong.as_object().unwrap()).await;
        assert!(refused.is_err(), "{key}");
    }
}
