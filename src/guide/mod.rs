//! The manual, one chapter for each question. Each chapter is a file of this folder, readable there and here.
//!
//! Start with [`install`] and [`first_pull_request`]. The other chapters answer one question each, in any order.

/// Declares a chapter: its text, after the definitions that make its links work in this documentation.
///
/// In a Markdown text the first definition of a link counts. So these definitions lead to modules here, and the ones at
/// the end of each file lead to files on a code host.
macro_rules! chapters {
    ($($name:ident $file:literal: $summary:literal;)+) => {
        $(
            #[doc = $summary]
            #[doc = ""]
            #[doc = include_str!("links.md")]
            #[doc = include_str!($file)]
            pub mod $name {}
        )+
    };
}

chapters! {
    install "install.md": "Get a working `zerodrift` on your `PATH`.";
    first_pull_request "first_pull_request.md": "Set a repository up, and merge a first change.";
    manifest "manifest.md": "Write `org.yaml`, and keep it in step with the dashboard.";
    base "base.md": "Tell a change of the file from a change in the dashboard.";
    settings "settings.md": "Look up what a setting does, accepts and needs.";
    commands "commands.md": "Find the command, its credentials and its network settings.";
    who "who.md": "See who changed a live value.";
    guards "guards.md": "Understand why a change needs consent, and give it.";
    apply "apply.md": "Know what an apply sends, checks and proves.";
    saved_plans "saved_plans.md": "Apply exactly the plan that was reviewed.";
    formats "formats.md": "Show plans in pull requests, logs, dashboards and pages.";
    many_organizations "many_organizations.md": "Share settings between organizations.";
    terraform "terraform.md": "Move an organization from Terraform.";
    backups "backups.md": "Undo an apply, and see who applied what.";
    exit_codes "exit_codes.md": "Use zerodrift from a script.";
    troubleshooting "troubleshooting.md": "Find the cause of a message.";
    threat_model "threat_model.md": "Judge what zerodrift protects against.";
    upgrading "upgrading.md": "Move to another version of zerodrift.";
    telemetry "telemetry.md": "Know what zerodrift sends, and to whom.";
    stability "stability.md": "Know what stays the same between versions.";
}
