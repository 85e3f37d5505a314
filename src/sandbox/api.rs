//! The emulated API as a state machine: a request goes in, an answer comes out, and nothing else happens.

use serde_json::{Value as Json, json};

use super::auth::{self, Need};
use super::envelope::{self, Refusal};
use super::exchange::{Answer, Call, Delivery, Seen};
use super::fault::{self, Fault, Pending, Place, Trouble};
use super::fields::{self, Fields, Table, Winner};
use super::personality::{
    AbsentOrganization, LATE_READS, NewOrganization, Patch, Personality, Post, PostExisting, ReadBack, Spelling,
    UpdatedAt,
};
use super::render;
use super::route::{self, Resource, Route};
use super::rules::{Kind, Write};
use super::state::{Adopt, Concurrent, Moment, Stale, State, instant};
use super::write::merge_patch;
use crate::json::JsonText;
use crate::live::{Document, DocumentError};
use crate::settings::{Endpoint, Model, Target, is_blank, undotted};

/// The emulated API: what it remembers, what it knows, and what it has seen.
#[derive(Debug, Clone)]
pub struct Sandbox {
    pub(super) state: State,
    model: Model,
    seen: Vec<Seen>,
    /// Faults that happen before those of the state, and that no state file keeps.
    script: Vec<Fault>,
}

/// How many requests a token has in a window (API docs, fundamentals/api/reference/limits). The emulated API counts
/// without a clock and never runs out: a fault plays that.
const BUDGET: usize = 1200;
/// The seconds of a window.
const WINDOW: usize = 300;

type Outcome = Result<(u16, Json), Vec<Refusal>>;

impl Sandbox {
    /// A sandbox with this state under this personality.
    pub fn new(state: State, personality: Personality) -> Self {
        Self::from_state(State { personality, ..state })
    }

    /// A sandbox with this state, under the personality in it.
    pub fn from_state(state: State) -> Self {
        Self { state, model: Model::current().clone(), seen: Vec::new(), script: Vec::new() }
    }

    /// The same sandbox with another table of settings.
    #[must_use]
    pub fn with_model(self, model: Model) -> Self {
        Self { model, ..self }
    }

    /// The same sandbox with faults that it does not remember: they happen before those of its state.
    #[must_use]
    pub fn with_script(self, script: Vec<Fault>) -> Self {
        Self { script, ..self }
    }

    /// What it remembers.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// What it remembers, to be changed behind everyone's back.
    pub fn state_mut(&mut self) -> &mut State {
        &mut self.state
    }

    /// Every request so far, in order.
    pub fn calls(&self) -> &[Seen] {
        &self.seen
    }

    /// Every request so far that asked for a change.
    pub fn writes(&self) -> impl Iterator<Item = &Seen> {
        self.seen.iter().filter(|seen| seen.is_write())
    }

    /// Answers one request.
    pub fn handle(&mut self, call: &Call) -> Answer {
        self.land();
        let route = route::read(call);
        let place = route.as_ref().ok().map(|route| route.resource.place());
        let trouble = match fault::next(&mut self.script, &call.method, place) {
            Pending::Now(trouble) => Some(trouble),
            Pending::Later => None,
            Pending::Nothing => fault::next(&mut self.state.faults, &call.method, place).now(),
        };
        let outcome = match trouble {
            Some(trouble) if !trouble.is_applied() => None,
            _ => Some(route.map_err(|refusal| vec![refusal]).and_then(|route| self.act(call, &route))),
        };
        if let Some(Trouble::Lands { requests }) = trouble {
            self.postpone(call, requests);
        }
        let answer = self.answer(call, outcome, trouble);
        self.seen.push(Seen {
            method: call.method.clone(),
            path: route::below_base(&call.path).to_owned(),
            query: call.query.clone(),
            body: JsonText::parse(&call.body).ok().map(|body| body.view()),
            status: answer.status,
            delivery: answer.delivery,
        });
        answer
    }

    fn answer(&self, call: &Call, outcome: Option<Outcome>, trouble: Option<Trouble>) -> Answer {
        let (status, body) = match outcome {
            Some(Ok((status, body))) => (status, body),
            Some(Err(refusals)) => {
                (refusals.first().map_or(500, |refusal| refusal.status), envelope::failure(&refusals))
            }
            None => (0, Json::Null),
        };
        let mut answer = Answer {
            status,
            headers: vec![
                ("content-type".to_owned(), "application/json".to_owned()),
                ("cf-ray".to_owned(), format!("{:016x}-SBX", 0x8f00_0000_0000_0001_u64 + self.seen.len() as u64)),
                ("ratelimit".to_owned(), format!("\"default\";r={};t={WINDOW}", BUDGET - 1 - self.seen.len() % BUDGET)),
                ("ratelimit-policy".to_owned(), format!("\"default\";q={BUDGET};w={WINDOW}")),
            ],
            body: self.state.with_originals(&body).into_bytes(),
            delivery: Delivery::Normal,
        };
        if status == 405 {
            answer.headers.push(("allow".to_owned(), self.allowed(&call.path).join(", ")));
        }
        if let Some(trouble) = trouble {
            answer.spoil(trouble);
        }
        answer
    }

    fn act(&mut self, call: &Call, route: &Route) -> Outcome {
        let one = |refusal| vec![refusal];
        match route.resource {
            Resource::Verify(owner) => {
                let result = auth::verify(&self.state, call, owner).map_err(one)?;
                return Ok((200, envelope::success(result)));
            }
            _ if call.method == "DELETE" => return Err(vec![not_allowed(call)]),
            _ => {}
        }
        auth::admit(&self.state, call, route.need(call)).map_err(one)?;
        let target = route.target.as_ref().ok_or_else(|| vec![Refusal::no_route(&call.path)])?;
        self.adopt(target).map_err(one)?;
        let endpoint = match route.resource {
            Resource::Settings(endpoint) => endpoint,
            _ => return revoke_user(call),
        };
        match call.method.as_str() {
            "GET" => self.read(target, endpoint),
            "PUT" => self.update(target, endpoint, call, Kind::Update),
            "POST" if endpoint == Endpoint::Organization => self.create(target, call),
            "PATCH" if self.patches(endpoint) => self.update(target, endpoint, call, Kind::Patch),
            _ => Err(vec![not_allowed(call)]),
        }
    }

    /// The methods that a path takes.
    fn allowed(&self, path: &str) -> Vec<&'static str> {
        match route::resource_of(path) {
            Some(Resource::Settings(Endpoint::Organization)) if self.patches(Endpoint::Organization) => {
                vec!["GET", "PATCH", "POST", "PUT"]
            }
            Some(Resource::Settings(Endpoint::Organization)) => vec!["GET", "POST", "PUT"],
            Some(Resource::Settings(Endpoint::Doh)) => vec!["GET", "PUT"],
            Some(Resource::RevokeUser) => vec!["POST"],
            Some(Resource::Verify(_)) => vec!["GET"],
            None => Vec::new(),
        }
    }

    fn patches(&self, endpoint: Endpoint) -> bool {
        endpoint == Endpoint::Organization && self.state.personality.patch == Patch::Accepted
    }

    fn adopt(&mut self, target: &Target) -> Result<(), Refusal> {
        let known = self.state.target.get_or_insert_with(|| target.clone());
        if known == target || self.state.adopt == Adopt::Any {
            return Ok(());
        }
        Err(Refusal::new(403, 9109, "Unauthorized to access requested resource"))
    }

    fn table<'a>(&'a self, target: &Target, endpoint: Endpoint) -> Table<'a> {
        Table { model: &self.model, endpoint, scope: target.scope }
    }

    fn read(&mut self, target: &Target, endpoint: Endpoint) -> Outcome {
        let answer = self.read_now(target, endpoint);
        if endpoint == Endpoint::Organization {
            self.somebody_else_writes(Moment::Read);
        }
        answer
    }

    fn read_now(&mut self, target: &Target, endpoint: Endpoint) -> Outcome {
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
            // A token in use is seen anew each time anybody looks.
            let seconds = self.state.clock + i64::try_from(self.seen.len()).unwrap_or(0);
            answer.insert("last_seen_at".to_owned(), Json::from(instant(seconds)));
        }
        answer
    }

    fn absent(&self) -> Outcome {
        match self.state.personality.absent_organization {
            AbsentOrganization::NotEnabled => Err(vec![Refusal::not_enabled(403)]),
            AbsentOrganization::NotEnabled404 => Err(vec![Refusal::not_enabled(404)]),
            AbsentOrganization::NotFound => Err(vec![Refusal::no_route("/access/organizations")]),
            AbsentOrganization::NullResult => Ok((200, envelope::success(Json::Null))),
        }
    }

    pub(super) fn update(&mut self, target: &Target, endpoint: Endpoint, call: &Call, kind: Kind) -> Outcome {
        if self.state.organization.is_none() {
            let refused = self.absent();
            return if refused.is_ok() { Err(vec![Refusal::not_enabled(403)]) } else { refused };
        }
        let body = self.read_document(endpoint, call)?;
        if endpoint == Endpoint::Organization {
            self.somebody_else_writes(Moment::Before);
        }
        self.write(target, endpoint, body, kind)?;
        let stored = self.state.document(endpoint);
        let answer = self.render(target, endpoint, stored);
        if endpoint == Endpoint::Organization {
            self.somebody_else_writes(Moment::After);
        }
        let status = if endpoint == Endpoint::Doh { 201 } else { 200 };
        Ok((status, envelope::success(Json::Object(answer))))
    }

    pub(super) fn create(&mut self, target: &Target, call: &Call) -> Outcome {
        let mut body = self.read_document(Endpoint::Organization, call)?;
        if self.state.organization.is_some() {
            match self.state.personality.post_existing {
                PostExisting::Conflict => {
                    let message = "access.api.error.conflict: an organization already exists for this account";
                    // The status is reported of other Access objects; the code is not reported.
                    return Err(vec![Refusal::new(409, 12130, message)]);
                }
                PostExisting::Answered => {}
                PostExisting::Merged => self.write(target, Endpoint::Organization, body, Kind::Patch)?,
            }
            return Ok((201, self.created(target)));
        }
        if self.state.personality.post == Post::Refused {
            return Err(vec![Refusal::invalid_auth_domain()]);
        }
        if self.state.personality.post == Post::Generated {
            generate_missing(&mut body, target);
        }
        if body.get("name").and_then(Json::as_str).is_none_or(str::is_empty) {
            return Err(vec![Refusal::invalid_config("name is required").at(&["name"])]);
        }
        self.write(target, Endpoint::Organization, body, Kind::Create)?;
        Ok((201, self.created(target)))
    }

    fn created(&self, target: &Target) -> Json {
        let answer = self.render(target, Endpoint::Organization, self.state.organization.as_ref());
        envelope::success(Json::Object(answer))
    }

    fn read_document(&mut self, endpoint: Endpoint, call: &Call) -> Result<Fields, Vec<Refusal>> {
        let text = read_body(call).map_err(|refusal| vec![refusal])?;
        let refused =
            |error: DocumentError| vec![Refusal::invalid_config(format!("the body must be an object: {error}"))];
        let document = Document::parse(endpoint, &text).map_err(refused)?;
        self.state.texts.extend(document.texts());
        Ok(document.fields)
    }

    fn write(&mut self, target: &Target, endpoint: Endpoint, body: Fields, kind: Kind) -> Result<(), Vec<Refusal>> {
        let winner = match self.state.personality.spelling {
            Spelling::Current => Winner::Current,
            Spelling::Former => Winner::Former,
        };
        let table = self.table(target, endpoint);
        let old = self.state.document(endpoint).cloned();
        let stored = table.with_current_names(old.clone().unwrap_or_default(), winner);
        let body = table.with_current_names(self.without_ignored(endpoint, body, &stored), winner);
        let write = Write { table, state: &self.state, stored: &stored, body: &body, kind };
        write.check()?;
        let mut next = write.next();
        self.reset_some(endpoint, &mut next);
        self.state.clock += 1;
        if endpoint == Endpoint::Organization {
            self.stamp(&mut next, kind);
        }
        if self.state.personality.read_back == ReadBack::Late {
            self.state.stale.insert(endpoint.section().to_owned(), Stale { document: old, reads: LATE_READS });
        }
        self.state.store(endpoint, next);
        Ok(())
    }

    fn stamp(&self, next: &mut Fields, kind: Kind) {
        let now = Json::from(self.state.now());
        if kind == Kind::Create {
            next.insert("created_at".to_owned(), now.clone());
            let defaults = self.state.personality.new_organization == NewOrganization::Defaults;
            if self.state.account.strict_service_tokens || defaults {
                next.insert("strict_service_token_auth".to_owned(), Json::Bool(true));
            }
            if defaults {
                next.entry("session_duration").or_insert_with(|| Json::from("24h"));
            }
        }
        if kind == Kind::Create || self.state.personality.updated_at == UpdatedAt::Moves {
            next.insert("updated_at".to_owned(), now);
        }
    }

    /// A hostile API: the body's value makes way for the one that is stored.
    fn without_ignored(&self, endpoint: Endpoint, mut body: Fields, stored: &Fields) -> Fields {
        for keys in of_endpoint(&self.state.hostile.ignores, endpoint) {
            match fields::get(stored, &keys) {
                Some(value) => fields::put(&mut body, &keys, value.clone()),
                None => drop(fields::remove(&mut body, &keys)),
            }
        }
        body
    }

    /// A hostile API: what was stored is gone.
    fn reset_some(&self, endpoint: Endpoint, next: &mut Fields) {
        for keys in of_endpoint(&self.state.hostile.resets, endpoint) {
            fields::remove(next, &keys);
        }
    }

    fn somebody_else_writes(&mut self, moment: Moment) {
        let due = |theirs: &mut Concurrent| theirs.when == moment;
        let Some(theirs) = self.state.hostile.concurrent.take_if(due) else { return };
        let mut document = Json::Object(self.state.organization.take().unwrap_or_default());
        merge_patch(&mut document, &theirs.patch);
        if let Json::Object(fields) = document {
            self.state.organization = Some(fields);
        }
    }
}

impl Resource {
    fn place(self) -> Place {
        match self {
            Self::Settings(Endpoint::Organization) => Place::Organization,
            Self::Settings(Endpoint::Doh) => Place::Doh,
            Self::RevokeUser => Place::RevokeUser,
            Self::Verify(_) => Place::Verify,
        }
    }
}

impl Route {
    fn need(&self, call: &Call) -> Need {
        match (self.resource, call.method.as_str()) {
            (Resource::RevokeUser, _) => Need::Revoke,
            (_, "GET") => Need::Read,
            _ => Need::Write,
        }
    }
}

/// What the API makes up for providers. What it looks like is not known; it differs from account to account.
fn generate_missing(body: &mut Fields, target: &Target) {
    let id: String = target.id.as_str().chars().take(8).collect();
    let generated = [("name", format!("Organization {id}")), ("auth_domain", format!("org-{id}.cloudflareaccess.com"))];
    for (key, value) in generated {
        if body.get(key).is_none_or(is_blank) {
            body.insert(key.to_owned(), value.into());
        }
    }
}

fn revoke_user(call: &Call) -> Outcome {
    let body = read_body(call).map_err(|refusal| vec![refusal])?.view();
    let email = body.get("email").and_then(Json::as_str).filter(|email| email.contains('@'));
    if email.is_none() {
        return Err(vec![Refusal::invalid_request("email is required").at(&["email"])]);
    }
    let takes = [("user_uid", Json::is_string as fn(&Json) -> bool, "text")]
        .into_iter()
        .chain(["devices", "warp_session_reauth"].map(|name| (name, Json::is_boolean as _, "true or false")));
    for (name, is_right, what) in takes {
        if body.get(name).is_some_and(|value| !value.is_null() && !is_right(value)) {
            return Err(vec![Refusal::invalid_request(&format!("{name} takes {what}")).at(&[name])]);
        }
    }
    for (name, value) in url::form_urlencoded::parse(call.query.as_bytes()) {
        if name == "devices" && !matches!(&*value, "true" | "false") {
            return Err(vec![Refusal::invalid_request("the query's devices takes true or false")]);
        }
    }
    Ok((200, json!({"result": true, "success": true})))
}

fn read_body(call: &Call) -> Result<JsonText, Refusal> {
    JsonText::parse(&call.body).map_err(|error| Refusal::invalid_config(format!("the body is not JSON: {error}")))
}

fn not_allowed(call: &Call) -> Refusal {
    Refusal::new(405, 7001, format!("Method {} not available for that URI.", call.method))
}

/// The keys of the paths that lead into an endpoint.
fn of_endpoint(paths: &[String], endpoint: Endpoint) -> impl Iterator<Item = Vec<String>> {
    let paths = paths.iter().filter_map(|path| undotted(path));
    paths.filter(move |(of, _)| *of == endpoint).map(|(_, keys)| keys)
}
