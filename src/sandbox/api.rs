//! The emulated API as a state machine: a request goes in, an answer comes out, and nothing else happens.

use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderName, Method};
use serde_json::{Value as Json, json};

use super::auth::{self, Need};
use super::envelope::{self, ApiError};
use super::exchange::{Answer, RATELIMIT, RecordedRequest};
use super::fault::{self, Fault, FaultEndpoint, Pending, Trouble};
use super::personality::{Patch, Personality};
use super::route::{self, ApiResource, Route};
use super::rules::WriteKind;
use super::state::{Adopt, State};
use crate::cloudflare::Request;
use crate::json::JsonText;
use crate::settings::{Endpoint, Model, Target};

/// The emulated API: what it remembers, what it knows, and what it has seen.
#[derive(Debug, Clone)]
pub struct Sandbox {
    pub(super) state: State,
    pub(super) model: Model,
    pub(super) seen: Vec<RecordedRequest>,
    /// Faults that happen before those of the state, and that no state file keeps.
    script: Vec<Fault>,
}

/// How many requests a token has in a window (API docs, fundamentals/api/reference/limits). The emulated API counts
/// without a clock and never runs out: a fault plays that.
const BUDGET: usize = 1200;
/// The seconds of a window.
const WINDOW: usize = 300;

const RAY: HeaderName = HeaderName::from_static("cf-ray");
const RATELIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

pub(super) type Handled = Result<(u16, Json), Vec<ApiError>>;

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
    pub fn calls(&self) -> &[RecordedRequest] {
        &self.seen
    }

    /// Every request so far that asked for a change.
    pub fn writes(&self) -> impl Iterator<Item = &RecordedRequest> {
        self.seen.iter().filter(|seen| seen.is_write())
    }

    /// Answers one request.
    pub fn handle(&mut self, call: &Request) -> Answer {
        self.land();
        let route = route::read(call);
        let place = route.as_ref().ok().map(|route| route.resource.place());
        let trouble = match fault::next(&mut self.script, call.method().as_str(), place) {
            Pending::Now(trouble) => Some(trouble),
            Pending::Later => None,
            Pending::Nothing => fault::next(&mut self.state.faults, call.method().as_str(), place).now(),
        };
        let outcome = match trouble {
            Some(trouble) if !trouble.is_applied() => None,
            _ => Some(route.map_err(|refusal| vec![refusal]).and_then(|route| self.act(call, &route))),
        };
        if let Some(Trouble::Lands { requests }) = trouble {
            self.postpone(call, requests);
        }
        let answer = self.answer(call, outcome, trouble);
        self.seen.push(RecordedRequest {
            method: call.method().clone(),
            path: route::below_base(call.uri().path()).to_owned(),
            query: call.uri().query().unwrap_or_default().to_owned(),
            body: JsonText::parse(call.body()).ok().map(|body| body.view()),
            status: answer.http.status().as_u16(),
            delivery: answer.delivery,
        });
        answer
    }

    fn answer(&self, call: &Request, outcome: Option<Handled>, trouble: Option<Trouble>) -> Answer {
        let (status, body) = match outcome {
            Some(Ok((status, body))) => (status, body),
            Some(Err(refusals)) => {
                (refusals.first().map_or(500, |refusal| refusal.status), envelope::failure(&refusals))
            }
            None => (200, Json::Null),
        };
        let mut answer = Answer::default();
        answer.set_status(status);
        answer.set_body(self.state.with_originals(&body));
        answer.set_header(CONTENT_TYPE, "application/json");
        answer.set_header(RAY, &format!("{:016x}-SBX", 0x8f00_0000_0000_0001_u64 + self.seen.len() as u64));
        let left = BUDGET - 1 - self.seen.len() % BUDGET;
        answer.set_header(RATELIMIT, &format!("\"default\";r={left};t={WINDOW}"));
        answer.set_header(RATELIMIT_POLICY, &format!("\"default\";q={BUDGET};w={WINDOW}"));
        if status == 405 {
            answer.set_header(ALLOW, &self.allowed(call.uri().path()).join(", "));
        }
        if let Some(trouble) = trouble {
            answer.spoil(trouble);
        }
        answer
    }

    fn act(&mut self, call: &Request, route: &Route) -> Handled {
        let one = |refusal| vec![refusal];
        match route.resource {
            ApiResource::Verify(owner) => {
                let result = auth::verify(&self.state, call, owner).map_err(one)?;
                return Ok((200, envelope::success(result)));
            }
            _ if call.method() == Method::DELETE => return Err(vec![not_allowed(call)]),
            _ => {}
        }
        auth::admit(&self.state, call, route.need(call)).map_err(one)?;
        let target = route.target.as_ref().ok_or_else(|| vec![ApiError::no_route(call.uri().path())])?;
        self.adopt(target).map_err(one)?;
        let endpoint = match route.resource {
            ApiResource::Settings(endpoint) => endpoint,
            _ => return revoke_user(call),
        };
        match call.method().as_str() {
            "GET" => self.read(target, endpoint),
            "PUT" => self.update(target, endpoint, call, WriteKind::Update),
            "POST" if endpoint == Endpoint::Organization => self.create(target, call),
            "PATCH" if self.patches(endpoint) => self.update(target, endpoint, call, WriteKind::Patch),
            _ => Err(vec![not_allowed(call)]),
        }
    }

    /// The methods that a path takes.
    fn allowed(&self, path: &str) -> Vec<&'static str> {
        match route::resource_of(path) {
            Some(ApiResource::Settings(Endpoint::Organization)) if self.patches(Endpoint::Organization) => {
                vec!["GET", "PATCH", "POST", "PUT"]
            }
            Some(ApiResource::Settings(Endpoint::Organization)) => vec!["GET", "POST", "PUT"],
            Some(ApiResource::Settings(Endpoint::Doh)) => vec!["GET", "PUT"],
            Some(ApiResource::RevokeUser) => vec!["POST"],
            Some(ApiResource::Verify(_)) => vec!["GET"],
            None => Vec::new(),
        }
    }

    fn patches(&self, endpoint: Endpoint) -> bool {
        endpoint == Endpoint::Organization && self.state.personality.patch == Patch::Accepted
    }

    fn adopt(&mut self, target: &Target) -> Result<(), ApiError> {
        let known = self.state.target.get_or_insert_with(|| target.clone());
        if known == target || self.state.adopt == Adopt::Any {
            return Ok(());
        }
        Err(ApiError::new(403, 9109, "Unauthorized to access requested resource"))
    }
}

impl ApiResource {
    fn place(self) -> FaultEndpoint {
        match self {
            Self::Settings(Endpoint::Organization) => FaultEndpoint::Organization,
            Self::Settings(Endpoint::Doh) => FaultEndpoint::Doh,
            Self::RevokeUser => FaultEndpoint::RevokeUser,
            Self::Verify(_) => FaultEndpoint::Verify,
        }
    }
}

impl Route {
    fn need(&self, call: &Request) -> Need {
        match (self.resource, call.method().as_str()) {
            (ApiResource::RevokeUser, _) => Need::Revoke,
            (_, "GET") => Need::Read,
            _ => Need::Write,
        }
    }
}

fn revoke_user(call: &Request) -> Handled {
    let body = read_body(call).map_err(|refusal| vec![refusal])?.view();
    let email = body.get("email").and_then(Json::as_str).filter(|email| email.contains('@'));
    if email.is_none() {
        return Err(vec![ApiError::invalid_request("email is required").at(&["email"])]);
    }
    let takes = [("user_uid", Json::is_string as fn(&Json) -> bool, "text")]
        .into_iter()
        .chain(["devices", "warp_session_reauth"].map(|name| (name, Json::is_boolean as _, "true or false")));
    for (name, is_right, what) in takes {
        if body.get(name).is_some_and(|value| !value.is_null() && !is_right(value)) {
            return Err(vec![ApiError::invalid_request(&format!("{name} takes {what}")).at(&[name])]);
        }
    }
    for (name, value) in url::form_urlencoded::parse(call.uri().query().unwrap_or_default().as_bytes()) {
        if name == "devices" && !matches!(&*value, "true" | "false") {
            return Err(vec![ApiError::invalid_request("the query's devices takes true or false")]);
        }
    }
    Ok((200, json!({"result": true, "success": true})))
}

pub(super) fn read_body(call: &Request) -> Result<JsonText, ApiError> {
    JsonText::parse(call.body()).map_err(|error| ApiError::invalid_config(format!("the body is not JSON: {error}")))
}

fn not_allowed(call: &Request) -> ApiError {
    ApiError::new(405, 7001, format!("Method {} not available for that URI.", call.method()))
}
