//! Every rule of findings, declared once with its severity, summary and help.

use std::fmt;

use serde::{Serialize, Serializer};

use super::severity::Severity;

/// The declaration of a rule.
struct Declaration {
    id: &'static str,
    severity: Severity,
    summary: &'static str,
    help: &'static str,
}

/// Declares each rule in one entry: severity, variant and id, then the summary and the help, a sentence each.
macro_rules! rules {
    ($($severity:ident $variant:ident $id:literal: $summary:literal, $help:literal;)+) => {
        /// A rule of findings. The order of the rules may change between versions; their ids do not.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Rule {
            $(#[doc = $summary] $variant,)+
        }

        impl Rule {
            /// All rules: for the file, YAML, keys, values, consents, parents, several settings, the live state, the audit
            /// log, the base, Terraform, the API and backups.
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
    // The file, before YAML is parsed.
    Error TooLarge "too-large":
        "The file is larger than any manifest needs to be.",
        "Check that this is the right file.";
    Error NotUtf8 "not-utf8": "The file is not UTF-8.", "Save the file as UTF-8.";
    Note ByteOrderMark "byte-order-mark":
        "The file starts with a byte-order mark, which is ignored.",
        "Save the file as UTF-8 without a byte-order mark.";
    Error MergeConflict "merge-conflict":
        "The file contains merge conflict markers.",
        "Keep one version of the lines between the markers, and remove the markers.";
    Error ControlCharacter "control-character":
        "The file or a value contains a control character.",
        "Remove the character.";
    Warning LineBreak "line-break":
        "The API is not known to accept line breaks in this setting.",
        "Write the text on one line, unless you know that the API accepts line breaks.";
    Warning HiddenCharacter "hidden-character":
        "The file or a value contains an invisible character, which can make text look like something else.",
        "Remove the character.";
    Error Tab "tab": "YAML is indented with spaces, not tabs.", "Replace each tab with two spaces.";
    Error Directive "directive": "YAML directives are not allowed in a manifest.", "Remove the line.";
    Error TooManyFindings "too-many-findings":
        "The file has more than 100 findings, and the rest are not shown.",
        "Fix the findings that are shown, and run the command again.";
    // YAML.
    Error Syntax "syntax": "The file is not valid YAML.", "Check the indentation, the brackets and the quotes.";
    Error TooDeep "too-deep": "The file is nested deeper than any setting.", "Check the indentation and the brackets.";
    Error SecondDocument "second-document": "A manifest is one YAML document.", "Keep one organization per file.";
    Error Anchor "anchor":
        "Anchors are not allowed in a manifest.",
        "Remove the anchor, and write the value wherever it is used.";
    Error Alias "alias": "Aliases are not allowed in a manifest.", "Write the value in place of the alias.";
    Error MergeKey "merge-key":
        "Merge keys are not allowed in a manifest.",
        "Write the settings in place of the merge key.";
    Error Tag "tag": "Tags are not allowed in a manifest.", "Remove the tag, and quote the value if it should be text.";
    Error FinalLineBreak "final-line-break":
        "A block scalar ends with a line break, which becomes part of the value.",
        "Write `|-` or `>-` instead of `|` or `>`, or write the value on one line.";
    // Keys and sections.
    Error NotAMapping "not-a-mapping":
        "The top level of a manifest is not a mapping.",
        "Write an organization section or a doh section.";
    Error NoSection "no-section":
        "The manifest has no organization section and no doh section.",
        "Add a section that declares a setting.";
    Error KeyType "key-type": "A key is not a name.", "Write the name of a setting.";
    Error DuplicateKey "duplicate-key": "The mapping has a duplicate key.", "Remove one of the duplicates.";
    Error UnknownKey "unknown-key":
        "The key is not a section, group or setting at this level.",
        "Check the spelling and the indentation.";
    Error RenamedSetting "renamed-setting": "The setting was renamed.", "Write the new name.";
    Error TwoTargets "two-targets": "The manifest has both account_id and zone_id.", "Remove one of them.";
    Error TargetId "target-id":
        "The account or zone id is not 32 hexadecimal digits.",
        "Copy the id from the dashboard.";
    Error SharedTarget "shared-target":
        "Another manifest of the run has the same target.",
        "Keep one manifest for each organization, or correct the id in one of them.";
    Error Scope "scope": "The setting is not available for a zone.", "Remove it, or set account_id instead of zone_id.";
    Error ReadOnly "read-only": "The field is read-only.", "Remove the line.";
    Note EmptySection "empty-section":
        "An empty section declares nothing.",
        "Declare a setting in it, or remove the section.";
    Note EmptyGroup "empty-group":
        "An empty group declares nothing.",
        "Write null for the group to unset its settings.";
    // One value.
    Error WrongType "wrong-type":
        "The value has the wrong type for its setting.",
        "Write a value of the setting's type.";
    Error YamlBoolean "yaml-boolean": "Words such as yes and off are text in YAML 1.2.", "Write true or false.";
    Error UnquotedColor "unquoted-color":
        "A colour such as #c5ed1b is a comment unless it is quoted.",
        "Quote the colour.";
    Error CannotUnset "cannot-unset":
        "The setting cannot be unset.",
        "Write a value, or remove the line to keep the live value.";
    Error Empty "empty": "The setting does not accept empty text.", "Write a value, or null to unset it.";
    Error Color "color": "The value is not a hexadecimal colour.", "Write a colour such as \"#c5ed1b\".";
    Error Duration "duration": "The value is not a duration.", "Write a duration such as 24h.";
    Error DurationUnit "duration-unit":
        "The setting does not accept this unit.",
        "Write the duration in a unit that the setting accepts.";
    Error DurationRange "duration-range":
        "The duration is outside the usual or the possible range.",
        "Write a duration within the range.";
    Error Range "range":
        "The number is not a whole number within the range of the setting.",
        "Write a number within the range.";
    Error Host "host": "The value is not a host name.", "Write only the host name, such as widget.example.com.";
    Error Url "url":
        "The value is not a URL that browsers can load.",
        "Write a URL such as https://example.com/logo.png.";
    Warning InsecureUrl "insecure-url": "Browsers block http resources on https pages.", "Use https.";
    Error Uid "uid": "The value is not an id.", "Copy the id from the dashboard; a name is not an id.";
    Error RenamedValue "renamed-value": "The value was renamed.", "Write the new name.";
    Warning UnknownValue "unknown-value": "The setting is not known to accept this value.", "Check the spelling.";
    Warning DuplicateElement "duplicate-element": "A list has a duplicate element.", "Remove one of the duplicates.";
    // Consent.
    Error AllowSetting "allow-setting":
        "The allow entry does not have the full path of one setting.",
        "Write the path as the plan shows it.";
    Error AllowTo "allow-to":
        "The allow entry has no value.",
        "Add `to` with the allowed value, or null to allow unsetting the setting.";
    Warning NeedsNoConsent "needs-no-consent": "The setting is not guarded and needs no consent.", "Remove the entry.";
    Warning DuplicateConsent "duplicate-consent": "The same consent is given twice.", "Remove one of the two entries.";
    // Parents and children.
    Error Extends "extends":
        "The parent is not named by a relative path.",
        "Write the path of the parent from the folder of this file, such as ../_base.yaml.";
    Error ParentOutside "parent-outside":
        "The parent is outside the repository.",
        "Move the parent into the repository of the manifest.";
    Error ParentUnreadable "parent-unreadable":
        "The parent cannot be read.",
        "Check that the parent exists and is a regular file.";
    Error ParentNotAManifest "parent-not-a-manifest":
        "The parent is not a manifest.",
        "Name a manifest, and check it with `zerodrift validate`.";
    Error ParentTarget "parent-target":
        "A parent has an account_id or zone_id.",
        "Move the id into the manifests that extend the parent.";
    Error ExtendsCycle "extends-cycle":
        "A manifest extends itself, directly or through its parents.",
        "Remove one of the `extends` keys.";
    Error LongChain "long-chain":
        "The manifest and its parents are more than four files.",
        "Merge two of the parents.";
    Error UnknownSetting "unknown-setting":
        "The entry is not the path of a setting or group.",
        "Write the full path, such as organization.session_duration.";
    Error LockedSetting "locked-setting":
        "The manifest changes a setting that a parent locks.",
        "Remove the line, or change the value in the parent.";
    Warning IdleLock "idle-lock":
        "The lock has no effect, because nothing in it is declared.",
        "Declare the setting, or remove the entry.";
    Warning IdleUnmanaged "idle-unmanaged":
        "The entry has no effect, because nothing in it is inherited.",
        "Remove the entry.";
    // Several settings at once.
    Error PartialGroup "partial-group":
        "The API accepts the settings of the group only together.",
        "Declare the whole group.";
    Error WarpSession "warp-session":
        "allow_authenticate_via_warp needs warp_auth_session_duration.",
        "Declare the duration, or turn allow_authenticate_via_warp off.";
    Error MfaForAll "mfa-for-all":
        "mfa_required_for_all_apps needs authenticators and a session duration.",
        "Declare both, or turn mfa_required_for_all_apps off.";
    Warning IdleExemption "idle-exemption":
        "Zones are exempted from deny_unmatched_requests, which is off.",
        "Turn deny_unmatched_requests on, or remove the list.";
    Warning InfrastructureOnly "infrastructure-only":
        "The allowed authenticators work only for infrastructure applications.",
        "Add totp, biometrics or security_key.";
    Warning IdleAnnotation "idle-annotation":
        "The text describes a change of a setting that is not declared.",
        "Declare that setting, or remove the text.";
    Warning Contrast "contrast": "The login text is hard to read on the white card.", "Choose a darker colour.";
    Warning IdleAaguids "idle-aaguids":
        "required_aaguids has no effect while MFA is off.",
        "Allow security_key, or unset required_aaguids.";
    Warning IdleKeySize "idle-key-size":
        "ssh_key_size does not apply to ed25519.",
        "Unset ssh_key_size, or accept ecdsa or rsa keys too.";
    // The live state.
    Error NoOrganization "no-organization":
        "The DoH settings cannot be written, because there is no Zero Trust organization.",
        "Add an organization section with name and auth_domain to create one.";
    Warning CreateNeeds "create-needs":
        "The file creates an organization without a setting that only providers can omit.",
        "Declare the setting to choose its value.";
    Warning StaleConsent "stale-consent":
        "The consent matches no guarded change.",
        "Remove the entry after the change is applied, so that it cannot consent to a later change.";
    // The audit log of the account.
    Note AuditLogUnreadable "audit-log-unreadable":
        "The account's audit log cannot be read, so who changed the live values is not shown.",
        "Give the token the account permission Account Settings Read.";
    Note AuditLogIncomplete "audit-log-incomplete":
        "The account's audit log was not read to the end of the period, so older changes are not shown.",
        "Search the audit log in the dashboard.";
    Note AuditLogEmpty "audit-log-empty":
        "The account's audit log has no write of the organization in the period.",
        "Look back further with --since; a write can appear in the log with a delay.";
    // The base.
    Warning BaseShallow "base-shallow":
        "The clone is shallow and lacks the base, so the changes are not labelled.",
        "Fetch the whole history, for example with `fetch-depth: 0`.";
    Warning BaseRevision "base-revision":
        "The revision of the base does not exist or has no common history, so the changes are not labelled.",
        "Check the name of the revision, and fetch it.";
    Warning BaseUnreadable "base-unreadable":
        "The base cannot be read, so the changes are not labelled.",
        "Pass the earlier manifest with --base-file.";
    Warning BaseManifest "base-manifest":
        "The base is not a valid manifest, so the changes are not labelled.",
        "Name a revision at which the manifest is valid, or pass the earlier manifest with --base-file.";
    // Terraform.
    Error TerraformFile "terraform-file":
        "A Terraform file cannot be read, or has no effect on the other files.",
        "Check the file, or import the output of `terraform show -json`.";
    Error TerraformSyntax "terraform-syntax":
        "The file is not a Terraform configuration, state or plan that zerodrift can read.",
        "Take the values from `terraform show -json`.";
    Error TerraformNoOrganization "terraform-no-organization":
        "The Terraform files do not declare the organization.",
        "Pass the file or the folder that declares it.";
    Error TerraformSeveral "terraform-several":
        "The Terraform files declare several organizations.",
        "Choose one with --resource.";
    Error TerraformInstances "terraform-instances":
        "The resource may have no instance, or several.",
        "Check with `terraform state list` that the organization exists once.";
    Warning TerraformTarget "terraform-target":
        "The Terraform files do not contain the account or zone id.",
        "Pass it with --account-id or --zone-id.";
    Warning TerraformExpression "terraform-expression":
        "The value is not in the Terraform files.",
        "Take the value from `terraform show -json`, or write it into the manifest.";
    Warning TerraformValue "terraform-value":
        "The value from Terraform cannot be written into a manifest.",
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
        "The API rejects the value.",
        "Run `zerodrift explain` with the setting to see the accepted values.";
    Warning NotRestored "not-restored":
        "The value differs from the backup but cannot be declared, so it keeps its live value.",
        "Set it in the dashboard if it matters.";
    // Instead of all other findings.
    Error OtherVersion "other-version":
        "Another version of zerodrift, which wrote the document, declares the rule of this finding.",
        "Update zerodrift to see what the rule means.";
    Error NotChecked "not-checked": "The manifest could not be checked.", "Check that the file exists and is readable.";
}

impl Rule {
    /// The stable identifier: lower-case words joined by hyphens, such as `unknown-key`.
    pub const fn id(self) -> &'static str {
        self.declaration().id
    }

    /// The default severity of its findings, which is also the highest.
    pub const fn severity(self) -> Severity {
        self.declaration().severity
    }

    /// The problem, in one sentence.
    pub const fn summary(self) -> &'static str {
        self.declaration().summary
    }

    /// The solution, in one sentence.
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
