//! The settings of a section as a tree, the way a file shows them.

use super::model::Model;
use super::setting::{Endpoint, Setting};

/// A setting, or an object of settings.
#[derive(Debug)]
pub(crate) enum Node<'m> {
    /// A setting.
    Leaf(&'m Setting),
    /// An object of the API, whether or not the model knows it as a group.
    Branch {
        /// Its dotted path: `organization.login_design`.
        path: String,
        /// What is in it.
        nodes: Vec<Node<'m>>,
    },
}

impl Node<'_> {
    /// The last segment of the path.
    pub(crate) fn name(&self) -> &str {
        match self {
            Node::Leaf(setting) => setting.name(),
            Node::Branch { path, nodes: _ } => path.rsplit('.').next().unwrap_or(path),
        }
    }
}

/// The declarable settings of a section, each group where its first setting stands.
pub(crate) fn of(model: &Model, endpoint: Endpoint) -> Vec<Node<'_>> {
    let settings: Vec<_> = model.of(endpoint).filter(|setting| setting.is_declarable()).collect();
    below(endpoint.section(), &settings)
}

fn below<'m>(prefix: &str, settings: &[&'m Setting]) -> Vec<Node<'m>> {
    let mut nodes: Vec<Node<'m>> = Vec::new();
    for setting in settings {
        let Some(rest) = setting.path.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('.')) else {
            continue;
        };
        let Some((name, _)) = rest.split_once('.') else {
            nodes.push(Node::Leaf(setting));
            continue;
        };
        if nodes.iter().any(|node| matches!(node, Node::Branch { path: _, nodes: _ }) && node.name() == name) {
            continue;
        }
        let path = format!("{prefix}.{name}");
        let nodes_below = below(&path, settings);
        nodes.push(Node::Branch { path, nodes: nodes_below });
    }
    nodes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Kind;

    #[test]
    fn a_later_member_joins_its_group_and_a_new_group_needs_no_entry() {
        let model = Model::current()
            .clone()
            .with(Setting::new("organization.login_design.font", Kind::Text))
            .with(Setting::new("organization.new.deep.switch", Kind::Boolean));
        let nodes = of(&model, Endpoint::Organization);
        let groups: Vec<_> = nodes
            .iter()
            .filter_map(|node| match node {
                Node::Branch { path, nodes } => Some((path.as_str(), nodes.len())),
                Node::Leaf(_) => None,
            })
            .collect();
        assert!(groups.contains(&("organization.login_design", 6)), "{groups:?}");
        assert!(groups.contains(&("organization.new", 1)), "{groups:?}");
    }
}
