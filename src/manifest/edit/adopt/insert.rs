//! Edits that add a setting to the file, below or beside what the file declares.

use serde_json::{Map, Value as Json};

use super::page::{ManifestText, Quotes};
use super::place::{ValueLocation, is_called};
use crate::live::set_at;
use crate::manifest::edit::splice::Edit;
use crate::manifest::parse::yaml::{YamlNode, YamlValue};
use crate::settings::{Model, Node, Setting};

const LAYOUT: &str = "its place in the file has an unusual layout";

/// The keys of a manifest, in the order in which a file usually has them.
const ORDER: [&str; 8] = ["account_id", "zone_id", "extends", "lock", "unmanaged", "organization", "doh", "allow"];

/// Returns the edit that declares a setting that the file does not declare, with the missing section and groups around it.
/// It follows what precedes it in the order of the model, else the last of its group.
///
/// # Errors
/// Returns the reason if the layout cannot be edited safely.
pub(super) fn edit(
    page: &ManifestText<'_>,
    model: &Model,
    tree: &YamlNode,
    setting: &Setting,
    value: &Json,
) -> Result<Edit, &'static str> {
    let mapping = Mapping::around(model, tree, setting).ok_or(LAYOUT)?;
    let insertion = Insertion { page, unit: page.indentation(tree), value, names: &mapping.missing };
    match mapping.neighbour() {
        Some(neighbour) if page.is_braced(mapping.node) => insertion.in_braces(neighbour),
        Some(neighbour) => insertion.on_lines(neighbour),
        None if page.is_braced(mapping.node) => Ok(insertion.in_empty_braces(mapping.node)),
        None => Err(LAYOUT),
    }
}

/// The innermost mapping of the file around a setting.
struct Mapping<'t> {
    node: &'t YamlNode,
    pairs: &'t [(YamlNode, YamlNode)],
    /// The names that it can have, in their usual order.
    order: Vec<&'static str>,
    /// The names from here to the setting, which the file lacks.
    missing: Vec<&'static str>,
}

impl<'t> Mapping<'t> {
    fn around(model: &Model, root: &'t YamlNode, setting: &Setting) -> Option<Self> {
        let mut missing: Vec<&'static str> = vec![setting.endpoint().section()];
        missing.extend(setting.keys());
        let (mut node, mut order) = (root, ORDER.to_vec());
        let mut branch = model.section(setting.endpoint());
        loop {
            let YamlValue::Mapping(pairs) = &node.value else { return None };
            let Some((_, below)) = pairs.iter().find(|(key, _)| is_called(key, missing.first().unwrap_or(&""))) else {
                return Some(Self { node, pairs, order, missing });
            };
            if std::ptr::eq(node, root) {
                missing.remove(0);
            } else {
                let member = branch.member(missing.remove(0))?;
                let Node::Branch(inner) = &member.node else { return None };
                branch = inner;
            }
            (node, order) = (below, branch.members().iter().map(|member| member.name()).collect());
        }
    }

    /// The pair that the setting follows.
    fn neighbour(&self) -> Option<&'t (YamlNode, YamlNode)> {
        let position = |name: &str| self.order.iter().position(|known| *known == name);
        let own = self.missing.first().and_then(|name| position(name));
        let of = |pair: &&(YamlNode, YamlNode)| match &pair.0.value {
            YamlValue::Text(name) => position(name),
            _ => None,
        };
        let before = self.pairs.iter().filter(|pair| of(pair).is_some_and(|at| Some(at) < own));
        before.max_by_key(of).or(self.pairs.last())
    }
}

/// A value that is added to a file, below some names.
struct Insertion<'a> {
    page: &'a ManifestText<'a>,
    /// The indentation of one level.
    unit: &'a str,
    value: &'a Json,
    names: &'a [&'static str],
}

impl Insertion<'_> {
    /// Adds lines below the lines of a neighbour.
    fn on_lines(&self, neighbour: &(YamlNode, YamlNode)) -> Result<Edit, &'static str> {
        let (key, value) = neighbour;
        let end = self.page.end_of_pair(key, value).ok_or(LAYOUT)?;
        let mut indent = self.page.indent(key).ok_or(LAYOUT)?.to_owned();
        let mut text = String::new();
        for name in self.names {
            text.push_str(&format!("{}{indent}{}:", self.page.newline, self.page.key_quotes(key).text(name)));
            indent.push_str(self.unit);
        }
        text.push_str(&format!(" {}", self.quotes(neighbour).write(self.value)));
        Ok(Edit::insert(self.page.line_end(end), text))
    }

    /// Adds a pair behind a neighbour in braces: on lines of its own if the neighbour has them.
    fn in_braces(&self, neighbour: &(YamlNode, YamlNode)) -> Result<Edit, &'static str> {
        let (key, value) = neighbour;
        let end = self.page.end_of_pair(key, value).ok_or(LAYOUT)?;
        let behind = self.page.between(end, self.page.line_end(end));
        let after_comma = behind.trim_start().strip_prefix(',');
        let rest = after_comma.unwrap_or(behind).trim_start();
        let is_compact = self.page.between(key.span.end, value.span.start) == ":";
        let colon = if is_compact { ":" } else { ": " };
        match self.page.indent(key).filter(|_| rest.is_empty() || rest.starts_with('#')) {
            Some(indent) => {
                // The text behind the neighbour, such as a comment, stays on its line.
                let (own, next) = if after_comma.is_some() { ("", ",") } else { (",", "") };
                let lines = self.braced_lines(neighbour, indent, colon);
                let text = format!("{own}{behind}{}{lines}{next}", self.page.newline);
                Ok(Edit::replace(end..end + behind.len(), text))
            }
            None => {
                let comma = if is_compact { "," } else { ", " };
                Ok(Edit::insert(
                    end,
                    format!("{comma}{}", self.pair(self.page.key_quotes(key), self.quotes(neighbour), colon)),
                ))
            }
        }
    }

    fn in_empty_braces(&self, mapping: &YamlNode) -> Edit {
        let quotes = if self.page.is_json { Quotes::Json } else { Quotes::Plain };
        Edit::insert(mapping.span.start + 1, self.pair(quotes, quotes, ": "))
    }

    /// The pair on one line.
    fn pair(&self, key: Quotes, quotes: Quotes, colon: &str) -> String {
        let Some((name, below)) = self.names.split_first() else { return String::new() };
        let mut members = Map::new();
        set_at(&mut members, below, self.value.clone());
        let value = if below.is_empty() { self.value.clone() } else { Json::Object(members) };
        format!("{}{colon}{}", key.text(name), quotes.write(&value))
    }

    /// The pair with a line for each name, in braces.
    fn braced_lines(&self, neighbour: &(YamlNode, YamlNode), indent: &str, colon: &str) -> String {
        let (key, newline) = (self.page.key_quotes(&neighbour.0), self.page.newline);
        let indents: Vec<String> =
            (0..self.names.len()).map(|depth| indent.to_owned() + &self.unit.repeat(depth)).collect();
        let keys = indents.iter().zip(self.names).map(|(indent, name)| format!("{indent}{}{colon}", key.text(name)));
        let opening = keys.collect::<Vec<_>>().join(&format!("{{{newline}"));
        let closing: String = indents.iter().rev().skip(1).map(|indent| format!("{newline}{indent}}}")).collect();
        format!("{opening}{}{closing}", self.quotes(neighbour).write(self.value))
    }

    /// The quoting style of the neighbour's value.
    fn quotes(&self, (key, value): &(YamlNode, YamlNode)) -> Quotes {
        self.page.quotes(&ValueLocation { key, value, below: Vec::new() }, value)
    }
}
