//! The documents of the emulated API: read, updated, created.

use serde_json::Value as Json;

use super::account_state::StaleDocument;
use super::api::{Handled, Sandbox, read_body};
use super::envelope::{self, ApiError};
use super::fields::{self, Fields, Table};
use super::hostile::{Concurrent, Moment};
use super::logged::LoggedWrite;
use super::personality::{AbsentOrganization, LATE_READS, NewOrganization, Post, PostExisting, ReadBack, UpdatedAt};
use super::render;
use super::rules::{Write, WriteKind};
use super::state::instant;
use super::write::merge_patch;
use crate::cloudflare::Request;
use crate::live::{Document, DocumentError};
use crate::settings::{Endpoint, Target, is_blank, undotted};

impl Sandbox {
    fn table<'a>(&'a self, target: &Target, endpoint: Endpoint) -> Table<'a> {
        Table { model: &self.model, endpoint, scope: target.scope }
    }

    pub(super) fn read(&mut self, target: &Target, endpoint: Endpoint) -> Handled {
        let answer = self.read_now(target, endpoint);
        if endpoint == Endpoint::Organization {
            self.apply_concurrent_write(Moment::Read);
        }
        answer
    }

    fn read_now(&mut self, target: &Target, endpoint: Endpoint) -> Handled {
        let stale = self.take_stale(endpoint);
        if self.state.organization.is_none() || (endpoint == Endpoint::Organization && stale == Some(None)) {
            return self.absent();
        }
        let stored = stale.unwrap_or_else(|| self.state.document(endpoint).cloned());
        Ok((200, envelope::success(Json::Object(self.render(target, endpoint, stored.as_ref())))))
    }

    fn take_stale(&mut self, endpoint: Endpoint) -> Option<Option<Fields>> {
        let stale = self.state.stale.get_mut(endpoint.section())?;
        let document = stale.document.clone();
        stale.reads = stale.reads.saturating_sub(1);
        if stale.reads == 0 {
            self.state.stale.remove(endpoint.section());
        }
        Some(document)
    }

    fn render(&self, target: &Target, endpoint: Endpoint, stored: Option<&Fields>) -> Fields {
        let table = self.table(target, endpoint);
        let unset = render::unset_doh(&self.state.personality);
        let mut answer = render::answer(table, &self.state.personality, stored.unwrap_or(&unset));
        if endpoint == Endpoint::Doh && answer.get("client_id").is_some() {
            // A token in use has a new timestamp at each read.
            let seconds = self.state.clock + i64::try_from(self.handled).unwrap_or(0);
            answer.insert("last_seen_at".to_owned(), Json::from(instant(seconds)));
        }
        answer
    }

    fn absent(&self) -> Handled {
        match self.state.personality.absent_organization {
            AbsentOrganization::NotEnabled => Err(vec![ApiError::not_enabled(403)]),
            AbsentOrganization::NotEnabled404 => Err(vec![ApiError::not_enabled(404)]),
            AbsentOrganization::NotFound => Err(vec![ApiError::no_route("/access/organizations")]),
            AbsentOrganization::NullResult => Ok((200, envelope::success(Json::Null))),
        }
    }

    pub(super) fn update(&mut self, target: &Target, endpoint: Endpoint, call: &Request, kind: WriteKind) -> Handled {
        if self.state.organization.is_none() {
            let refused = self.absent();
            return if refused.is_ok() { Err(vec![ApiError::not_enabled(403)]) } else { refused };
        }
        let body = self.read_document(endpoint, call)?;
        if endpoint == Endpoint::Organization {
            self.apply_concurrent_write(Moment::Before);
        }
        self.write(target, endpoint, body, kind)?;
        let stored = self.state.document(endpoint);
        let answer = self.render(target, endpoint, stored);
        if endpoint == Endpoint::Organization {
            self.apply_concurrent_write(Moment::After);
        }
        let status = if endpoint == Endpoint::Doh { 201 } else { 200 };
        Ok((status, envelope::success(Json::Object(answer))))
    }

    pub(super) fn create(&mut self, target: &Target, call: &Request) -> Handled {
        let mut body = self.read_document(Endpoint::Organization, call)?;
        if self.state.organization.is_some() {
            match self.state.personality.post_existing {
                PostExisting::Conflict => {
                    let message = "access.api.error.conflict: an organization already exists for this account";
                    // The status is known from other Access objects; the code is a guess.
                    return Err(vec![ApiError::new(409, 12130, message)]);
                }
                PostExisting::Answered => {}
                PostExisting::Merged => self.write(target, Endpoint::Organization, body, WriteKind::Patch)?,
            }
            return Ok((201, self.created(target)));
        }
        if self.state.personality.post == Post::Refused {
            return Err(vec![ApiError::invalid_auth_domain()]);
        }
        if self.state.personality.post == Post::Generated {
            generate_missing(&mut body, target);
        }
        if body.get("name").and_then(Json::as_str).is_none_or(str::is_empty) {
            return Err(vec![ApiError::invalid_config("name is required").at(&["name"])]);
        }
        self.write(target, Endpoint::Organization, body, WriteKind::Create)?;
        Ok((201, self.created(target)))
    }

    fn created(&self, target: &Target) -> Json {
        let answer = self.render(target, Endpoint::Organization, self.state.organization.as_ref());
        envelope::success(Json::Object(answer))
    }

    fn read_document(&mut self, endpoint: Endpoint, call: &Request) -> Result<Fields, Vec<ApiError>> {
        let text = read_body(call).map_err(|refusal| vec![refusal])?;
        let refused =
            |error: DocumentError| vec![ApiError::invalid_config(format!("the body must be a JSON object: {error}"))];
        let document = Document::parse(endpoint, &text).map_err(refused)?;
        self.state.texts.extend(document.texts());
        Ok(document.fields)
    }

    /// Stores a body, if the rules of the API accept it.
    pub(super) fn write(
        &mut self,
        target: &Target,
        endpoint: Endpoint,
        body: Fields,
        kind: WriteKind,
    ) -> Result<(), Vec<ApiError>> {
        let (table, spelling) = (self.table(target, endpoint), self.state.personality.spelling);
        let old = self.state.document(endpoint).cloned();
        let stored = table.with_current_names(old.clone().unwrap_or_default(), spelling);
        let body = table.with_current_names(self.without_ignored(endpoint, body, &stored), spelling);
        let write = Write { table, state: &self.state, stored: &stored, body: &body, kind };
        write.check()?;
        let mut next = write.next();
        self.reset_values(endpoint, &mut next);
        self.state.clock += 1;
        if endpoint == Endpoint::Organization {
            self.stamp(&mut next, kind);
        }
        if self.state.personality.read_back == ReadBack::Late {
            self.state.stale.insert(endpoint.section().to_owned(), StaleDocument { document: old, reads: LATE_READS });
        }
        self.state.store(endpoint, next);
        Ok(())
    }

    fn stamp(&self, next: &mut Fields, kind: WriteKind) {
        let now = Json::from(self.state.now());
        if kind == WriteKind::Create {
            next.insert("created_at".to_owned(), now.clone());
            let defaults = self.state.personality.new_organization == NewOrganization::Defaults;
            if self.state.account.strict_service_tokens || defaults {
                next.insert("strict_service_token_auth".to_owned(), Json::Bool(true));
            }
            if defaults {
                next.entry("session_duration").or_insert_with(|| Json::from("24h"));
            }
        }
        if kind == WriteKind::Create || self.state.personality.updated_at == UpdatedAt::Moves {
            next.insert("updated_at".to_owned(), now);
        }
    }

    /// Replaces the ignored values of a body with the stored ones.
    fn without_ignored(&self, endpoint: Endpoint, mut body: Fields, stored: &Fields) -> Fields {
        for keys in of_endpoint(&self.state.hostile.ignores, endpoint) {
            match fields::get(stored, &keys) {
                Some(value) => fields::put(&mut body, &keys, value.clone()),
                None => drop(fields::remove(&mut body, &keys)),
            }
        }
        body
    }

    /// Removes the values that a hostile API resets.
    fn reset_values(&self, endpoint: Endpoint, next: &mut Fields) {
        for keys in of_endpoint(&self.state.hostile.resets, endpoint) {
            fields::remove(next, &keys);
        }
    }

    fn apply_concurrent_write(&mut self, moment: Moment) {
        let is_due = |write: &mut Concurrent| write.when == moment;
        let Some(write) = self.state.hostile.concurrent.take_if(is_due) else { return };
        let mut document = Json::Object(self.state.organization.take().unwrap_or_default());
        merge_patch(&mut document, &write.patch);
        self.log(LoggedWrite::in_dashboard("carol@widget.example", &write.patch));
        if let Json::Object(fields) = document {
            self.state.organization = Some(fields);
        }
    }
}

/// Adds the name and auth domain that the API generates for providers. The real format is not documented and differs
/// between accounts.
fn generate_missing(body: &mut Fields, target: &Target) {
    let id: String = target.id.as_str().chars().take(8).collect();
    let generated = [("name", format!("Organization {id}")), ("auth_domain", format!("org-{id}.cloudflareaccess.com"))];
    for (key, value) in generated {
        if body.get(key).is_none_or(is_blank) {
            body.insert(key.to_owned(), value.into());
        }
    }
}

/// Returns the keys of the paths that belong to an endpoint.
fn of_endpoint(paths: &[String], endpoint: Endpoint) -> impl Iterator<Item = Vec<String>> {
    let paths = paths.iter().filter_map(|path| undotted(path));
    paths.filter(move |(of, _)| *of == endpoint).map(|(_, keys)| keys)
}
