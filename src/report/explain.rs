//! Renders everything that the model knows about a setting, as text and as JSON.

mod decisions;
mod entry;

pub use decisions::{DecisionEntry, GuardInfo, NoticeInfo};
pub use entry::{ExplainDocument, RuleEntry, SettingEntry};

use super::plan::join;
use crate::document::{FORMAT_VERSION, ZERODRIFT};
use crate::settings::describe;
use crate::settings::{CANONICAL_RULES, Endpoint, Group, Model, Resolved, Setting, SettingPath, joined, last_segment};
use crate::text::layout::{TerminalText, column, first_column, hanging, one_line_row, paragraph, terminal};
use crate::text::safe::safe;
use crate::text::style::{Role, Style};
use crate::text::{Visible, yaml_scalar};

/// The last line of a list of settings.
const LEGEND: &str = "! some changes need consent · zerodrift explain SETTING shows the details";

/// A name that is neither a setting nor a group.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no such setting: {}", yaml_scalar(.name))]
pub struct UnknownSetting {
    /// The name as given.
    pub name: String,
    /// The settings and groups that were probably meant, most likely first.
    pub candidates: Vec<String>,
}

/// The setting, group or section that a name refers to.
#[derive(Debug, Clone, Copy)]
enum Found<'m> {
    Setting(&'m Setting),
    Group(&'m Group),
    Section(Endpoint),
}

/// Returns all settings as a table, and the rules of comparison.
pub fn all(model: &Model, style: &Style) -> String {
    let settings: Vec<_> = model.settings().iter().collect();
    join([table(&settings, style), paragraph(LEGEND, style.width), rules_section(style)]).into()
}

/// Returns one setting, or the settings of one group or section. Names may omit the section.
///
/// # Errors
/// Returns an error if neither a setting nor a group has this name.
pub fn one(model: &Model, name: &str, style: &Style) -> Result<String, UnknownSetting> {
    Ok(match find(model, name)? {
        Found::Setting(setting) => about_setting(model, setting, style),
        Found::Group(group) => about_group(model, group, style),
        Found::Section(endpoint) => {
            join([table(&model.of(endpoint).collect::<Vec<_>>(), style), paragraph(LEGEND, style.width)])
        }
    }
    .into())
}

/// Returns the JSON document: one setting, the settings of a group, or all settings.
///
/// # Errors
/// Returns an error if neither a setting nor a group has this name.
pub fn document(model: &Model, name: Option<&str>) -> Result<ExplainDocument, UnknownSetting> {
    let settings: Vec<&Setting> = match name.map(|name| find(model, name)).transpose()? {
        None => model.settings().iter().collect(),
        Some(Found::Setting(setting)) => vec![setting],
        Some(Found::Group(group)) => model.members(group).collect(),
        Some(Found::Section(endpoint)) => model.of(endpoint).collect(),
    };
    Ok(ExplainDocument {
        format_version: FORMAT_VERSION,
        zerodrift: ZERODRIFT,
        settings: settings.into_iter().map(|setting| SettingEntry::of(model, setting)).collect(),
        rules: CANONICAL_RULES.iter().map(|(rule, text)| RuleEntry { rule, text }).collect(),
    })
}

/// The rules by which values are compared.
pub fn rules(style: &Style) -> String {
    rules_section(style).into()
}

fn rules_section(style: &Style) -> TerminalText {
    let columns = column(CANONICAL_RULES.iter().map(|(rule, _)| *rule), 24) + 2;
    let lines: TerminalText =
        CANONICAL_RULES.iter().map(|(rule, text)| hanging(2, rule, columns, text, style.width)).collect();
    safe!("{}\n{}", style.paint(Role::Heading, "When two values are equal"), lines)
}

fn find<'m>(model: &'m Model, name: &str) -> Result<Found<'m>, UnknownSetting> {
    let name = name.trim().trim_end_matches('.');
    match model.resolve(name) {
        Some(Resolved::Setting(setting)) => return Ok(Found::Setting(setting)),
        Some(Resolved::Branch(branch)) => {
            let section = || Endpoint::ALL.into_iter().find(|endpoint| endpoint.section() == branch.path());
            let found = branch.group().map(Found::Group).or_else(|| section().map(Found::Section));
            if let Some(found) = found {
                return Ok(found);
            }
        }
        None => {}
    }
    // The last segment is enough if only one setting has it.
    let called: Vec<_> = model.settings().iter().filter(|setting| setting.name() == name).collect();
    match called[..] {
        [setting] => Ok(Found::Setting(setting)),
        _ => Err(UnknownSetting { name: name.to_owned(), candidates: candidates(model, name) }),
    }
}

fn candidates(model: &Model, name: &str) -> Vec<String> {
    const SHOWN: usize = 3;
    let last = last_segment(name);
    let groups = model.groups().iter().map(Group::full_path);
    let paths = model.settings().iter().map(Setting::full_path).chain(groups);
    let likeness = |path: &SettingPath| {
        let pairs = [(path.as_str(), name), (path.below_section(), name), (path.name(), last)];
        pairs.map(|(path, name)| strsim::jaro_winkler(path, name)).into_iter().fold(0.0, f64::max)
    };
    let mut ranked: Vec<_> =
        paths.map(|path| (likeness(path), path)).filter(|(likeness, _)| *likeness > 0.85).collect();
    ranked.sort_by(|one, two| two.0.total_cmp(&one.0));
    ranked.into_iter().take(SHOWN).map(|(_, path)| path.as_str().to_owned()).collect()
}

/// The settings with the accepted values: beside the name, or below it if there is room for few words only.
fn table(settings: &[&Setting], style: &Style) -> TerminalText {
    const MARK: usize = 2;
    const ROOM: usize = 30;
    let columns = column(settings.iter().map(|setting| setting.path), 64);
    let has_room = style.width >= MARK + columns + MARK + ROOM;
    let cells: Vec<TerminalText> = settings.iter().map(|setting| accepted(setting, style)).collect();
    let widths: Vec<_> =
        settings.iter().zip(&cells).map(|(setting, cell)| (setting.path.len(), cell.width())).collect();
    let narrow = first_column(&widths, style.width.saturating_sub(MARK));
    let row = |(setting, cell): (&&Setting, &TerminalText)| {
        let name: TerminalText = safe!("{} {}", mark(setting, style), setting.path);
        if has_room {
            return hanging(0, name, MARK + columns + MARK, cell, style.width);
        }
        let line = one_line_row(0, &name, MARK + narrow, cell, style.width);
        line.unwrap_or_else(|| name.line() + hanging(MARK + 4, "", 0, cell, style.width))
    };
    settings.iter().zip(&cells).map(row).collect()
}

/// The accepted values of a setting, or who writes it if the file cannot.
fn accepted(setting: &Setting, style: &Style) -> TerminalText {
    match setting.is_declarable() {
        true => safe!("{}", Visible::whole(&describe::describe(setting.kind))),
        false => style.paint(Role::Quiet, Visible::whole(&describe::access(setting.access))),
    }
}

fn about_setting(model: &Model, setting: &Setting, style: &Style) -> TerminalText {
    let mut facts = vec![("accepts", describe::describe(setting.kind)), ("access", describe::access(setting.access))];
    if setting.is_declarable() {
        facts.push(("while unset", setting.default.to_owned()));
        facts.push(("to unset", describe::unset(setting)));
    }
    facts.push(("exists for", describe::scope(setting.scopes).to_owned()));
    facts.extend(setting.observed_as.map(|path| ("read as", path.as_str().to_owned())));
    facts.extend(setting.former.map(|path| ("formerly", path.as_str().to_owned())));
    facts.extend(model.switch_of(setting).map(|switch| ("applies while", format!("{} is on", switch.path))));
    facts.push(("source", setting.source.to_owned()));
    let facts = facts.iter().map(|(label, fact)| labelled(label, fact, style)).collect();
    join([
        style.paint(Role::Heading, setting.path).line(),
        paragraph(setting.doc, style.width),
        facts,
        decisions::facts(model, setting, style),
        example(&[setting], style),
    ])
}

fn labelled(label: &'static str, fact: &str, style: &Style) -> TerminalText {
    hanging(2, style.paint(Role::Quiet, label), 15, Visible::whole(fact), style.width)
}

/// Whether a change between values that can be ranked needs consent.
fn is_guarded(setting: &Setting) -> bool {
    setting.ranked_guards().next().is_some()
}

/// `!` for a guarded setting.
fn mark(setting: &Setting, style: &Style) -> TerminalText {
    if is_guarded(setting) { style.paint(Role::Guarded, "!") } else { " ".into() }
}

/// The settings at their place in a manifest.
fn example(settings: &[&Setting], style: &Style) -> TerminalText {
    let mut text = TerminalText::new();
    let mut above = Vec::new();
    for setting in settings.iter().filter(|setting| setting.is_declarable() && !setting.example.is_empty()) {
        let segments = [&[setting.endpoint().section()], setting.keys()].concat();
        let shared = segments.iter().zip(&above).take_while(|(segment, above)| segment == above).count();
        for (depth, segment) in segments.iter().enumerate().skip(shared) {
            let is_last = depth + 1 == segments.len();
            let value: Visible = if is_last { safe!(" {}", setting.example) } else { Visible::new() };
            let line = style.paint(Role::Code, terminal!("{}:{}", segment, value));
            text.push(terminal!("{}{}\n", TerminalText::repeat("  ", depth + 1), line));
        }
        above = segments;
    }
    if text.is_empty() { text } else { TerminalText::from("In org.yaml\n") + text }
}

fn about_group(model: &Model, group: &Group, style: &Style) -> TerminalText {
    let members: Vec<_> = model.members(group).collect();
    let whole = if group.all_or_nothing { "The API accepts its settings only together." } else { "" };
    let sentences = [group.doc, whole, "Declaring it as null unsets all of it."];
    let prose = Visible::join::<&str>(sentences.into_iter().filter(|sentence| !sentence.is_empty()), " ");
    let named: Vec<_> =
        members.iter().map(|setting| (joined(&setting.keys()[group.keys().len()..]), *setting)).collect();
    let columns = column(named.iter().map(|(name, _)| name.as_str()), 40) + 2;
    let lines: TerminalText = named.iter().map(|(name, setting)| member(name, columns, setting, style)).collect();
    let former = group.former.map(|path| labelled("formerly", path.as_str(), style)).unwrap_or_default();
    let heading = style.paint(Role::Heading, group.path).line();
    join([
        heading,
        paragraph(prose, style.width),
        lines,
        paragraph(LEGEND, style.width),
        former,
        example(&members, style),
    ])
}

/// A setting of a group with the first sentence of its documentation.
fn member(name: &str, columns: usize, setting: &Setting, style: &Style) -> TerminalText {
    let label: TerminalText = safe!("{} {}", mark(setting, style), Visible::whole(name));
    hanging(0, label, columns + 2, describe::first_sentence(setting.doc), style.width)
}

/// Returns the candidates for an unknown name as one sentence; empty if there are none.
pub fn did_you_mean(unknown: &UnknownSetting) -> String {
    match &unknown.candidates[..] {
        [] => String::new(),
        candidates => format!("did you mean {}?", candidates.join(" or ")),
    }
}

#[cfg(test)]
mod tests;
