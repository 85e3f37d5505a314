//! Reads blocks of literals from HCL. A value that is not a literal is unknown, with the reason.

use std::ops::Range;
use std::rc::Rc;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, Object, ObjectKey, TraversalOperator};
use hcl_edit::structure::{Attribute, Block, Body, Structure};
use hcl_edit::template::{Element, StringTemplate, Strip};
use icu_normalizer::ComposingNormalizerBorrowed;
use serde_json::Value as Json;

use super::block::{LONGEST, Locals, ResourceBlock};
use super::file::Place;
use super::resource::{Argument, ArgumentValue};

/// A part of an expression that is not a literal, with the reason, to follow a colon.
struct Computed {
    reason: String,
    span: Option<Range<usize>>,
}

/// Reads one file.
pub(super) struct HclReader<'r> {
    pub(super) text: &'r str,
    /// The position of the file.
    pub(super) file: usize,
    /// The locals that expressions may refer to; `None` while the locals themselves are read.
    pub(super) locals: Option<&'r Locals>,
}

impl HclReader<'_> {
    /// Returns the members of all `locals` blocks.
    pub(super) fn locals(&self, body: &Body) -> Vec<Argument> {
        body.get_blocks("locals").flat_map(|block| block.body.attributes()).map(|one| self.attribute(one)).collect()
    }

    /// Returns the resources of some types.
    pub(super) fn resources(&self, body: &Body, types: &[&str]) -> Vec<ResourceBlock> {
        let resource = |block: &Block| {
            let [kind, name] = &block.labels[..] else { return None };
            let address = types.contains(&kind.as_str()).then(|| format!("{}.{}", kind.as_str(), name.as_str()))?;
            let members = block.body.iter().map(|structure| self.argument(structure)).collect();
            Some(ResourceBlock { address, place: self.place(heading(block)), members })
        };
        body.get_blocks("resource").filter_map(resource).collect()
    }

    /// Reads an argument of a resource. The elements of `ignore_changes` are attribute names and not expressions.
    fn argument(&self, structure: &Structure) -> Argument {
        match structure {
            Structure::Block(block) if block.ident.as_str() == "lifecycle" => {
                let members = block.body.iter().map(|inner| match inner {
                    Structure::Attribute(attribute) if attribute.key.as_str() == "ignore_changes" => {
                        Argument { value: self.paths(&attribute.value), ..self.attribute(attribute) }
                    }
                    other => self.member(other),
                });
                Argument::at(
                    "lifecycle",
                    &self.place(heading(block)),
                    ArgumentValue::Members(Rc::new(members.collect())),
                )
            }
            other => self.member(other),
        }
    }

    fn place(&self, span: Option<Range<usize>>) -> Place {
        Place { file: self.file, span }
    }

    fn source(&self, span: Option<Range<usize>>) -> &str {
        span.and_then(|span| self.text.get(span)).unwrap_or_default()
    }

    fn member(&self, structure: &Structure) -> Argument {
        match structure {
            Structure::Attribute(attribute) => self.attribute(attribute),
            Structure::Block(block) => {
                let place = self.place(heading(block));
                match (block.ident.as_str(), block.labels.first()) {
                    ("dynamic", Some(label)) => {
                        Argument::at(label.as_str(), &place, ArgumentValue::Unknown("it is a dynamic block".to_owned()))
                    }
                    (name, _) => {
                        let members = block.body.iter().map(|inner| self.member(inner)).collect();
                        Argument::at(name, &place, ArgumentValue::Members(Rc::new(members)))
                    }
                }
            }
        }
    }

    fn attribute(&self, attribute: &Attribute) -> Argument {
        self.named(attribute.key.as_str(), attribute.key.span(), &attribute.value)
    }

    fn named(&self, name: &str, key: Option<Range<usize>>, expression: &Expression) -> Argument {
        let (value, span) = match self.value(expression) {
            Ok(value @ ArgumentValue::Members(_)) => (value, key.clone()),
            Ok(value) => (value, expression.span()),
            Err(computed) => (ArgumentValue::Unknown(computed.reason), computed.span),
        };
        Argument { name: name.to_owned(), key: self.place(key.clone()), place: self.place(span.or(key)), value }
    }

    fn value(&self, expression: &Expression) -> Result<ArgumentValue, Computed> {
        let because = |reason: &str| Err(Computed { reason: reason.to_owned(), span: expression.span() });
        let refers = || because(&format!("it refers to {}", brief(self.source(expression.span()))));
        match expression {
            Expression::Null(_) => Ok(ArgumentValue::Known(Json::Null)),
            Expression::Bool(truth) => Ok(ArgumentValue::Known(Json::Bool(*truth.as_ref()))),
            Expression::Number(_) => match self.source(expression.span()).parse::<i64>() {
                Ok(number) => Ok(ArgumentValue::Known(Json::from(number))),
                Err(_) => because("it is a number with a fraction, an exponent or many digits"),
            },
            Expression::String(text) => Ok(ArgumentValue::Known(Json::from(text.as_str()))),
            Expression::Array(elements) => self.list(&elements.iter().collect::<Vec<_>>()),
            Expression::Object(object) => self.object(object),
            Expression::StringTemplate(template) => self.template(template),
            Expression::HeredocTemplate(_) => match heredoc(self.source(expression.span())) {
                Some(text) => Ok(ArgumentValue::Known(Json::String(text))),
                None => because("it is a heredoc with a template"),
            },
            Expression::Parenthesis(inner) => self.value(inner.inner()),
            Expression::Traversal(traversal) => {
                if traversal.expr.as_variable().is_none() {
                    let inner = self.value(&traversal.expr);
                    let reason = inner.err().map_or("it selects a part of a value".to_owned(), |inner| inner.reason);
                    return because(&reason);
                }
                let root = traversal.expr.as_variable().map(|root| root.as_str());
                let steps: Vec<_> = traversal.operators.iter().map(|operator| operator.as_ref()).collect();
                match (root, &steps[..], self.locals) {
                    (Some("local"), [TraversalOperator::GetAttr(name)], Some(locals)) => {
                        locals.get(name.as_str()).map_err(|reason| Computed { reason, span: expression.span() })
                    }
                    _ => refers(),
                }
            }
            Expression::Variable(_) => refers(),
            Expression::FuncCall(call) => because(&format!("it calls {}()", brief(call.name.name.as_str()))),
            Expression::Conditional(_) => because("it is a conditional"),
            Expression::UnaryOp(_) | Expression::BinaryOp(_) => because("it is an operation"),
            Expression::ForExpr(_) => because("it is a for expression"),
        }
    }

    /// Reads a list of scalars. A list of one object is a block, as in version 4 of the provider.
    fn list(&self, elements: &[&Expression]) -> Result<ArgumentValue, Computed> {
        let mut list = Vec::new();
        for element in elements {
            match self.value(element)? {
                ArgumentValue::Known(scalar) if !scalar.is_array() => list.push(scalar),
                members @ ArgumentValue::Members(_) if elements.len() == 1 => return Ok(members),
                _ => {
                    return Err(Computed {
                        reason: "it is a list of lists or objects".to_owned(),
                        span: element.span(),
                    });
                }
            }
        }
        Ok(ArgumentValue::Known(Json::Array(list)))
    }

    /// Reads an object. The last of equal keys wins, as in Terraform.
    fn object(&self, object: &Object) -> Result<ArgumentValue, Computed> {
        let mut members: Vec<Argument> = Vec::new();
        for (key, value) in object.iter() {
            let name = match key {
                ObjectKey::Ident(name) => name.as_str().to_owned(),
                ObjectKey::Expression(expression) => self.text(expression)?,
            };
            members.retain(|member| member.name != name);
            members.push(self.named(&name, key.span(), value.expr()));
        }
        Ok(ArgumentValue::Members(Rc::new(members)))
    }

    fn text(&self, expression: &Expression) -> Result<String, Computed> {
        let because = |reason: &str| Computed { reason: reason.to_owned(), span: expression.span() };
        match self.value(expression)? {
            ArgumentValue::Known(scalar) => as_text(&scalar).ok_or_else(|| because("this part of it is not text")),
            ArgumentValue::Members(_) | ArgumentValue::Unknown(_) => Err(because("this part of it is not text")),
        }
    }

    /// Reads a template. A template that consists of one interpolation has the type of the interpolated value.
    fn template(&self, template: &StringTemplate) -> Result<ArgumentValue, Computed> {
        if let Some(Element::Interpolation(only)) = template.as_single_element() {
            return self.value(&only.expr);
        }
        let mut text = String::new();
        for element in template.iter() {
            let because = |reason: &str| Computed { reason: reason.to_owned(), span: element.span() };
            match element {
                Element::Literal(literal) => text.push_str(literal.as_str()),
                Element::Interpolation(part) if part.strip == Strip::None => text.push_str(&self.text(&part.expr)?),
                Element::Interpolation(_) => return Err(because("its template strips white space")),
                Element::Directive(_) => return Err(because("its template has a directive")),
            }
            // A template that repeats a long local many times would use too much memory.
            if text.len() > LONGEST {
                return Err(because("it is too long for a manifest"));
            }
        }
        Ok(ArgumentValue::Known(Json::String(text)))
    }

    /// Reads the value of `ignore_changes`: the word `all`, or a list of paths.
    fn paths(&self, expression: &Expression) -> ArgumentValue {
        let path = |element: &Expression| match element {
            Expression::Variable(_) | Expression::Traversal(_) | Expression::String(_) => {
                Some(Json::from(self.source(element.span())))
            }
            _ => None,
        };
        let paths = match expression {
            Expression::Variable(name) if name.as_str() == "all" => Some(Json::from("all")),
            Expression::Array(elements) => elements.iter().map(path).collect::<Option<Vec<_>>>().map(Json::Array),
            _ => None,
        };
        paths.map_or_else(|| ArgumentValue::Unknown("it is not a list of attributes".to_owned()), ArgumentValue::Known)
    }
}

/// Returns a scalar as text, as Terraform converts it. Terraform normalizes text to NFC.
pub(super) fn as_text(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(ComposingNormalizerBorrowed::new_nfc().normalize(text).into_owned()),
        Json::Bool(truth) => Some(truth.to_string()),
        Json::Number(number) => Some(number.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

/// Returns the span of the header of a block, from its type to its last label.
fn heading(block: &Block) -> Option<Range<usize>> {
    let start = block.ident.span()?;
    let end = block.labels.last().and_then(|label| label.span()).unwrap_or(start.clone());
    Some(start.start..end.end)
}

/// Returns the start of an expression, for a message.
fn brief(text: &str) -> String {
    crate::text::excerpt(text.split('\n').next().unwrap_or_default(), 60)
}

/// Returns the text of a heredoc; `None` if it contains a template.
///
/// `<<-` removes the smallest indentation from all lines except blank ones, which do not count for the indentation
/// either. The parser counts them, so this follows HCL's `flushHeredocTemplateParts`.
fn heredoc(source: &str) -> Option<String> {
    let (opening, rest) = source.split_once('\n')?;
    // The last line is the delimiter; the line break before it belongs to the text.
    let body = rest.rsplit_once('\n').map_or("", |(body, _)| &rest[..=body.len()]);
    if body.contains("${") || body.contains("%{") {
        return None;
    }
    if !opening.starts_with("<<-") {
        return Some(body.to_owned());
    }
    let indentation = |line: &str| line.chars().take_while(|c| c.is_whitespace()).count();
    let lines = || body.split_inclusive('\n');
    let smallest = lines().filter(|line| !line.trim().is_empty()).map(indentation).min().unwrap_or(0);
    let dedented = |line: &str| match line.trim().is_empty() {
        true => line.to_owned(),
        false => line.chars().skip(smallest).collect(),
    };
    Some(lines().map(dedented).collect())
}
