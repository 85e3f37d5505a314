//! Every rule of findings, declared once: what it says and what to do about it, for readers who meet the rule before a
//! finding of it.

use std::fmt;

use serde::{Serialize, Serializer};

use super::severity::Severity;

/// What a rule declares.
struct Declaration {
    id: &'static str,
    severity: Severity,
    summary: &'static str,
    help: &'static str,
}

/// Declares each rule in one entry: severity, variant and id, then the summary and the help, a sentence each.
macro_rules! rules {
    ($($severity:ident $variant:ident $id:literal: $summary:literal, $help:literal;)+) => {
        /// A rule of findings. The place of a rule in this list may change from version to version; its id does not.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Rule {
            $(#[doc = $summary] $variant,)+
        }

        impl Rule {
            /// All rules: of the file, of YAML, of keys, of values, across settings, in the light of the live state, of
            /// Terraform, and of the API.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            const fn declaration(self) -> Declaration {
                match self {
                    $(Self::$variant => Declaration {
                        id: $id,
                        severity: Severity::$severity,
                        summary: $summary,
                        help: $help,
                    },)+
                }
            }
        }
    };
}

rules! {
    // The file before anyone reads YAML.
    Error TooLarge "too-large":
        "The file is larger than any manifest needs to be.",
        "Check that this is the right file.";
    Error NotUtf8 "not-utf8": "The file is not UTF-8.", "Save it again as UTF-8.";
    Note ByteOrderMark "byte-order-mark":
        "The file starts with a byte-order mark, which is ignored.",
        "Save it as UTF-8 without the mark.";
    Error MergeConflict "merge-conflict":
        "The file holds the markers of a merge conflict.",
        "Keep one version of the lines between the markers, and remove the markers.";
    Error ControlCharacter "control-character":
        "The file or a value holds a control character.",
        "Remove the character.";
    Warning LineBreak "line-break":
        "The API is not known to take line breaks in this setting.",
        "Write the text on one line, unless the API is known to take it.";
    Warning HiddenCharacter "hidden-character":
        "An invisible character can make text look like something else.",
        "Remove the character.";
    Error Tab "tab": "YAML is indented with spaces, not tabs.", "Replace each tab by two spaces.";
    Error Directive "directive": "A manifest has no YAML directives; it is YAML 1.2 always.", "Remove the line.";
    Error TooManyFindings "too-many-findings":
        "The file has more findings than anyone reads, and the rest is not shown.",
        "Mend the ones that are shown first.";
    // YAML.
    Error Syntax "syntax":
        "The file is not valid YAML.",
        "Check the indentation, the brackets and the quotes around the place.";
    Error TooDeep "too-deep": "The file nests deeper than any setting.", "Check the indentation and the brackets.";
    Error SecondDocument "second-document": "A manifest is one YAML document.", "Keep one organization per file.";
    Error Anchor "anchor": "A manifest has no anchors.", "Write the value out wherever it is used.";
    Error Alias "alias": "A manifest has no aliases.", "Write the value out wherever it is used.";
    Error MergeKey "merge-key": "A manifest has no merge keys.", "Write the settings out.";
    Error Tag "tag":
        "A manifest has no tags; every value's type follows from its setting.",
        "Remove the tag, and quote the value if it should be text.";
    Error FinalLineBreak "final-line-break":
        "A block scalar ends with a line break, which becomes part of the value.",
        "Write `|-` or `>-` in place of `|` or `>`, or write the value on one line.";
    // Keys and sections.
    Error NotAMapping "not-a-mapping":
        "A manifest is a mapping at its top level.",
        "Write an organization section or a doh section.";
    Error NoSection "no-section": "The file declares nothing.", "Write an organization section or a doh section.";
    Error KeyType "key-type": "A key is a name, not a list, a mapping or nothing.", "Write the name of a setting.";
    Error DuplicateKey "duplicate-key":
        "A key is there twice, and only one value could count.",
        "Remove one of the two.";
    Error UnknownKey "unknown-key":
        "There is no setting of this name at this place.",
        "Check the spelling and the indentation.";
    Error RenamedSetting "renamed-setting": "The API calls the setting by another name today.", "Write the new name.";
    Error TwoTargets "two-targets": "A manifest has one target, an account or a zone.", "Remove account_id or zone_id.";
    Error TargetId "target-id":
        "The id of an account or a zone has 32 hexadecimal digits.",
        "Copy the id from the dashboard.";
    Error Scope "scope": "The organization of a zone does not have this setting.", "Remove it, or name the account.";
    Error ReadOnly "read-only": "The server keeps this field and does not take it.", "Remove the line.";
    Note EmptySection "empty-section":
        "An empty section declares nothing.",
        "Declare a setting in it, or remove the section.";
    Note EmptyGroup "empty-group":
        "An empty group declares nothing.",
        "Write null for the group to unset its settings.";
    // One value.
    Error WrongType "wrong-type":
        "The value has another type than its setting takes.",
        "Write a value of the setting's type.";
    Error YamlBoolean "yaml-boolean": "Words such as yes and off are text in YAML 1.2.", "Write true or false.";
    Error UnquotedColor "unquoted-color":
        "Without quotes, a colour with a number sign is a comment.",
        "Quote the colour.";
    Error CannotUnset "cannot-unset":
        "The setting cannot be unset.",
        "Write a value, or remove the line to leave it as it is.";
    Error Empty "empty": "The setting does not take empty text.", "Write a value, or null to unset it.";
    Error Color "color": "The value is not a colour of hexadecimal digits.", "Write a colour such as \"#c5ed1b\".";
    Error Duration "duration": "The value is not a duration.", "Write a duration such as 24h.";
    Error DurationUnit "duration-unit":
        "The setting does not take this unit.",
        "Write the duration in a unit that it takes.";
    Error DurationRange "duration-range":
        "The duration is shorter or longer than usual or possible.",
        "Write one within the bounds.";
    Error Range "range":
        "The number is not a whole one within the bounds of its setting.",
        "Write one within the bounds.";
    Error Host "host": "The value is not a host name.", "Write a host name alone, such as widget.example.com.";
    Error Url "url":
        "The value is not a URL that browsers can load.",
        "Write a URL such as https://example.com/logo.png.";
    Warning InsecureUrl "insecure-url": "Browsers block what is loaded over http from an https page.", "Write https.";
    Error Uid "uid": "The value is not an id.", "Copy the id from the dashboard; a name is not an id.";
    Error RenamedValue "renamed-value": "The API calls the value by another name today.", "Write the new name.";
    Warning UnknownValue "unknown-value": "The setting is not known to take this value.", "Check the spelling.";
    Warning DuplicateElement "duplicate-element": "A list holds the same element twice.", "Remove one of the two.";
    // Consent.
    Error AllowSetting "allow-setting":
        "A consent names one setting by its whole path.",
        "Write the path, as in a plan.";
    Error AllowTo "allow-to":
        "A consent is pinned to one value.",
        "Write the value that is allowed; null allows the unset.";
    Warning NeedsNoConsent "needs-no-consent": "The setting has no guard, so it needs no consent.", "Remove the entry.";
    Warning DuplicateConsent "duplicate-consent": "The same consent is given twice.", "Remove one of the two entries.";
    // Several settings at once.
    Error PartialGroup "partial-group":
        "The API takes the settings of the group only together.",
        "Declare the whole group.";
    Error WarpSession "warp-session":
        "allow_authenticate_via_warp needs warp_auth_session_duration.",
        "Declare the duration, or turn allow_authenticate_via_warp off.";
    Error MfaForAll "mfa-for-all":
        "mfa_required_for_all_apps needs authenticators and a session duration.",
        "Declare both, or turn mfa_required_for_all_apps off.";
    Warning IdleExemption "idle-exemption":
        "Zones are exempted from a denial that is off.",
        "Turn deny_unmatched_requests on, or remove the list.";
    Warning InfrastructureOnly "infrastructure-only":
        "The authenticators serve infrastructure applications only.",
        "Add totp, biometrics or security_key.";
    Warning IdleAnnotation "idle-annotation":
        "The text is sent beside a change of a setting that is not declared.",
        "Declare that setting, or remove the text.";
    Warning Contrast "contrast": "The login text is hard to read on the white card.", "Choose a darker colour.";
    Warning IdleAaguids "idle-aaguids":
        "required_aaguids does nothing while MFA is off.",
        "Allow security_key, or unset required_aaguids.";
    Warning IdleKeySize "idle-key-size":
        "ssh_key_size does not apply to ed25519.",
        "Unset ssh_key_size, or accept ecdsa or rsa keys too.";
    // The live state.
    Error NoOrganization "no-organization":
        "There is no Zero Trust organization whose DoH settings could be written.",
        "Declare an organization section with name and auth_domain to have it created.";
    Warning CreateNeeds "create-needs":
        "The file creates an organization without a setting that the API generates for providers and requires of other accounts.",
        "Declare it to choose its value.";
    Warning StaleConsent "stale-consent":
        "The consent matches no guarded change.",
        "Remove it once it has been applied, so that it cannot consent to a later change.";
    // Terraform.
    Error TerraformFile "terraform-file":
        "A Terraform file cannot be read, or changes nothing in the files that were read.",
        "Check the file, or take the values from `terraform show -json`.";
    Error TerraformSyntax "terraform-syntax":
        "The file is not a Terraform configuration, state or plan that zerodrift can read.",
        "Take the values from `terraform show -json`.";
    Error TerraformNoOrganization "terraform-no-organization":
        "The Terraform files do not declare the organization.",
        "Name the file or the folder that declares it.";
    Error TerraformSeveral "terraform-several":
        "The Terraform files declare several organizations, and a manifest describes one.",
        "Name one with --resource.";
    Error TerraformInstances "terraform-instances":
        "The resource may have no instance, or several.",
        "Check with `terraform state list` that the organization exists once.";
    Warning TerraformTarget "terraform-target":
        "The Terraform files do not say which account or zone is meant.",
        "Name it with --account-id or --zone-id.";
    Warning TerraformExpression "terraform-expression":
        "The value is not in the Terraform files.",
        "Take the value from `terraform show -json`, or write it into the manifest.";
    Warning TerraformValue "terraform-value":
        "The manifest cannot take the value from Terraform.",
        "Write the setting into the manifest by hand.";
    Warning TerraformUnknownArgument "terraform-unknown-argument":
        "The argument is not a setting of a manifest.",
        "Remove the argument, or check its spelling.";
    Note TerraformMetaArgument "terraform-meta-argument":
        "The argument is for Terraform only.",
        "Keep it in the Terraform configuration.";
    Note TerraformIgnored "terraform-ignored":
        "Terraform ignores changes of the setting.",
        "Declare the setting in the manifest to manage it.";
    Note TerraformLineBreak "terraform-line-break":
        "The text loses the line break at its end.",
        "Check that the setting does not need the line break.";
    // The API and backups.
    Error RefusedByApi "refused-by-api":
        "The API refuses the value.",
        "Run `zerodrift explain` with the setting for what the API takes.";
    Warning NotRestored "not-restored":
        "The value differs from the backup and cannot be declared, so it keeps its live value.",
        "Set it in the dashboard if it matters.";
    // In place of all others.
    Error NotChecked "not-checked":
        "The manifest could not be read, so nothing is known about it.",
        "Check the name of the file and who may read it.";
}

impl Rule {
    /// The stable identifier: lower-case words joined by hyphens, such as `unknown-key`.
    pub const fn id(self) -> &'static str {
        self.declaration().id
    }

    /// How bad its findings are at worst, and unless they say otherwise. A finding may be milder, where less is known.
    pub const fn severity(self) -> Severity {
        self.declaration().severity
    }

    /// What its findings say, in one sentence.
    pub const fn summary(self) -> &'static str {
        self.declaration().summary
    }

    /// What to do about its findings, in one sentence.
    pub const fn help(self) -> &'static str {
        self.declaration().help
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}
