//! Edits in the dashboard: changes that no client of the API sends.

use serde_json::Value as Json;

use super::api::Sandbox;
use super::envelope::ApiError;
use super::fields::{self, Fields};
use super::logged::LoggedWrite;
use super::rules::WriteKind;
use crate::settings::{Endpoint, Setting, Target};

impl Sandbox {
    /// Changes settings as a person does in the dashboard, and logs it. Either all settings change or none. `null` unsets.
    ///
    /// # Errors
    /// Returns the reason if there is no organization, or the emulated API refuses a value.
    pub fn edit(&mut self, settings: &[(Setting, Json)], email: &str) -> Result<(), String> {
        let before = self.state.clone();
        for endpoint in Endpoint::ALL {
            let mut body = Fields::new();
            for (setting, value) in settings.iter().filter(|(setting, _)| setting.endpoint() == endpoint) {
                // The dashboard sends groups as a whole, since the API may replace them.
                let group = setting.keys()[0];
                let stored = self.state.document(endpoint).and_then(|stored| stored.get(group));
                if let Some(Json::Object(members)) = stored.filter(|_| !body.contains_key(group)) {
                    body.insert(group.to_owned(), Json::Object(members.clone()));
                }
                fields::put(&mut body, setting.keys(), value.clone());
            }
            if let Err(reason) = self.edit_one(endpoint, body, email) {
                self.state = before;
                return Err(reason);
            }
        }
        Ok(())
    }

    fn edit_one(&mut self, endpoint: Endpoint, body: Fields, email: &str) -> Result<(), String> {
        if body.is_empty() {
            return Ok(());
        }
        if self.state.organization.is_none() {
            return Err("the account has no Zero Trust organization".to_owned());
        }
        // Before the first request, no account is known.
        let target = self.state.target.clone().or_else(|| Target::account(&"0".repeat(32)).ok());
        let target = target.ok_or("the target is not valid")?;
        let request = Json::Object(body.clone());
        let refused = |refusals: Vec<_>| refusals.first().map(ApiError::reason).unwrap_or_default();
        self.write(&target, endpoint, body, WriteKind::Patch).map_err(refused)?;
        let response = self.state.document(endpoint).map(|stored| Json::Object(stored.clone()).to_string());
        let entry = LoggedWrite::in_dashboard(email, &request);
        self.log(LoggedWrite { path: endpoint.path().to_owned(), response: response.unwrap_or_default(), ..entry });
        Ok(())
    }
}
