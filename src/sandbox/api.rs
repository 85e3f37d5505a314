//! The emulated API as a state machine: requests in, answers out, no I/O.

use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderName, Method};
use serde_json::{Value as Json, json};

use super::auth;
use super::envelope::{self, ApiError};
use super::exchange::{Answer, RecordedRequest};
use super::fault::{self, Fault, FaultEndpoint, FaultKind, FaultSubject, Pending};
use super::personality::{Patch, Personality};
use super::quota::Charge;
use super::residence::Residence;
use super::route::{self, ApiResource, Route};
use super::rules::WriteKind;
use super::state::{Permission, State};
use crate::cloudflare::Request;
use crate::json::JsonText;
use crate::settings::{Endpoint, Model, Target};

/// The emulated API: its state, its table of settings, and the requests so far.
#[derive(Debug, Clone)]
pub struct Sandbox {
    pub(super) state: State,
    pub(super) model: Model,
    /// The number of requests so far.
    pub(super) handled: u64,
    /// The requests so far; `None` if they are not recorded.
    recorded: Option<Vec<RecordedRequest>>,
    /// Faults that apply before those of the state. They are not written to a state file.
    script: Vec<Fault>,
    /// The time of new entries of the audit log; `None` for that of the sandbox's clock.
    pub(super) now: Option<jiff::Timestamp>,
}

const RAY: HeaderName = HeaderName::from_static("cf-ray");

/// The status and body of an answer, or the errors.
pub(super) type Handled = Result<(u16, Json), Vec<ApiError>>;

impl Sandbox {
    /// Creates a sandbox with a state and a personality; the personality replaces that of the state.
    pub fn new(state: State, personality: Personality) -> Self {
        Self::from_state(State { personality, ..state })
    }

    /// Creates a sandbox with a state, under the personality of that state.
    pub fn from_state(state: State) -> Self {
        Self {
            state,
            model: Model::current().clone(),
            handled: 0,
            recorded: Some(Vec::new()),
            script: Vec::new(),
            now: None,
        }
    }

    /// Replaces the table of settings.
    #[must_use]
    pub fn with_model(self, model: Model) -> Self {
        Self { model, ..self }
    }

    /// Sets faults that are not part of the state. They apply before those of the state.
    pub(super) fn set_script(&mut self, script: Vec<Fault>) {
        self.script = script;
    }

    /// Stops recording requests.
    pub(super) fn stop_recording(&mut self) {
        self.recorded = None;
    }

    /// Returns the state.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Returns the state, to change it without a request.
    pub fn state_mut(&mut self) -> &mut State {
        &mut self.state
    }

    /// Returns all requests so far, in order.
    pub fn calls(&self) -> &[RecordedRequest] {
        self.recorded.as_deref().unwrap_or_default()
    }

    /// Returns all write requests so far, in order.
    pub fn writes(&self) -> impl Iterator<Item = &RecordedRequest> {
        self.calls().iter().filter(|request| request.is_write())
    }

    /// Answers one request. There is no budget of requests.
    pub fn handle(&mut self, call: &Request) -> Answer {
        self.handle_charged(call, None)
    }

    /// Answers one request that was charged to a budget.
    pub(super) fn handle_charged(&mut self, call: &Request, charge: Option<Charge>) -> Answer {
        let answer = match charge {
            Some(charge) if charge.is_refused => self.refuse(charge),
            _ => {
                let mut answer = self.handle_accepted(call);
                charge.into_iter().for_each(|charge| answer.set_limits(charge));
                answer
            }
        };
        self.record(call, &answer);
        answer
    }

    /// Returns the answer to a request beyond the budget. It reaches neither the account nor the fault script.
    fn refuse(&self, charge: Charge) -> Answer {
        let mut answer = Answer::default();
        answer.set_header(CONTENT_TYPE, "application/json");
        answer.set_header(RAY, &format!("{}-SBX", self.ray()));
        answer.throttle(charge);
        answer
    }

    fn handle_accepted(&mut self, call: &Request) -> Answer {
        self.apply_pending_writes();
        let route = route::read(call);
        let fault = self.next_fault(call, route.as_ref().ok());
        let (ray, draft) = (self.ray(), self.draft(call));
        let outcome = match fault {
            Some(fault) if !fault.is_applied() => None,
            _ => Some(route.as_ref().map_err(|refusal| vec![refusal.clone()]).and_then(|route| self.act(call, route))),
        };
        let target = route.ok().and_then(|route| route.target);
        if let (Some(draft), Some(outcome), Some(target)) = (draft, &outcome, target) {
            // An account that does not exist has no log.
            let _ = self.visit(&target, |sandbox| sandbox.log_outcome(draft, outcome));
        }
        if let Some(FaultKind::Lands { requests }) = fault {
            self.defer_write(call, requests);
        }
        self.answer(call, &ray, outcome, fault)
    }

    /// Takes the fault of a request from the scripts.
    fn next_fault(&mut self, call: &Request, route: Option<&Route>) -> Option<FaultKind> {
        let subject = FaultSubject {
            method: call.method().as_str(),
            endpoint: route.map(|route| route.resource.fault_endpoint()),
            account: route.and_then(|route| route.target.as_ref()).map(|target| &target.id),
        };
        match fault::next(&mut self.script, subject) {
            Pending::Now(fault) => Some(fault),
            Pending::Later => None,
            Pending::None => fault::next(&mut self.state.faults, subject).now(),
        }
    }

    fn record(&mut self, call: &Request, answer: &Answer) {
        self.handled += 1;
        let Some(recorded) = &mut self.recorded else { return };
        recorded.push(RecordedRequest {
            method: call.method().clone(),
            path: route::below_base(call.uri().path()).to_owned(),
            query: call.uri().query().unwrap_or_default().to_owned(),
            body: JsonText::parse(call.body()).ok().map(|body| body.view()),
            status: answer.http.status().as_u16(),
            delivery: answer.delivery,
        });
    }

    fn answer(&self, call: &Request, ray: &str, outcome: Option<Handled>, fault: Option<FaultKind>) -> Answer {
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
        answer.set_header(RAY, &format!("{ray}-SBX"));
        if status == 405 {
            answer.set_header(ALLOW, &self.allowed(call.uri().path()).join(", "));
        }
        if let Some(fault) = fault {
            answer.apply_fault(fault);
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
            _ if call.method() == Method::DELETE => return Err(vec![ApiError::wrong_method(call.method())]),
            _ => {}
        }
        auth::authorize(&self.state, call, route.permission(call)).map_err(one)?;
        let target = route.target.as_ref().ok_or_else(|| vec![ApiError::no_route(call.uri().path())])?;
        if self.state.target.is_none() && self.state.residence(target) == Some(Residence::First) {
            self.state.target = Some(target.clone());
        }
        self.visit(target, |sandbox| sandbox.act_on(target, call, route.resource)).map_err(one)?
    }

    /// Answers an authorized request for the account or zone that is visited.
    fn act_on(&mut self, target: &Target, call: &Request, resource: ApiResource) -> Handled {
        let endpoint = match resource {
            ApiResource::Settings(endpoint) => endpoint,
            ApiResource::AuditLog => return self.audit_page(target, call),
            _ => return revoke_user(call),
        };
        match call.method().as_str() {
            "GET" => self.read(target, endpoint),
            "PUT" => self.update(target, endpoint, call, WriteKind::Update),
            "POST" if endpoint == Endpoint::Organization => self.create(target, call),
            "PATCH" if self.patches(endpoint) => self.update(target, endpoint, call, WriteKind::Patch),
            _ => Err(vec![ApiError::wrong_method(call.method())]),
        }
    }

    /// Returns the methods that a path supports.
    fn allowed(&self, path: &str) -> Vec<&'static str> {
        match route::resource_of(path) {
            Some(ApiResource::Settings(Endpoint::Organization)) if self.patches(Endpoint::Organization) => {
                vec!["GET", "PATCH", "POST", "PUT"]
            }
            Some(ApiResource::Settings(Endpoint::Organization)) => vec!["GET", "POST", "PUT"],
            Some(ApiResource::Settings(Endpoint::Doh)) => vec!["GET", "PUT"],
            Some(ApiResource::RevokeUser) => vec!["POST"],
            Some(ApiResource::Verify(_) | ApiResource::AuditLog) => vec!["GET"],
            None => Vec::new(),
        }
    }

    fn patches(&self, endpoint: Endpoint) -> bool {
        endpoint == Endpoint::Organization && self.state.personality.patch == Patch::Accepted
    }
}

impl ApiResource {
    fn fault_endpoint(self) -> FaultEndpoint {
        match self {
            Self::Settings(Endpoint::Organization) => FaultEndpoint::Organization,
            Self::Settings(Endpoint::Doh) => FaultEndpoint::Doh,
            Self::RevokeUser => FaultEndpoint::RevokeUser,
            Self::Verify(_) => FaultEndpoint::Verify,
            Self::AuditLog => FaultEndpoint::AuditLog,
        }
    }
}

impl Route {
    /// Returns the permission that a request needs.
    fn permission(&self, call: &Request) -> Permission {
        match (self.resource, call.method().as_str()) {
            (ApiResource::RevokeUser, _) => Permission::Revoke,
            (_, "GET") => Permission::Read,
            _ => Permission::Write,
        }
    }
}

fn revoke_user(call: &Request) -> Handled {
    let body = read_body(call).map_err(|refusal| vec![refusal])?.view();
    let email = body.get("email").and_then(Json::as_str).filter(|email| email.contains('@'));
    if email.is_none() {
        return Err(vec![ApiError::invalid_request("email is required").at(&["email"])]);
    }
    let optional = [("user_uid", Json::is_string as fn(&Json) -> bool, "a string")]
        .into_iter()
        .chain(["devices", "warp_session_reauth"].map(|name| (name, Json::is_boolean as _, "true or false")));
    for (name, has_type, what) in optional {
        if body.get(name).is_some_and(|value| !value.is_null() && !has_type(value)) {
            return Err(vec![ApiError::invalid_request(&format!("{name} must be {what}")).at(&[name])]);
        }
    }
    for (name, value) in url::form_urlencoded::parse(call.uri().query().unwrap_or_default().as_bytes()) {
        if name == "devices" && !matches!(&*value, "true" | "false") {
            return Err(vec![ApiError::invalid_request("devices in the query must be true or false")]);
        }
    }
    Ok((200, json!({"result": true, "success": true})))
}

pub(super) fn read_body(call: &Request) -> Result<JsonText, ApiError> {
    JsonText::parse(call.body()).map_err(|error| ApiError::invalid_config(format!("the body is not JSON: {error}")))
}
