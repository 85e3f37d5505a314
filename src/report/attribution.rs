//! Who last wrote a live value, in one phrase that all renderers use.

use crate::plan::{Attribution, Change, Confidence, Means};
use crate::settings::Target;
use crate::text::Visible;
use crate::text::layout::{TerminalText, pad};
use crate::text::quote::{quoted, word};
use crate::text::safe::safe;
use crate::text::style::{Role, Style};

/// The most characters of a name that a report shows.
const NAME: usize = 80;

/// Returns who last wrote the live value of a change: `alice@example.com in the dashboard, 2026-11-20 14:03 UTC`. `None`
/// if that was not looked up, or not found.
pub(super) fn of_change(change: &Change) -> Option<Visible> {
    change.attribution.as_ref().map(phrase)
}

/// Returns a line for a terminal: a label of a given width, and who last wrote the live value. It is not wrapped, so that
/// no part of a name starts a line.
pub(super) fn line(change: &Change, indent: usize, label: &'static str, width: usize, style: &Style) -> TerminalText {
    let of = |who: Visible| {
        let label = pad(style.paint(Role::Quiet, label), width);
        safe!("{}{}{}\n", TerminalText::repeat(" ", indent), label, who)
    };
    of_change(change).map(of).unwrap_or_default()
}

/// Returns a warning about the writes of others during an apply.
pub fn warning(target: &Target, others: &[Attribution]) -> String {
    let lines = others.iter().map(|other| format!("  {}\n", text(other)));
    format!(
        "warning: others wrote {target} during this apply:\n{}  hint: ask them what they changed, because this apply may have overwritten it",
        lines.collect::<String>()
    )
}

/// Returns who sent a write, how and when.
fn text(attribution: &Attribution) -> String {
    phrase(attribution).into()
}

fn phrase(attribution: &Attribution) -> Visible {
    let Attribution { confidence, actor, means, token_name, time, ray: _ } = attribution;
    let cut = |text: &str| text.chars().take(NAME).collect::<String>();
    let actor = actor.as_ref().map_or_else(|| "somebody".into(), |actor| word(&cut(actor)));
    let token = token_name.as_ref().map(|name| quoted(&cut(name)));
    let means: Visible = match (means, &token) {
        (Means::Zerodrift, Some(name)) => safe!(" with zerodrift and the API token {}", name),
        (Means::Zerodrift, None) => " with zerodrift".into(),
        (Means::Dashboard, _) => " in the dashboard".into(),
        (_, Some(name)) => safe!(" with the API token {}", name),
        (Means::ApiToken, None) => " with an API token".into(),
        (Means::ApiKey, None) => " with an API key".into(),
        (Means::Oauth, None) => " with an OAuth client".into(),
        (_, None) => Visible::new(),
    };
    let time = time.map(|time| Visible::whole(&time.strftime("%Y-%m-%d %H:%M UTC").to_string()));
    let time: Visible = time.map(|time| safe!(", {}", time)).unwrap_or_default();
    let doubt = match confidence {
        Confidence::Setting => "",
        Confidence::Object => " (wrote the object; the log does not show which settings)",
    };
    safe!("{}{}{}{}", actor, means, time, doubt)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dashboard() -> Attribution {
        Attribution {
            confidence: Confidence::Setting,
            actor: Some("alice@example.com".to_owned()),
            means: Means::Dashboard,
            token_name: None,
            time: "2026-11-20T14:03:59Z".parse().ok(),
            ray: None,
        }
    }

    #[test]
    fn a_write_is_described_by_actor_means_and_time() {
        let token = Some("terraform".to_owned());
        let lines = [
            dashboard(),
            Attribution { confidence: Confidence::Object, ..dashboard() },
            Attribution { means: Means::ApiToken, token_name: token.clone(), ..dashboard() },
            Attribution { means: Means::Zerodrift, token_name: token, ..dashboard() },
            Attribution { means: Means::ApiKey, time: None, ..dashboard() },
            Attribution { actor: None, means: Means::Other, ..dashboard() },
            Attribution { actor: Some("system 7".to_owned()), means: Means::Oauth, ..dashboard() },
        ];
        insta::assert_snapshot!(lines.map(|line| text(&line)).join("\n"), @r#"
        alice@example.com in the dashboard, 2026-11-20 14:03 UTC
        alice@example.com in the dashboard, 2026-11-20 14:03 UTC (wrote the object; the log does not show which settings)
        alice@example.com with the API token "terraform", 2026-11-20 14:03 UTC
        alice@example.com with zerodrift and the API token "terraform", 2026-11-20 14:03 UTC
        alice@example.com with an API key
        somebody, 2026-11-20 14:03 UTC
        "system 7" with an OAuth client, 2026-11-20 14:03 UTC
        "#);
    }

    #[test]
    fn a_name_cannot_pose_as_the_rest_of_the_phrase() {
        let posing = "bob@example.com in the dashboard, 2020-01-01 00:00 UTC\n\u{1b}[2J\u{202e}";
        let line = text(&Attribution { actor: Some(posing.to_owned()), ..dashboard() });
        assert_eq!(
            line,
            r#""bob@example.com in the dashboard, 2020-01-01 00:00 UTC\u{a}\u{1b}[2J\u{202e}" in the dashboard, 2026-11-20 14:03 UTC"#
        );
    }
}
