//! The names of the files that Terraform reads, and of the resource types of an organization.
//!
//! The rules for files are those of Terraform and OpenTofu: `developer.hashicorp.com/terraform/language/files` and
//! `opentofu.org/docs/language/files`.

use crate::text::argument;

/// The resource types of an organization: two names in version 4 of the provider, and one in version 5.
pub const RESOURCE_TYPES: [&str; 3] = [
    "cloudflare_access_organization",
    "cloudflare_zero_trust_access_organization",
    "cloudflare_zero_trust_organization",
];

/// The role of a file in a configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileRole {
    /// A file with blocks of its own.
    Primary,
    /// A file whose blocks are merged into those of primary files: `override.tf`, `*_override.tf`.
    Override,
}

/// The suffixes of Terraform, each with the one of OpenTofu that replaces it.
const SUFFIXES: [(&str, &str); 2] = [(".tf", ".tofu"), (".tf.json", ".tofu.json")];

/// Returns the role of a file by its name without the folder; `None` for a file that Terraform does not read.
///
/// ```
/// use zerodrift::terraform::{FileRole, file_role};
/// assert_eq!(file_role("main.tf"), Some(FileRole::Primary));
/// assert_eq!(file_role("prod_override.tf.json"), Some(FileRole::Override));
/// assert_eq!(file_role("terraform.tfvars"), None);
/// ```
pub fn file_role(name: &str) -> Option<FileRole> {
    let is_ignored = name.starts_with('.') || name.ends_with('~') || (name.starts_with('#') && name.ends_with('#'));
    let suffixes = SUFFIXES.iter().flat_map(|(terraform, tofu)| [*terraform, *tofu]);
    let stem = suffixes.filter_map(|suffix| name.strip_suffix(suffix)).next().filter(|_| !is_ignored)?;
    let is_override = stem == "override" || stem.ends_with("_override");
    Some(if is_override { FileRole::Override } else { FileRole::Primary })
}

/// Returns the path of the file that OpenTofu reads instead of this one, if that file exists.
pub(super) fn shadowing(path: &str) -> Option<String> {
    SUFFIXES.iter().find_map(|(terraform, tofu)| Some(format!("{}{tofu}", path.strip_suffix(terraform)?)))
}

/// Returns the name of a file without its folder.
pub(super) fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// Whether a path names a configuration in JSON syntax.
pub(super) fn is_json_syntax(path: &str) -> bool {
    path.ends_with(".tf.json") || path.ends_with(".tofu.json")
}

/// Returns the command that prints the exact values of the configuration of a file.
pub(super) fn exact_command(path: &str) -> String {
    let program = if path.ends_with(".tofu") || path.ends_with(".tofu.json") { "tofu" } else { "terraform" };
    let folder = path.strip_suffix(file_name(path)).unwrap_or_default().trim_end_matches('/');
    let chdir = if folder.is_empty() { String::new() } else { format!(" -chdir={}", argument(folder)) };
    format!("{program}{chdir} show -json | zerodrift init --from-terraform -")
}
