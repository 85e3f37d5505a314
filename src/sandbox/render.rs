//! The answer to a read: a stored document in the representation of a personality. The meaning does not change.

use serde_json::{Value as Json, json};

use super::fields::{self, Fields, Table};
use super::personality::{
    Durations, EmptyGroupLists, EmptyLists, EmptyLoginDesign, FalseMembers, Personality, Sets, Spelling, SwitchedOff,
    ToggleReason, UnsetDoh, UnsetMembers,
};
use crate::settings::{Access, Branch, GoDuration, Group, Kind, Node, Setting, is_blank};

const LOGIN_DESIGN: &str = "organization.login_design";

/// Returns a stored document as a read answers it.
pub(super) fn answer(table: Table<'_>, personality: &Personality, stored: &Fields) -> Fields {
    let mut answer = stored.clone();
    for setting in table.settings() {
        represent_value(personality, setting, &mut answer);
        omit_or_add_empty(table, personality, setting, &mut answer);
    }
    let is_here = |group: &&Group| table.settings().any(|setting| setting.full_path().is_below(group.full_path()));
    for group in table.model.innermost_groups().into_iter().filter(is_here) {
        fill_switched_off(table, personality, group, &mut answer);
        represent_group(table, personality, group, &mut answer);
    }
    if personality.spelling == Spelling::Former {
        table.model.groups().iter().filter(is_here).for_each(|group| rename(group, &mut answer));
    }
    if personality.unset_members == UnsetMembers::Null {
        for setting in table.settings().filter(|setting| setting.group().is_none()) {
            answer.entry(fields::stored_keys(setting)[0]).or_insert(Json::Null);
        }
    }
    answer
}

/// Returns the DNS over HTTPS document before the first write.
pub(super) fn unset_doh(personality: &Personality) -> Fields {
    let mut answer = Fields::new();
    if personality.unset_doh == UnsetDoh::Defaults {
        answer.insert("doh_jwt_duration".to_owned(), json!("24h"));
    }
    answer
}

/// Changes the representation of a value.
fn represent_value(personality: &Personality, setting: &Setting, answer: &mut Fields) {
    let keys = fields::stored_keys(setting);
    let Some(value) = fields::get(answer, keys) else { return };
    let represented = match (setting.kind, value) {
        (Kind::Duration(_), Json::String(text)) if personality.durations == Durations::Rewritten => {
            text.parse::<GoDuration>().ok().map(|duration| Json::from(go_style(duration)))
        }
        (Kind::Set(_), Json::Array(elements)) if personality.sets == Sets::Sorted => {
            let mut sorted = elements.clone();
            sorted.sort_by_key(Json::to_string);
            Some(Json::Array(sorted))
        }
        _ => None,
    };
    if let Some(represented) = represented {
        fields::put(answer, keys, represented);
    }
}

/// Omits or adds empty values.
fn omit_or_add_empty(table: Table<'_>, personality: &Personality, setting: &Setting, answer: &mut Fields) {
    let keys = fields::stored_keys(setting);
    let value = fields::get(answer, keys);
    let (off, grouped) = (value == Some(&Json::Bool(false)), setting.group().is_some());
    let is_switch = table.model.groups().iter().any(|group| group.switch == Some(setting.path));
    let omitted = match (setting.kind, setting.access) {
        (Kind::Boolean, _) => off && !is_switch && personality.false_members == FalseMembers::Omitted,
        (Kind::Set(_), _) => value.is_some_and(is_blank) && omits_empty_lists(personality, grouped),
        (_, Access::Annotation(switch)) if personality.toggle_reason == ToggleReason::WhileOn => {
            let switch = table.model.setting(switch).and_then(|switch| fields::get(answer, switch.keys()));
            switch != Some(&Json::Bool(true))
        }
        _ => false,
    };
    let always = match setting.kind {
        Kind::Boolean if personality.false_members == FalseMembers::Always => Some(Json::Bool(false)),
        Kind::Set(_) if personality.empty_lists == EmptyLists::Always => Some(json!([])),
        _ => None,
    };
    match always {
        _ if omitted => drop(fields::remove(answer, keys)),
        Some(empty) if value.is_none() && !grouped => fields::put(answer, keys, empty),
        _ => {}
    }
}

fn omits_empty_lists(personality: &Personality, grouped: bool) -> bool {
    if grouped {
        personality.empty_group_lists == EmptyGroupLists::Omitted
    } else {
        personality.empty_lists == EmptyLists::Omitted
    }
}

/// Fills the members of a group whose switch is off with their least strict values, as the server does.
fn fill_switched_off(table: Table<'_>, personality: &Personality, group: &Group, answer: &mut Fields) {
    let Some(switch) = group.switch.and_then(|path| table.model.setting(path)) else { return };
    let whole = fields::get(answer, group.keys());
    let replaceable = whole.is_none_or(|whole| whole.is_object() || whole.is_null());
    let on = !switch.is_empty(fields::get(answer, switch.keys()));
    if personality.switched_off != SwitchedOff::Filled || on || !replaceable {
        return;
    }
    for setting in table.model.members(group) {
        let filler = match setting.kind {
            Kind::Boolean => json!(false),
            Kind::Integer { min, .. } => json!(min),
            Kind::Enum(words) => json!(words.last()),
            _ => continue,
        };
        if fields::get(answer, setting.keys()).is_none_or(is_blank) {
            fields::put(answer, setting.keys(), filler);
        }
    }
}

/// Represents an empty group.
fn represent_group(table: Table<'_>, personality: &Personality, group: &Group, answer: &mut Fields) {
    let keys = group.keys();
    let empty = fields::get(answer, keys).is_none_or(|whole| is_blank(whole) && !has_unknown(table, group, whole));
    if empty && group.path == LOGIN_DESIGN {
        return represent_login_design(table, personality, group, answer);
    }
    if empty && personality.unset_members == UnsetMembers::Null {
        return fields::put(answer, keys, Json::Null);
    }
    if fields::get(answer, keys).and_then(Json::as_object).is_some_and(Fields::is_empty) {
        fields::remove(answer, keys);
    }
}

/// Moves a group to its former name.
fn rename(group: &Group, answer: &mut Fields) {
    if let Some(former) = group.former
        && fields::get(answer, group.keys()).is_some_and(|whole| !whole.is_null())
        && let Some(whole) = fields::remove(answer, group.keys())
    {
        fields::put(answer, former.keys(), whole);
    }
}

/// Whether a group contains unknown members, which are returned unchanged, empty or not.
fn has_unknown(table: Table<'_>, group: &Group, whole: &Json) -> bool {
    let group = table.model.section(table.endpoint).at(group.keys()).map(|member| &member.node);
    matches!(group, Some(Node::Branch(branch)) if holds_unknown(branch, whole))
}

fn holds_unknown(branch: &Branch, whole: &Json) -> bool {
    whole.as_object().is_some_and(|members| {
        members.iter().any(|(name, value)| match branch.member(name).map(|member| &member.node) {
            Some(Node::Branch(below)) => holds_unknown(below, value),
            Some(Node::Setting(_)) => false,
            None => true,
        })
    })
}

fn represent_login_design(table: Table<'_>, personality: &Personality, group: &Group, answer: &mut Fields) {
    let design = match personality.empty_login_design {
        EmptyLoginDesign::Absent => return drop(fields::remove(answer, group.keys())),
        EmptyLoginDesign::EmptyObject => Fields::new(),
        EmptyLoginDesign::EmptyStrings => {
            table.model.members(group).map(|setting| (setting.name().to_owned(), json!(""))).collect()
        }
    };
    fields::put(answer, group.keys(), Json::Object(design));
}

/// Formats a duration as Go does: `24h0m0s`, `1m30s`, `1.5s`, `100ms`, `0s`.
fn go_style(duration: GoDuration) -> String {
    let nanoseconds = duration.nanoseconds();
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let total = nanoseconds.unsigned_abs();
    const SECOND: u64 = 1_000_000_000;
    let (hours, minutes) = (total / (3600 * SECOND), total / (60 * SECOND) % 60);
    let seconds = decimal(total % (60 * SECOND), SECOND);
    match total {
        0 => "0s".to_owned(),
        1..1_000 => format!("{sign}{total}ns"),
        1_000..1_000_000 => format!("{sign}{}\u{b5}s", decimal(total, 1_000)),
        1_000_000..SECOND => format!("{sign}{}ms", decimal(total, 1_000_000)),
        _ if hours > 0 => format!("{sign}{hours}h{minutes}m{seconds}s"),
        _ if minutes > 0 => format!("{sign}{minutes}m{seconds}s"),
        _ => format!("{sign}{seconds}s"),
    }
}

/// Formats an amount in a unit, with as many decimals as needed.
fn decimal(total: u64, unit: u64) -> String {
    let rest = total % unit;
    if rest == 0 {
        return (total / unit).to_string();
    }
    let width = unit.ilog10() as usize;
    format!("{}.{rest:0width$}", total / unit).trim_end_matches('0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_rewritten_in_gos_notation() {
        for (written, printed) in [
            ("24h", "24h0m0s"),
            ("90m", "1h30m0s"),
            ("1.5s", "1.5s"),
            ("61s", "1m1s"),
            ("100ms", "100ms"),
            ("1500us", "1.5ms"),
            ("7ns", "7ns"),
            ("0m", "0s"),
            ("-1h", "-1h0m0s"),
        ] {
            let duration: GoDuration = written.parse().unwrap();
            assert_eq!(go_style(duration), printed, "{written}");
            assert_eq!(go_style(duration).parse::<GoDuration>(), Ok(duration), "{written}");
        }
    }
}
