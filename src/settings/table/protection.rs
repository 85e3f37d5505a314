//! Protection of host names without an application.

use super::common::*;

const DENY: &str = "organization.deny_unmatched_requests";
const IDLE_LIST: Impact = Impact::Harmless("the list does nothing while deny_unmatched_requests is off");

/// Protection of host names without an application.
pub(super) const SETTINGS: &[Setting] = &[
    Setting::new(DENY, Kind::Boolean)
        .doc("Denies every request to a host name of the account that no Access application protects (Error 1050).")
        .default("false: host names without an application are open")
        .account_only()
        .example("true")
        .impacts(&[
            (Direction::TurnedOn, guarded("every host name without an Access application answers with Error 1050", "list the host names of every zone in the account and the Access application that covers each; zones that must stay open go into deny_unmatched_requests_exempted_zone_names first")),
            (Direction::TurnedOff, guarded("host names without an Access application are open to everyone", "list the host names of every zone in the account and the Access application that covers each")),
        ])
        .source(PROTECTION),
    Setting::new("organization.deny_unmatched_requests_exempted_zone_names", Kind::Set(Element::Host))
        .doc("Zones in which deny_unmatched_requests does not apply. Host names there that match an application stay protected.")
        .default("no zone is exempted")
        .account_only()
        .example("[example.com]")
        .impacts(&[
            (Direction::FirstSet, Impact::Depends(&Dependence { condition: Condition::StaysOff(DENY), met: IDLE_LIST, otherwise: guarded("host names in these zones that no application protects are open to everyone", "the host names of each zone that is added or removed") })),
            (Direction::Gains, Impact::Depends(&Dependence { condition: Condition::StaysOff(DENY), met: IDLE_LIST, otherwise: guarded("host names in the added zones that no application protects are open to everyone", "the host names of each zone that is added or removed") })),
            (Direction::Loses, Impact::Depends(&Dependence { condition: Condition::StaysOff(DENY), met: IDLE_LIST, otherwise: guarded("host names in the removed zones that no application protects answer with Error 1050", "the host names of each zone that is added or removed") })),
            (Direction::Exchanges, Impact::Depends(&Dependence { condition: Condition::StaysOff(DENY), met: IDLE_LIST, otherwise: guarded("unprotected host names are open to everyone in the added zones, and answer with Error 1050 in the removed ones", "the host names of each zone that is added or removed") })),
            (Direction::Emptied, Impact::Depends(&Dependence { condition: Condition::StaysOff(DENY), met: IDLE_LIST, otherwise: guarded("host names in the removed zones that no application protects answer with Error 1050", "the host names of each zone that is added or removed") })),
        ])
        .source(PROTECTION),
];
