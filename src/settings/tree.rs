//! The settings as a tree: sections, groups and settings, under every name in manifests, requests and answers.

use super::path::SettingPath;
use super::setting::{Group, Setting};

/// An object of the API: a section, or a group of settings.
#[derive(Debug, Clone)]
pub struct Branch {
    path: SettingPath,
    group: Option<Group>,
    members: Vec<Member>,
}

/// A member of an object of the API, under one name.
#[derive(Debug, Clone)]
pub struct Member {
    /// Its path under this name.
    pub path: SettingPath,
    /// Who uses this name.
    pub name_kind: NameKind,
    /// What it is.
    pub node: Node,
}

/// A setting, or an object of settings.
#[derive(Debug, Clone)]
pub enum Node {
    /// A setting.
    Setting(Box<Setting>),
    /// An object.
    Branch(Box<Branch>),
}

/// Who uses a name of a setting or group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameKind {
    /// Manifests, requests and answers.
    Current,
    /// Manifests and requests; the API answers under another name.
    Requested,
    /// Answers of the API only.
    Answered,
    /// A former name, which live documents may still contain.
    Former,
}

/// The setting, section or group at a path.
#[derive(Debug, Clone, Copy)]
pub enum Resolved<'m> {
    /// A setting.
    Setting(&'m Setting),
    /// A section or group.
    Branch(&'m Branch),
}

/// A setting under one of its names.
type Named<'s> = (SettingPath, NameKind, &'s Setting);

impl Branch {
    /// The tree of a section, in the order of the table.
    pub(super) fn of(section: SettingPath, settings: &[Setting], groups: &[Group]) -> Self {
        let of_section = || settings.iter().filter(|setting| setting.endpoint() == section.endpoint());
        let own = |setting: &'_ Setting| match setting.observed_as {
            Some(_) => NameKind::Requested,
            None => NameKind::Current,
        };
        let mut named: Vec<Named<'_>> =
            of_section().map(|setting| (*setting.full_path(), own(setting), setting)).collect();
        for setting in of_section() {
            let others = [(setting.observed_as, NameKind::Answered), (setting.former, NameKind::Former)];
            named.extend(others.into_iter().filter_map(|(path, kind)| Some((path?, kind, setting))));
        }
        Self::below(section, &named, groups)
    }

    fn below(path: SettingPath, named: &[Named<'_>], groups: &[Group]) -> Self {
        let mut members: Vec<Member> = Vec::new();
        for (full, name_kind, setting) in named.iter().filter(|(full, ..)| full.is_below(&path)) {
            let next = full.truncated(path.keys().len() + 1);
            if next == *full {
                let node = Node::Setting(Box::new(**setting));
                members.push(Member { path: next, name_kind: *name_kind, node });
            } else if !members.iter().any(|member| member.path == next) {
                let node = Node::Branch(Box::new(Self::below(next, named, groups)));
                members.push(Member { path: next, name_kind: *name_kind, node });
            }
        }
        let is_here = |group: &&Group| *group.full_path() == path || group.former == Some(path);
        Self { path, group: groups.iter().find(is_here).copied(), members }
    }

    /// Its path: that of a section, or of a group under one of its names.
    pub fn path(&self) -> &'static str {
        self.path.as_str()
    }

    /// The group; `None` for a section, and for an object that contains only former names of settings.
    pub fn group(&self) -> Option<&Group> {
        self.group.as_ref()
    }

    /// The members under every name, including former ones.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// The member with a name.
    pub fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.name() == name)
    }

    /// The member at a path of keys.
    pub fn at<K: AsRef<str>>(&self, keys: &[K]) -> Option<&Member> {
        let (first, rest) = keys.split_first()?;
        let member = self.member(first.as_ref())?;
        match &member.node {
            _ if rest.is_empty() => Some(member),
            Node::Branch(below) => below.at(rest),
            Node::Setting(_) => None,
        }
    }

    /// The members that a manifest can declare. A group has the position of its first setting.
    pub fn declarable(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(|member| member.is_requested() && member.is_declarable())
    }

    /// Every setting in it, at every depth, under its current name.
    pub fn settings(&self) -> Vec<&Setting> {
        let mut found = Vec::new();
        for member in self.members.iter().filter(|member| member.is_requested()) {
            match &member.node {
                Node::Setting(setting) => found.push(&**setting),
                Node::Branch(below) => found.extend(below.settings()),
            }
        }
        found
    }

    /// The first member, at any depth, whose path matches.
    pub(super) fn find(&self, is_asked: &dyn Fn(&SettingPath) -> bool) -> Option<&Member> {
        self.members.iter().find_map(|member| match &member.node {
            _ if is_asked(&member.path) => Some(member),
            Node::Branch(below) => below.find(is_asked),
            Node::Setting(_) => None,
        })
    }
}

impl Member {
    /// Its name in the object that contains it.
    pub fn name(&self) -> &'static str {
        self.path.name()
    }

    /// Whether manifests and requests use this name.
    pub fn is_requested(&self) -> bool {
        matches!(self.name_kind, NameKind::Current | NameKind::Requested)
    }

    /// Whether a live document may contain this name.
    pub fn is_answered(&self) -> bool {
        self.name_kind != NameKind::Requested
    }

    /// Whether a manifest may declare it or any of its members.
    pub fn is_declarable(&self) -> bool {
        match &self.node {
            Node::Setting(setting) => setting.is_declarable(),
            Node::Branch(below) => below.declarable().next().is_some(),
        }
    }

    /// The setting or object.
    pub fn resolved(&self) -> Resolved<'_> {
        match &self.node {
            Node::Setting(setting) => Resolved::Setting(setting),
            Node::Branch(below) => Resolved::Branch(below),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::endpoint::Endpoint;
    use super::super::kind::Kind;
    use super::super::model::Model;
    use super::*;

    fn model() -> Model {
        Model::current()
            .clone()
            .with(Setting::new("organization.login_design.font", Kind::Text))
            .with(Setting::new("organization.new.deep.switch", Kind::Boolean).formerly("organization.old.switch"))
    }

    #[test]
    fn a_later_member_joins_its_group_and_a_new_group_needs_no_entry() {
        let model = model();
        let section = model.section(Endpoint::Organization);
        let members = |keys: &[&str]| match &section.at(keys).unwrap().node {
            Node::Branch(branch) => (branch.group().map(|group| group.path), branch.members().len()),
            Node::Setting(_) => panic!("{keys:?} is a setting"),
        };
        assert_eq!(members(&["login_design"]), (Some("organization.login_design"), 6));
        assert_eq!(members(&["new"]), (Some("organization.new"), 1));
        assert_eq!(members(&["new", "deep"]), (Some("organization.new.deep"), 1));
        assert_eq!(members(&["old"]), (None, 1));
        let group = model.group("organization.new").unwrap();
        let settings: Vec<_> = model.members(group).map(|setting| setting.path).collect();
        assert_eq!(settings, ["organization.new.deep.switch"]);
    }

    #[test]
    fn every_name_of_a_setting_leads_to_it() {
        let model = model();
        for setting in model.settings() {
            let names = [(Some(*setting.full_path()), true), (setting.observed_as, false), (setting.former, false)];
            for (path, is_requested) in names.into_iter().filter_map(|(path, own)| Some((path?, own))) {
                let member = model.section(path.endpoint()).at(path.keys()).unwrap();
                assert!(matches!(&member.node, Node::Setting(found) if **found == *setting), "{}", path.as_str());
                assert_eq!(member.is_requested(), is_requested, "{}", path.as_str());
                for text in [path.as_str(), path.below_section()] {
                    assert!(matches!(model.resolve(text), Some(Resolved::Setting(_))), "{text}");
                }
            }
        }
    }

    #[test]
    fn sections_and_groups_resolve_under_every_name_and_nothing_else_does() {
        let model = model();
        for name in ["organization", "doh", "organization.new", "new.deep", "mfa_ssh_piv_key_requirements"] {
            assert!(matches!(model.resolve(name), Some(Resolved::Branch(_))), "{name}");
        }
        for name in ["", "organization.", "organization.nam", "organization.name.x", "header_text", "other.name"] {
            assert!(model.resolve(name).is_none(), "{name}");
        }
    }
}
