//! Configurations of another tool, through the import.

use zerodrift::diagnostics::{Finding, Source};
use zerodrift::manifest::Manifest;
use zerodrift::manifest::write::Detail;
use zerodrift::settings::Model;
use zerodrift::terraform::write::file;
use zerodrift::terraform::{Import, addresses, import};

use crate::common::{manifest, target};

/// What stands in for the slots that a test of another tool fills in.
const SUBSTITUTES: [(&str, &str); 4] = [
    ("%[1]s", "acceptance"),
    ("%[2]s", "699d98642c564d2e855e9661899b7252"),
    ("%[3]s", "team.cloudflareaccess.com"),
    ("%[4]s", "team.cloudflareaccess.com"),
];

/// What may stay behind: what only Terraform knows, and what is for Terraform alone.
const LEFT_BEHIND: [&str; 4] =
    ["terraform-expression", "terraform-target", "terraform-meta-argument", "terraform-ignored"];

/// The organizations that a text declares, each as the manifest that is made of it; without those whose instances only
/// Terraform knows, which have to be reported as such.
pub(crate) fn organizations(name: &str, text: &str) -> Vec<Manifest> {
    let mut text = text.to_owned();
    for (slot, substitute) in SUBSTITUTES {
        text = text.replace(slot, substitute);
    }
    let sources = [Source { name: name.to_owned(), text }];
    addresses(&sources).iter().filter_map(|address| organization(&sources, address)).collect()
}

/// One organization. Whatever it hangs on, it is written for an account, which takes every setting.
pub(crate) fn organization(sources: &[Source], address: &str) -> Option<Manifest> {
    let model = Model::current();
    let Import { organization, findings } = import(model, sources, Some(address));
    let Some(imported) = organization else {
        assert!(matches!(&findings[..], [only] if only.rule.id() == "terraform-instances"), "{address}: {findings:#?}");
        println!("{}", findings[0].message);
        return None;
    };
    findings.iter().for_each(|finding| said(address, finding));
    let file = file(model, &imported, Some(&target()), Detail::Minimal, &findings);
    let manifest = manifest(&file.text);
    for setting in imported.declared(model) {
        let refused = file.refused.iter().find(|(refused, _)| refused.path == setting.path);
        let meant = imported.document.raw(setting);
        match (manifest.declared(setting.path), refused) {
            (Some(declared), None) => {
                assert!(setting.same(Some(&declared.value), meant), "{address}: {}", setting.path)
            }
            (None, Some((_, reason))) => println!("{address}: {} is refused: {reason}", setting.path),
            both => panic!("{address}: {}: {both:?}", setting.path),
        }
    }
    Some(manifest)
}

fn said(address: &str, finding: &Finding) {
    println!("{address}: {}: {}", finding.rule.id(), finding.message);
    assert!(LEFT_BEHIND.contains(&finding.rule.id()), "{address}: {finding:#?}");
}
