//! Every rule of findings, declared once: what it says and what to do about it, for readers who meet the rule before a
//! finding of it. A test holds this table against the code that finds.

use super::finding::Severity;

/// What findings with one identifier have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Stable identifier, as in [`Finding::rule`](super::Finding::rule): lower-case words joined by hyphens.
    pub id: &'static str,
    /// How bad its findings are at worst. A single finding may be milder, where less is known.
    pub severity: Severity,
    /// What its findings say, in one sentence.
    pub summary: &'static str,
    /// What to do about them, in one sentence.
    pub help: &'static str,
}

const fn error(id: &'static str, summary: &'static str, help: &'static str) -> Rule {
    Rule { id, severity: Severity::Error, summary, help }
}

const fn warning(id: &'static str, summary: &'static str, help: &'static str) -> Rule {
    Rule { id, severity: Severity::Warning, summary, help }
}

const fn note(id: &'static str, summary: &'static str, help: &'static str) -> Rule {
    Rule { id, severity: Severity::Note, summary, help }
}

/// All rules: of the file, of YAML, of keys, of values, across settings, and in the light of the live state.
///
/// The place of a rule in this list may change from version to version; its identifier does not.
pub const RULES: &[Rule] = &[
    // The file before anyone reads YAML.
    error("too-large", "The file is larger than any manifest needs to be.", "Check that this is the right file."),
    error("not-utf8", "The file is not UTF-8.", "Save it again as UTF-8."),
    note(
        "byte-order-mark",
        "The file starts with a byte-order mark, which is ignored.",
        "Save it as UTF-8 without the mark.",
    ),
    error(
        "merge-conflict",
        "The file holds the markers of a merge conflict.",
        "Keep one version of the lines between the markers, and remove the markers.",
    ),
    error("control-character", "The file or a value holds a control character.", "Remove the character."),
    warning(
        "line-break",
        "The API is not known to take line breaks in this setting.",
        "Write the text on one line, unless the API is known to take it.",
    ),
    warning(
        "hidden-character",
        "An invisible character can make text look like something else.",
        "Remove the character.",
    ),
    error("tab", "YAML is indented with spaces, not tabs.", "Replace each tab by two spaces."),
    error("directive", "A manifest has no YAML directives; it is YAML 1.2 always.", "Remove the line."),
    error(
        "too-many-findings",
        "The file has more findings than anyone reads, and the rest is not shown.",
        "Mend the ones that are shown first.",
    ),
    // YAML.
    error(
        "syntax",
        "The file is not valid YAML.",
        "Check the indentation, the brackets and the quotes around the place.",
    ),
    error("too-deep", "The file nests deeper than any setting.", "Check the indentation and the brackets."),
    error("second-document", "A manifest is one YAML document.", "Keep one organization per file."),
    error("anchor", "A manifest has no anchors.", "Write the value out wherever it is used."),
    error("alias", "A manifest has no aliases.", "Write the value out wherever it is used."),
    error("merge-key", "A manifest has no merge keys.", "Write the settings out."),
    error(
        "tag",
        "A manifest has no tags; every value's type follows from its setting.",
        "Remove the tag, and quote the value if it should be text.",
    ),
    error(
        "final-line-break",
        "A block scalar ends with a line break, which becomes part of the value.",
        "Write `|-` or `>-` in place of `|` or `>`, or write the value on one line.",
    ),
    // Keys and sections.
    error(
        "not-a-mapping",
        "A manifest is a mapping at its top level.",
        "Write an organization section or a doh section.",
    ),
    error("no-section", "The file declares nothing.", "Write an organization section or a doh section."),
    error("key-type", "A key is a name, not a list, a mapping or nothing.", "Write the name of a setting."),
    error("duplicate-key", "A key is there twice, and only one value could count.", "Remove one of the two."),
    error("unknown-key", "There is no setting of this name at this place.", "Check the spelling and the indentation."),
    error("renamed-setting", "The API calls the setting by another name today.", "Write the new name."),
    error("two-targets", "A manifest has one target, an account or a zone.", "Remove account_id or zone_id."),
    error("target-id", "The id of an account or a zone has 32 hexadecimal digits.", "Copy the id from the dashboard."),
    error("scope", "The organization of a zone does not have this setting.", "Remove it, or name the account."),
    error("read-only", "The server keeps this field and does not take it.", "Remove the line."),
    note("empty-section", "An empty section declares nothing.", "Declare a setting in it, or remove the section."),
    note("empty-group", "An empty group declares nothing.", "Write null for the group to unset its settings."),
    // One value.
    error("wrong-type", "The value has another type than its setting takes.", "Write a value of the setting's type."),
    error("yaml-boolean", "Words such as yes and off are text in YAML 1.2.", "Write true or false."),
    error("unquoted-color", "Without quotes, a colour with a number sign is a comment.", "Quote the colour."),
    error("cannot-unset", "The setting cannot be unset.", "Write a value, or remove the line to leave it as it is."),
    error("empty", "The setting does not take empty text.", "Write a value, or null to unset it."),
    error("color", "The value is not a colour of hexadecimal digits.", "Write a colour such as \"#c5ed1b\"."),
    error("duration", "The value is not a duration.", "Write a duration such as 24h."),
    error("duration-unit", "The setting does not take this unit.", "Write the duration in a unit that it takes."),
    error(
        "duration-range",
        "The duration is shorter or longer than usual or possible.",
        "Write one within the bounds.",
    ),
    error("range", "The number is not a whole one within the bounds of its setting.", "Write one within the bounds."),
    error("host", "The value is not a host name.", "Write a host name alone, such as widget.example.com."),
    error("url", "The value is not a URL that browsers can load.", "Write a URL such as https://example.com/logo.png."),
    warning("insecure-url", "Browsers block what is loaded over http from an https page.", "Write https."),
    error("uid", "The value is not an id.", "Copy the id from the dashboard; a name is not an id."),
    error("renamed-value", "The API calls the value by another name today.", "Write the new name."),
    warning("unknown-value", "The setting is not known to take this value.", "Check the spelling."),
    warning("duplicate-element", "A list holds the same element twice.", "Remove one of the two."),
    // Consent.
    error("allow-setting", "A consent names one setting by its whole path.", "Write the path, as in a plan."),
    error("allow-to", "A consent is pinned to one value.", "Write the value that is allowed; null allows the unset."),
    warning("needs-no-consent", "The setting has no guard, so it needs no consent.", "Remove the entry."),
    warning("duplicate-consent", "The same consent is given twice.", "Remove one of the two entries."),
    // Several settings at once.
    error("partial-group", "The API takes the settings of the group only together.", "Declare the whole group."),
    error(
        "warp-session",
        "allow_authenticate_via_warp needs warp_auth_session_duration.",
        "Declare the duration, or turn allow_authenticate_via_warp off.",
    ),
    error(
        "mfa-for-all",
        "mfa_required_for_all_apps needs authenticators and a session duration.",
        "Declare both, or turn mfa_required_for_all_apps off.",
    ),
    warning(
        "idle-exemption",
        "Zones are exempted from a denial that is off.",
        "Turn deny_unmatched_requests on, or remove the list.",
    ),
    warning(
        "infrastructure-only",
        "The authenticators serve infrastructure applications only.",
        "Add totp, biometrics or security_key.",
    ),
    warning(
        "idle-annotation",
        "The text is sent beside a change of a setting that is not declared.",
        "Declare that setting, or remove the text.",
    ),
    warning("contrast", "The login text is hard to read on the white card.", "Choose a darker colour."),
    warning(
        "idle-aaguids",
        "required_aaguids does nothing while MFA is off.",
        "Allow security_key, or unset required_aaguids.",
    ),
    warning(
        "idle-key-size",
        "ssh_key_size does not apply to ed25519.",
        "Unset ssh_key_size, or accept ecdsa or rsa keys too.",
    ),
    // The live state.
    error(
        "no-organization",
        "There is no Zero Trust organization whose DoH settings could be written.",
        "Declare an organization section with name and auth_domain to have it created.",
    ),
    warning(
        "create-needs",
        "The file creates an organization without a setting that the API generates for providers and requires of other accounts.",
        "Declare it to choose its value.",
    ),
    warning(
        "stale-consent",
        "The consent matches no guarded change.",
        "Remove it once it has been applied, so that it cannot consent to a later change.",
    ),
    // In place of all others.
    error(
        "not-checked",
        "The manifest could not be read, so nothing is known about it.",
        "Check the name of the file and who may read it.",
    ),
];
