//! The login page before and after: a sketch with the colours and texts of `login_design`, and a list of its settings.

use serde_json::Value as Json;

use super::paint;
use super::piece::{self, Piece};
use crate::document::Comparison;
use crate::document::Wording;
use crate::plan::Action;
use crate::report::value;
use crate::settings::{Color, Model, Setting};
use crate::text::Visible;

const GROUP: &str = "organization.login_design";

/// The settings that the sketch shows. All settings, including future ones, are listed below it.
const BACKGROUND: &str = "organization.login_design.background_color";
const TEXT: &str = "organization.login_design.text_color";
const LOGO: &str = "organization.login_design.logo_path";
const HEADER: &str = "organization.login_design.header_text";
const FOOTER: &str = "organization.login_design.footer_text";

/// The login page before and after.
pub(super) struct Login {
    pub(super) looks: Vec<LoginSketch>,
}

/// The login page on one side.
pub(super) struct LoginSketch {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    /// The class of the background, or of a pattern if its colour is unknown.
    pub(super) background: String,
    /// The class of the text colour.
    pub(super) ink: String,
    pub(super) has_logo: bool,
    pub(super) header: Option<Visible>,
    pub(super) footer: Option<Visible>,
    /// The contrast of its text.
    pub(super) contrast: Contrast,
    /// Each setting with its value, or with its default if it is unset.
    pub(super) members: Vec<(&'static str, Vec<Piece>, Option<&'static str>)>,
}

/// The contrast of the text on the white card.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Contrast {
    /// The contrast, and whether it is sufficient for body text.
    Figure { figure: Visible, enough: bool },
    /// The reason why it is unknown.
    Unknown(&'static str),
}

/// The login page, if something about it changes.
pub(super) fn login(run: &Comparison<'_>) -> Option<Login> {
    let members = members(run);
    if members.iter().all(|member| member.before == member.after) {
        return None;
    }
    let after: Vec<_> = members.iter().map(|member| (member.setting, &member.after, &member.before)).collect();
    let before: Vec<_> = members.iter().map(|member| (member.setting, &member.before, &member.after)).collect();
    let (title, other) = match (run.wording, run.plan.action) {
        (Wording::Plan, Action::Create) => ("Before: no organization", "After"),
        (Wording::Plan, Action::None | Action::Update) => ("Before", "After"),
        (Wording::Drift, Action::Create) => ("Live: no organization", "File"),
        (Wording::Drift, Action::None | Action::Update) => ("Live", "File"),
    };
    Some(Login { looks: vec![look("before", title, &before), look("after", other, &after)] })
}

/// A setting and its values; `null` if it is unset.
struct LoginMember<'a> {
    setting: &'a Setting,
    before: Json,
    after: Json,
}

fn members<'a>(run: &Comparison<'a>) -> Vec<LoginMember<'a>> {
    let model = Model::current();
    let Some(group) = model.group(GROUP) else { return Vec::new() };
    let or_null = |setting: &Setting, value: Option<&Json>| match value {
        Some(value) if !setting.is_empty(Some(value)) => value.clone(),
        _ => Json::Null,
    };
    let member = |setting: &'a Setting| {
        let before = run.plan.live_value(setting);
        let change = run.plan.changes.iter().find(|change| change.setting.path == setting.path);
        let after = change.map_or(before, |change| Some(&change.after));
        LoginMember { setting, before: or_null(setting, before), after: or_null(setting, after) }
    };
    model.members(group).map(member).collect()
}

/// Returns one side, from settings with their values on this side and on the other one.
fn look(id: &'static str, title: &'static str, members: &[(&Setting, &Json, &Json)]) -> LoginSketch {
    let found = |path: &str| members.iter().find(|(setting, ..)| setting.path == path);
    let color = |path: &str| found(path).and_then(|(setting, value, _)| paint::color(setting, value));
    let text = |path: &str| {
        let (_, value, other) = found(path)?;
        Some(value::beside(value.as_str()?, other.as_str().unwrap_or_default()))
    };
    let has = |path: &str| found(path).is_some_and(|(_, value, _)| !value.is_null());
    let listed = |(setting, value, other): &(&Setting, &Json, &Json)| {
        (setting.name(), piece::beside(setting, value, other), value.is_null().then_some(setting.default))
    };
    LoginSketch {
        id,
        title,
        background: color(BACKGROUND).map_or_else(|| "unknown".to_owned(), paint::fill),
        ink: color(TEXT).map_or_else(|| "plain-ink".to_owned(), paint::ink),
        has_logo: has(LOGO),
        header: text(HEADER),
        footer: text(FOOTER),
        contrast: contrast(color(TEXT), has(TEXT)),
        members: members.iter().map(listed).collect(),
    }
}

fn contrast(text: Option<Color>, has_text: bool) -> Contrast {
    match (text, has_text) {
        (Some(color), _) => {
            let figure = color.contrast_figure(Color::WHITE);
            Contrast::Figure { figure: Visible::whole(&format!("{figure:.2}:1")), enough: figure >= Color::LEGIBLE }
        }
        (None, true) => {
            Contrast::Unknown("text_color is not a colour that zerodrift can read, so no contrast is computed")
        }
        (None, false) => Contrast::Unknown("text_color is not set, so no contrast is computed"),
    }
}
