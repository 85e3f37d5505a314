//! The table of settings as a value, with lookup by path and name.

use std::cmp::Reverse;
use std::sync::LazyLock;

use super::decision::{Cell, LiveShape};
use super::direction::Direction;
use super::endpoint::Endpoint;
use super::path::SettingPath;
use super::setting::{Access, Group, Setting};
use super::table::{GROUPS, SETTINGS};
use super::tree::{Branch, Resolved};

/// The settings and groups that this version knows.
///
/// A value and not a global, so that tests can add a setting and run it through every stage.
#[derive(Debug, Clone)]
pub struct Model {
    settings: Vec<Setting>,
    groups: Vec<Group>,
    /// The path and the switch of each group that has one.
    switches: Vec<(SettingPath, Setting)>,
    /// The tree of each endpoint, in their order.
    sections: [Branch; 2],
}

static CURRENT: LazyLock<Model> = LazyLock::new(|| Model::new(SETTINGS.concat(), GROUPS.to_vec()));

impl Model {
    /// Creates the model of these settings. An object that contains some of them is a group even without an entry.
    fn new(settings: Vec<Setting>, mut groups: Vec<Group>) -> Self {
        for setting in &settings {
            let (path, around) = (setting.full_path(), 1..setting.keys().len());
            for group in around.map(|depth| Group::at(path.truncated(depth))) {
                if !groups.iter().any(|known| known.path == group.path) {
                    groups.push(group);
                }
            }
        }
        groups.sort_by_key(|group| group.keys().len());
        let section = |endpoint: Endpoint| Branch::of(SettingPath::new(endpoint.section()), &settings, &groups);
        let sections = Endpoint::ALL.map(section);
        let switch = |path: &str| settings.iter().find(|setting| setting.path == path).copied();
        let switches = groups.iter().filter_map(|group| Some((*group.full_path(), switch(group.switch?)?))).collect();
        Self { settings, groups, switches, sections }
    }

    /// The model of this version.
    pub fn current() -> &'static Self {
        &CURRENT
    }

    /// This model with one more setting at the end of its section.
    #[must_use]
    pub fn with(mut self, setting: Setting) -> Self {
        self.settings.push(setting);
        self.settings.sort_by_key(Setting::endpoint);
        Self::new(self.settings, self.groups)
    }

    /// Every setting, read-only ones included, in the order of the table.
    pub fn settings(&self) -> &[Setting] {
        &self.settings
    }

    /// The settings that a manifest may declare.
    pub fn declarable(&self) -> impl Iterator<Item = &Setting> {
        self.settings.iter().filter(|setting| setting.is_declarable())
    }

    /// The settings of one endpoint.
    pub fn of(&self, endpoint: Endpoint) -> impl Iterator<Item = &Setting> {
        self.settings.iter().filter(move |setting| setting.endpoint() == endpoint)
    }

    /// The tree of each section.
    pub fn tree(&self) -> &[Branch] {
        &self.sections
    }

    /// The tree of a section.
    pub fn section(&self, endpoint: Endpoint) -> &Branch {
        let [organization, doh] = &self.sections;
        match endpoint {
            Endpoint::Organization => organization,
            Endpoint::Doh => doh,
        }
    }

    /// Resolves a path as a user writes it: with or without its section, and with current or former names.
    pub fn resolve(&self, name: &str) -> Option<Resolved<'_>> {
        if let Some(section) = self.sections.iter().find(|section| section.path() == name) {
            return Some(Resolved::Branch(section));
        }
        let find = |is_asked: &dyn Fn(&SettingPath) -> bool| self.sections.iter().find_map(|one| one.find(is_asked));
        let member = find(&|path| path.as_str() == name).or_else(|| find(&|path| path.below_section() == name))?;
        Some(member.resolved())
    }

    /// The setting with this path.
    pub fn setting(&self, path: &str) -> Option<&Setting> {
        self.settings.iter().find(|setting| setting.path == path)
    }

    /// The position of a setting in the table, which is the order of every listing.
    pub fn position(&self, path: &str) -> usize {
        self.settings.iter().position(|setting| setting.path == path).unwrap_or(usize::MAX)
    }

    /// Every group, each after the groups that contain it. An object that contains settings is a group even without an entry.
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// Every group, each before the groups that contain it.
    pub(crate) fn innermost_groups(&self) -> Vec<&Group> {
        let mut groups: Vec<&Group> = self.groups.iter().collect();
        groups.sort_by_key(|group| Reverse(group.keys().len()));
        groups
    }

    /// The group with this path.
    pub fn group(&self, path: &str) -> Option<&Group> {
        self.groups.iter().find(|group| group.path == path)
    }

    /// The settings of a group and of the groups in it, in the order of the table.
    pub fn members<'a>(&'a self, group: &'a Group) -> impl Iterator<Item = &'a Setting> {
        self.settings.iter().filter(move |setting| setting.full_path().is_below(group.full_path()))
    }

    /// The switch of the group that a setting belongs to, unless the setting is the switch itself.
    pub fn switch_of(&self, setting: &Setting) -> Option<&Setting> {
        let (_, switch) = self.switches.iter().find(|(group, _)| setting.full_path().is_below(group))?;
        Some(switch).filter(|switch| switch.path != setting.path)
    }

    /// The undecided cells of the decision table: setting, direction and shape of the live value.
    pub fn undecided(&self) -> Vec<(&'static str, Direction, LiveShape)> {
        let writable = self.settings.iter().filter(|setting| setting.is_writable());
        let cells = writable.flat_map(|setting| {
            self.cells(setting).map(move |(direction, shape, cell)| (setting, direction, shape, cell))
        });
        cells
            .filter(|(.., cell)| *cell == Cell::Undecided)
            .map(|(setting, direction, shape, _)| (setting.path, direction, shape))
            .collect()
    }

    /// The cells of a setting, direction by direction.
    pub fn cells<'a>(&'a self, setting: &'a Setting) -> impl Iterator<Item = (Direction, LiveShape, Cell)> + 'a {
        let is_switched = self.switch_of(setting).is_some();
        Direction::all_of(setting).into_iter().flat_map(move |direction| {
            LiveShape::ALL.into_iter().map(move |shape| (direction, shape, setting.cell(direction, shape, is_switched)))
        })
    }

    /// The settings that the server returns but does not accept.
    pub fn response_only(&self, endpoint: Endpoint) -> impl Iterator<Item = &Setting> {
        self.of(endpoint).filter(|setting| matches!(setting.access, Access::ServerManaged | Access::Volatile))
    }
}
