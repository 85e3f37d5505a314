//! Expressions → values, as far as files alone can tell.
//!
//! Literals, templates, variables with a value, locals, `each` and `count`, conditionals, operators, indices and the
//! functions of [`functions`](super::functions). Everything else depends on something that Terraform alone knows, or is
//! rare: it is unknown, with the reason.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use hcl_edit::Span as _;
use hcl_edit::expr::{
    BinaryOp, BinaryOperator, Conditional, Expression, FuncCall, Object, ObjectKey, Traversal, TraversalOperator,
    UnaryOp, UnaryOperator,
};
use hcl_edit::template::{Element, StringTemplate, Strip, Template};
use serde_json::{Map, Number, Value as Json};

use super::functions;
use super::hcl::Instance;
use crate::organization::shown;

/// How deep expressions may nest, locals that refer to each other included. The parser allows more, nobody writes it,
/// and each level takes stack.
const DEEPEST: usize = 100;

/// How much work all expressions of one import may take: a unit is one step or one byte. Locals that double each other
/// would take for ever, and a configuration takes a few thousand units.
const FUEL: usize = 8 * 1024 * 1024;

/// Why an expression has no value here.
#[derive(Debug)]
pub(super) struct Unknown {
    /// In words that end a sentence.
    pub(super) reason: String,
    /// The part of the expression that it is about.
    pub(super) span: Option<Range<usize>>,
}

impl Unknown {
    pub(super) fn because(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), span: None }
    }
}

pub(super) type Evaluated = Result<Json, Unknown>;

/// What expressions may refer to, and how much work is left.
pub(super) struct Evaluator<'a> {
    /// Each variable that is declared, with its value where a file gives one.
    pub(super) variables: HashMap<&'a str, Variable<'a>>,
    pub(super) locals: HashMap<&'a str, &'a Expression>,
    fuel: Cell<usize>,
    depth: Cell<usize>,
    defaults: RefCell<BTreeSet<String>>,
}

/// A variable of a configuration.
#[derive(Clone, Copy, Default)]
pub(super) struct Variable<'a> {
    pub(super) default: Option<&'a Expression>,
    /// What a `.tfvars` file says.
    pub(super) set: Option<&'a Expression>,
}

impl Evaluator<'_> {
    pub(super) fn new<'a>(
        variables: HashMap<&'a str, Variable<'a>>,
        locals: HashMap<&'a str, &'a Expression>,
    ) -> Evaluator<'a> {
        Evaluator { variables, locals, fuel: Cell::new(FUEL), depth: Cell::new(0), defaults: RefCell::default() }
    }

    /// The variables whose defaults were used since this was asked last.
    pub(super) fn take_defaults(&self) -> BTreeSet<String> {
        self.defaults.take()
    }

    /// The value of an expression in an instance of a resource.
    pub(super) fn value(&self, expression: &Expression, instance: &Instance) -> Evaluated {
        self.charge(1)?;
        if self.depth.get() >= DEEPEST {
            return Err(Unknown::because("it refers to itself, or nests too deep"));
        }
        self.depth.set(self.depth.get() + 1);
        let value = self.inside(expression, instance);
        self.depth.set(self.depth.get() - 1);
        value.map_err(|unknown| Unknown { span: unknown.span.or_else(|| expression.span()), ..unknown })
    }

    fn charge(&self, units: usize) -> Result<(), Unknown> {
        let left = self.fuel.get().checked_sub(units);
        self.fuel.set(left.unwrap_or(0));
        left.map(drop).ok_or_else(|| Unknown::because("the expressions of this configuration take too much work"))
    }

    fn inside(&self, expression: &Expression, instance: &Instance) -> Evaluated {
        match expression {
            Expression::Null(_) => Ok(Json::Null),
            Expression::Bool(truth) => Ok(Json::Bool(*truth.as_ref())),
            Expression::Number(number) => number_of(number.value()),
            Expression::String(text) => self.text(text.as_str().to_owned()),
            Expression::Array(array) => array.iter().map(|element| self.value(element, instance)).collect(),
            Expression::Object(object) => self.object(object, instance),
            Expression::StringTemplate(template) => self.string_template(template, instance),
            Expression::HeredocTemplate(heredoc) => self.template(&heredoc.template, instance),
            Expression::Parenthesis(inner) => self.value(inner.inner(), instance),
            Expression::Variable(name) => Err(Unknown::because(format!("{} is no value", shown(name.as_str())))),
            Expression::Conditional(conditional) => self.conditional(conditional, instance),
            Expression::FuncCall(call) => self.call(call, instance),
            Expression::Traversal(traversal) => self.traversal(traversal, instance),
            Expression::UnaryOp(operation) => self.unary(operation, instance),
            Expression::BinaryOp(operation) => self.binary(operation, instance),
            Expression::ForExpr(_) => Err(Unknown::because("for expressions are not evaluated")),
        }
    }

    fn text(&self, text: String) -> Evaluated {
        self.charge(text.len())?;
        Ok(Json::String(text))
    }

    fn object(&self, object: &Object, instance: &Instance) -> Evaluated {
        let mut members = Map::new();
        for (key, value) in object.iter() {
            members.insert(self.key(key, instance)?, self.value(value.expr(), instance)?);
        }
        Ok(Json::Object(members))
    }

    /// The name of a member: a bare word stands for itself.
    pub(super) fn key(&self, key: &ObjectKey, instance: &Instance) -> Result<String, Unknown> {
        match key {
            ObjectKey::Ident(name) => Ok(name.as_str().to_owned()),
            ObjectKey::Expression(expression) => as_text(&self.value(expression, instance)?),
        }
    }

    /// A template that is one interpolation and nothing else is the value itself.
    fn string_template(&self, template: &StringTemplate, instance: &Instance) -> Evaluated {
        match template.as_single_element() {
            Some(Element::Interpolation(only)) => self.value(&only.expr, instance),
            _ => self.template(template, instance),
        }
    }

    fn template(&self, template: &Template, instance: &Instance) -> Evaluated {
        let mut text = String::new();
        for element in template.iter() {
            let before = text.len();
            match element {
                Element::Literal(literal) => text.push_str(literal.as_str()),
                Element::Interpolation(part) if part.strip == Strip::None => {
                    text.push_str(&as_text(&self.value(&part.expr, instance)?)?);
                }
                Element::Interpolation(_) => {
                    return Err(Unknown::because("the marker ~ in templates is not evaluated"));
                }
                Element::Directive(_) => return Err(Unknown::because("directives in templates are not evaluated")),
            }
            self.charge(text.len() - before)?;
        }
        Ok(Json::String(text))
    }

    fn conditional(&self, conditional: &Conditional, instance: &Instance) -> Evaluated {
        let condition = as_boolean(&self.value(&conditional.cond_expr, instance)?)?;
        self.value(if condition { &conditional.true_expr } else { &conditional.false_expr }, instance)
    }

    fn call(&self, call: &FuncCall, instance: &Instance) -> Evaluated {
        let name = call.name.name.as_str();
        if call.name.is_namespaced() || call.args.expand_final() {
            return Err(Unknown::because(format!("this form of call of {} is not evaluated", shown(name))));
        }
        if name == "try" {
            let known = call.args.iter().find_map(|argument| self.value(argument, instance).ok());
            return known.ok_or_else(|| Unknown::because("nothing in try(…) has a value here"));
        }
        let arguments = call.args.iter().map(|argument| self.value(argument, instance));
        let value = functions::call(name, arguments.collect::<Result<_, _>>()?)?;
        self.charge(size(&value))?;
        Ok(value)
    }

    fn traversal(&self, traversal: &Traversal, instance: &Instance) -> Evaluated {
        let mut operators = traversal.operators.iter().map(|operator| operator.as_ref());
        let mut value = match traversal.expr.as_variable() {
            None => self.value(&traversal.expr, instance)?,
            Some(root) => match operators.next() {
                Some(TraversalOperator::GetAttr(name)) => self.reference(root.as_str(), name.as_str(), instance)?,
                _ => return Err(Unknown::because(format!("{} is no value", shown(root.as_str())))),
            },
        };
        for operator in operators {
            value = self.step(&value, operator, instance)?;
        }
        Ok(value)
    }

    fn step(&self, value: &Json, operator: &TraversalOperator, instance: &Instance) -> Evaluated {
        let (found, name) = match operator {
            TraversalOperator::GetAttr(name) => (value.get(name.as_str()), shown(name.as_str())),
            TraversalOperator::LegacyIndex(index) => (nth(value, *index.as_ref()), format!("[{}]", index.as_ref())),
            TraversalOperator::Index(index) => match self.value(index, instance)? {
                Json::String(key) => (value.get(key.as_str()), shown(&key)),
                Json::Number(index) => (index.as_u64().and_then(|index| nth(value, index)), format!("[{index}]")),
                _ => return Err(Unknown::because("an index is a number or text")),
            },
            TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => {
                return Err(Unknown::because("the operator * is not evaluated"));
            }
        };
        let found = found.cloned().ok_or_else(|| Unknown::because(format!("there is nothing at {name}")))?;
        self.charge(size(&found))?;
        Ok(found)
    }

    fn reference(&self, root: &str, name: &str, instance: &Instance) -> Evaluated {
        let behind =
            |unknown: Unknown| Unknown::because(format!("{root}.{name} has no value here: {}", unknown.reason));
        match (root, name) {
            ("var", _) => self.variable(name, instance),
            ("local", _) => match self.locals.get(name) {
                Some(expression) => self.value(expression, &Instance::default()).map_err(behind),
                None => Err(Unknown::because(format!("there is no local {} in these files", shown(name)))),
            },
            ("each", "key") => instance.known(instance.key.as_ref(), "each.key"),
            ("each", "value") => instance.known(instance.value.as_ref(), "each.value"),
            ("count", "index") => instance.known(instance.key.as_ref(), "count.index"),
            _ => Err(Unknown::because(format!("{root}.{name} is known to Terraform alone"))),
        }
    }

    fn variable(&self, name: &str, instance: &Instance) -> Evaluated {
        let Some(variable) = self.variables.get(name) else {
            return Err(Unknown::because(format!("there is no variable {} in these files", shown(name))));
        };
        if let Some(set) = variable.set {
            return self.value(set, instance);
        }
        let Some(default) = variable.default else {
            return Err(Unknown::because(format!("var.{name} has no value in these files")));
        };
        let value = self.value(default, instance)?;
        self.defaults.borrow_mut().insert(name.to_owned());
        Ok(value)
    }

    fn unary(&self, operation: &UnaryOp, instance: &Instance) -> Evaluated {
        let value = self.value(&operation.expr, instance)?;
        match operation.operator.as_ref() {
            UnaryOperator::Not => Ok(Json::Bool(!as_boolean(&value)?)),
            UnaryOperator::Neg => number(-as_number(&value)?),
        }
    }

    fn binary(&self, operation: &BinaryOp, instance: &Instance) -> Evaluated {
        let one = self.value(&operation.lhs_expr, instance)?;
        let two = self.value(&operation.rhs_expr, instance)?;
        let numbers = || Ok::<_, Unknown>((as_number(&one)?, as_number(&two)?));
        let compared = |is: fn(&f64, &f64) -> bool| numbers().map(|(one, two)| Json::Bool(is(&one, &two)));
        let computed = |of: fn(f64, f64) -> f64| numbers().and_then(|(one, two)| number(of(one, two)));
        match operation.operator.as_ref() {
            BinaryOperator::Eq => Ok(Json::Bool(equal(&one, &two))),
            BinaryOperator::NotEq => Ok(Json::Bool(!equal(&one, &two))),
            BinaryOperator::And => Ok(Json::Bool(as_boolean(&one)? && as_boolean(&two)?)),
            BinaryOperator::Or => Ok(Json::Bool(as_boolean(&one)? || as_boolean(&two)?)),
            BinaryOperator::LessEq => compared(f64::le),
            BinaryOperator::GreaterEq => compared(f64::ge),
            BinaryOperator::Less => compared(f64::lt),
            BinaryOperator::Greater => compared(f64::gt),
            BinaryOperator::Plus => computed(|one, two| one + two),
            BinaryOperator::Minus => computed(|one, two| one - two),
            BinaryOperator::Mul => computed(|one, two| one * two),
            BinaryOperator::Div => computed(|one, two| one / two),
            BinaryOperator::Mod => computed(|one, two| one % two),
        }
    }
}

fn nth(value: &Json, index: u64) -> Option<&Json> {
    value.as_array()?.get(usize::try_from(index).ok()?)
}

fn number_of(number: &hcl_edit::Number) -> Evaluated {
    let whole = number.as_i64().map(Number::from).or_else(|| number.as_u64().map(Number::from));
    match whole {
        Some(whole) => Ok(Json::Number(whole)),
        None => self::number(number.as_f64().unwrap_or(f64::NAN)),
    }
}

/// A number as JSON; whole ones as such, since a list index and a port are no `2.0`.
pub(super) fn number(number: f64) -> Evaluated {
    /// Every whole number up to here is exact: two to the power of 53.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() < EXACT {
        return Ok(Json::from(number as i64));
    }
    Number::from_f64(number).map(Json::Number).ok_or_else(|| Unknown::because("the result is no number"))
}

fn equal(one: &Json, two: &Json) -> bool {
    match (one, two) {
        (Json::Number(_), Json::Number(_)) => one.as_f64() == two.as_f64(),
        _ => one == two,
    }
}

/// A value as text, as Terraform converts it.
pub(super) fn as_text(value: &Json) -> Result<String, Unknown> {
    match value {
        Json::String(text) => Ok(text.clone()),
        Json::Bool(truth) => Ok(truth.to_string()),
        Json::Number(number) => Ok(number.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => Err(Unknown::because("this is no text")),
    }
}

/// A value as a boolean, as Terraform converts it.
pub(super) fn as_boolean(value: &Json) -> Result<bool, Unknown> {
    match value {
        Json::Bool(truth) => Ok(*truth),
        Json::String(text) if text == "true" => Ok(true),
        Json::String(text) if text == "false" => Ok(false),
        _ => Err(Unknown::because("this is neither true nor false")),
    }
}

/// A value as a number, as Terraform converts it.
pub(super) fn as_number(value: &Json) -> Result<f64, Unknown> {
    let number = match value {
        Json::Number(number) => number.as_f64(),
        Json::String(text) => text.parse().ok(),
        _ => None,
    };
    number.filter(|number: &f64| number.is_finite()).ok_or_else(|| Unknown::because("this is no number"))
}

/// About how many bytes a value takes.
fn size(value: &Json) -> usize {
    match value {
        Json::Null | Json::Bool(_) | Json::Number(_) => 1,
        Json::String(text) => 1 + text.len(),
        Json::Array(elements) => 1 + elements.iter().map(size).sum::<usize>(),
        Json::Object(members) => 1 + members.iter().map(|(key, member)| key.len() + size(member)).sum::<usize>(),
    }
}
