//! Imports in `src` have one direction.
//!
//! A file imports another file if it uses a struct, function or other item that is defined there, under whatever path. A
//! re-export alone is not an import.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The keywords before the name of an item.
const ITEMS: [&str; 7] = ["struct", "enum", "trait", "type", "const", "static", "fn"];

/// The modules outside the pipeline, which every module may use.
const EVERYWHERE: [&str; 3] = ["text", "json", "files"];

/// The names of a path, or of a module from the crate on.
type Names = Vec<String>;

/// What a file defines and refers to.
#[derive(Default)]
struct File {
    items: BTreeSet<String>,
    /// The `use` declarations by the name that they bring into scope.
    scope: BTreeMap<String, Use>,
    /// The modules that are imported with `*`.
    globs: Vec<Names>,
    /// The paths outside of `use` declarations.
    paths: BTreeSet<Names>,
}

struct Use {
    path: Names,
    is_re_export: bool,
}

#[derive(Debug, PartialEq)]
enum Definition {
    Module(Names),
    /// An item, by the module of its file.
    ItemOf(Names),
}

impl File {
    fn parse(text: &str) -> Self {
        let mut file = Self::default();
        file.read(text.parse().unwrap(), true);
        file
    }

    fn read(&mut self, tokens: TokenStream, is_top_level: bool) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            match token {
                TokenTree::Group(group) if is_for_tests(&group.stream()) => {
                    at += tokens[at..].iter().position(ends_item).unwrap();
                }
                // The module in `pub(in crate::module)`.
                TokenTree::Group(group) if group.stream().into_iter().next().is_some_and(|token| is(&token, "in")) => {}
                TokenTree::Group(group) => self.read(group.stream(), false),
                // `use<'_>` is the bound of a type.
                TokenTree::Ident(word) if word == "use" && !is(&tokens[at + 1], "<") => {
                    let end = at + tokens[at..].iter().position(|token| is(token, ";")).unwrap();
                    let is_re_export = tokens[..at].iter().rev().take(2).any(|token| is(token, "pub"));
                    self.read_use(&tokens[at + 1..end], &[], is_re_export);
                    at = end;
                }
                TokenTree::Ident(word) => {
                    if is_top_level && ITEMS.iter().any(|keyword| word == keyword) {
                        self.items.insert(tokens[at + 1].to_string());
                    }
                    let path = path(&tokens[at..]);
                    at += 3 * (path.len() - 1);
                    self.paths.insert(path);
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
            at += 1;
        }
    }

    /// Reads a tree of a `use` declaration below a path.
    fn read_use(&mut self, tree: &[TokenTree], above: &[String], is_re_export: bool) {
        let mut path: Names = above.iter().cloned().chain(path(tree)).collect();
        match tree {
            [.., TokenTree::Group(group)] if group.delimiter() == Delimiter::Brace => {
                let trees: Vec<TokenTree> = group.stream().into_iter().collect();
                for tree in trees.split(|token| is(token, ",")).filter(|tree| !tree.is_empty()) {
                    self.read_use(tree, &path, is_re_export);
                }
            }
            [.., star] if is(star, "*") => self.globs.push(path),
            [.., last] => {
                // `path::{self}`
                if path.len() > 1 && path.last().is_some_and(|name| name == "self") {
                    path.pop();
                }
                let is_renamed = tree.iter().any(|token| is(token, "as"));
                let name = if is_renamed { last.to_string() } else { path.last().unwrap().clone() };
                self.scope.insert(name, Use { path, is_re_export });
            }
            [] => {}
        }
    }

    /// The paths that count as imports. Names that are only re-exported do not.
    fn imported(&self) -> impl Iterator<Item = &Names> {
        let is_used = |name: &String| self.paths.iter().any(|path| path[0] == *name);
        let uses = self.scope.iter().filter(move |(name, one)| !one.is_re_export || is_used(name));
        uses.map(|(_, one)| &one.path).chain(&self.paths)
    }
}

fn is(token: &TokenTree, text: &str) -> bool {
    match token {
        TokenTree::Ident(word) => word == text,
        TokenTree::Punct(sign) => text.len() == 1 && text.starts_with(sign.as_char()),
        TokenTree::Group(_) | TokenTree::Literal(_) => false,
    }
}

/// Whether an attribute is `cfg(test)` or `cfg(all(test, …))`.
fn is_for_tests(attribute: &TokenStream) -> bool {
    let mut tokens = attribute.clone().into_iter();
    let is_cfg = tokens.next().is_some_and(|token| is(&token, "cfg"));
    let condition = tokens.next().map(|condition| condition.to_string().replace(' ', ""));
    is_cfg && condition.is_some_and(|condition| condition == "(test)" || condition.starts_with("(all(test,"))
}

fn ends_item(token: &TokenTree) -> bool {
    is(token, ";") || matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

/// The names at the start of some tokens that `::` joins.
fn path(tokens: &[TokenTree]) -> Names {
    let mut names = Vec::new();
    let mut rest = tokens;
    while let [TokenTree::Ident(name), after @ ..] = rest {
        names.push(name.to_string());
        match after {
            [one, two, next @ ..] if is(one, ":") && is(two, ":") => rest = next,
            _ => break,
        }
    }
    names
}

/// The production code of a crate: the file of each module.
struct Sources(BTreeMap<Names, File>);

impl Sources {
    fn of_this_crate() -> Self {
        let mut files = BTreeMap::new();
        visit(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut Vec::new(), &mut files);
        assert!(files.len() > 100, "only {} source files found", files.len());
        Self(files)
    }

    /// Every pair of a file and one that it imports, by their modules.
    fn imports(&self) -> BTreeSet<(Names, Names)> {
        let mut imports = BTreeSet::new();
        for (module, file) in &self.0 {
            let named = file.imported().filter_map(|path| self.resolve(module, path));
            let named = named.filter(|found| matches!(found, Definition::ItemOf(_)));
            let globs = file.globs.iter().filter_map(|path| self.resolve(module, path));
            for Definition::Module(definer) | Definition::ItemOf(definer) in named.chain(globs) {
                if definer != *module {
                    imports.insert((module.clone(), definer));
                }
            }
        }
        imports
    }

    /// Follows a path in a module to a definition, through re-exports.
    fn resolve(&self, module: &[String], path: &[String]) -> Option<Definition> {
        let (first, rest) = path.split_first()?;
        let found = match first.as_str() {
            "crate" => Definition::Module(Vec::new()),
            "self" => Definition::Module(module.to_vec()),
            "super" => Definition::Module(module.split_last()?.1.to_vec()),
            name => self.member(module, name, rest.is_empty())?,
        };
        match found {
            Definition::Module(inner) if !rest.is_empty() => self.resolve(&inner, rest),
            found => Some(found),
        }
    }

    /// What a name means in a module. A module and an item may share a name; at the end of a path it means the item.
    fn member(&self, module: &[String], name: &str, is_last: bool) -> Option<Definition> {
        let file = self.0.get(module)?;
        let child = [module, &[name.to_owned()]].concat();
        let is_module = self.0.contains_key(&child);
        if is_module && !is_last {
            return Some(Definition::Module(child));
        }
        if file.items.contains(name) {
            return Some(Definition::ItemOf(module.to_vec()));
        }
        // A path that begins with its own name begins with a child module, or with another crate.
        let declaration = file.scope.get(name).filter(|one| is_module || one.path[0] != name);
        let found = declaration.and_then(|one| self.resolve(module, &one.path));
        found.or(is_module.then_some(Definition::Module(child)))
    }
}

fn visit(folder: &Path, module: &mut Names, files: &mut BTreeMap<Names, File>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let depth = module.len();
        if !["mod", "lib"].contains(&name) {
            module.push(name.to_owned());
        }
        if name == "tests" {
            // Tests use what they want.
        } else if path.is_dir() {
            visit(&path, module, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.insert(module.clone(), File::parse(&std::fs::read_to_string(&path).unwrap()));
        }
        module.truncate(depth);
    }
}

fn text((importer, definer): &(Names, Names)) -> String {
    format!("{} imports {}", importer.join("::"), definer.join("::"))
}

/// The imports of a pair of files that import each other, and those of a file from the module that declares it.
fn circular(imports: &BTreeSet<(Names, Names)>) -> Vec<String> {
    let is_circular = |(one, two): &&(Names, Names)| {
        let is_declared_by_it = one.len() > two.len() && one.starts_with(two);
        is_declared_by_it || imports.contains(&(two.clone(), one.clone()))
    };
    imports.iter().filter(is_circular).map(text).collect()
}

#[test]
fn no_two_files_import_each_other() {
    let circular = circular(&Sources::of_this_crate().imports());
    assert!(circular.is_empty(), "move what both need into a file of its own:\n{}", circular.join("\n"));
}

#[test]
fn no_module_imports_one_that_the_crate_lists_below_it() {
    let lib = include_str!("../../src/lib.rs");
    let mut order: Vec<&str> = EVERYWHERE.to_vec();
    order
        .extend(lib.lines().filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';')));
    // Modules outside the pipeline may use each other.
    let layer = |module: &Names| {
        let place = order.iter().position(|name| Some(*name) == module.first().map(String::as_str))?;
        Some(place.max(EVERYWHERE.len() - 1))
    };
    let imports = Sources::of_this_crate().imports();
    let is_upward = |(importer, definer): &&(Names, Names)| {
        layer(importer).zip(layer(definer)).is_some_and(|(importer, definer)| importer < definer)
    };
    let upward: Vec<String> = imports.iter().filter(is_upward).map(text).collect();
    assert!(upward.is_empty(), "move what the upper module needs up:\n{}", upward.join("\n"));
}

/// The circular imports of a crate with a root `lib`, a module `a` and its child `b`.
fn circular_in(lib: &str, a: &str, b: &str) -> Vec<String> {
    let files = [("", lib), ("a", a), ("a b", b)];
    let names = |module: &str| module.split_whitespace().map(str::to_owned).collect();
    let sources = Sources(files.map(|(module, text)| (names(module), File::parse(text))).into());
    circular(&sources.imports())
}

#[test]
fn circular_imports_are_detected_under_every_path() {
    for (a, b) in [
        ("mod b; use b::Two; struct One { two: Two }", "use super::One; struct Two;"),
        ("mod b; struct One { two: b::Two }", "struct Two; fn two(_: &crate::a::One) {}"),
        ("pub mod b; pub use b::Two; struct One { two: Two }", "use crate::a::{One as First}; struct Two;"),
        ("mod b; use self::b as other; fn one() { other::two() }", "use crate::a; fn two() { a::one() }"),
        ("mod b; pub use b::two; fn one() { two() }", "use super::*; fn two() {}"),
    ] {
        let expected = ["a imports a::b", "a::b imports a"];
        assert_eq!(circular_in("mod a;", a, b), expected, "{a}\n{b}");
    }
}

#[test]
fn an_import_from_the_module_that_declares_the_file_is_circular() {
    let found = circular_in("mod a;", "mod b; pub use b::Two; pub struct One;", "use super::One; pub struct Two;");
    assert_eq!(found, ["a::b imports a"]);
}

#[test]
fn re_exports_and_tests_are_not_imports() {
    let a = "mod b; pub use b::Two; pub use crate::Root;";
    let b = "use super::Root; pub struct Two(Root); #[cfg(test)] mod tests { use crate::a::One; }";
    assert!(circular_in("mod a; pub use a::Two;", a, b).is_empty());
}
