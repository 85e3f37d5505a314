//! Values with stand-ins → text, with the original texts in place of the stand-ins.

use serde_json::{Map, Value as Json};

use super::{MORE, Texts};

/// The text of an object, without spaces.
pub(crate) fn compact(members: &Map<String, Json>, texts: &Texts) -> super::JsonText {
    let mut text = String::new();
    object(&mut text, members, texts, None);
    super::JsonText(text.into())
}

/// The text of an object, indented; the originals of stand-ins keep their own layout.
pub(crate) fn pretty(members: &Map<String, Json>, texts: &Texts) -> String {
    let mut text = String::new();
    object(&mut text, members, texts, Some(0));
    text
}

/// `indent` is the number of enclosing levels; `None` writes everything on one line.
pub(super) fn object(text: &mut String, members: &Map<String, Json>, texts: &Texts, indent: Option<usize>) {
    if members.is_empty() {
        return text.push_str("{}");
    }
    let inner = indent.map(|levels| levels + 1);
    for (index, (key, member)) in members.iter().enumerate() {
        text.push(if index == 0 { '{' } else { ',' });
        line(text, inner);
        match texts.get(member).filter(|_| key == MORE) {
            Some(more) => text.push_str(&more[1..more.len() - 1]),
            None => {
                text.push_str(&Json::from(key.as_str()).to_string());
                text.push_str(if indent.is_some() { ": " } else { ":" });
                value(text, member, texts, inner);
            }
        }
    }
    line(text, indent);
    text.push('}');
}

fn value(text: &mut String, json: &Json, texts: &Texts, indent: Option<usize>) {
    match json {
        Json::Object(members) => match texts.get(json) {
            Some(original) => text.push_str(original),
            None => object(text, members, texts, indent),
        },
        Json::Array(elements) if !elements.is_empty() => {
            let inner = indent.map(|levels| levels + 1);
            for (index, element) in elements.iter().enumerate() {
                text.push(if index == 0 { '[' } else { ',' });
                line(text, inner);
                value(text, element, texts, inner);
            }
            line(text, indent);
            text.push(']');
        }
        scalar => text.push_str(&scalar.to_string()),
    }
}

fn line(text: &mut String, indent: Option<usize>) {
    if let Some(levels) = indent {
        text.push('\n');
        text.extend(std::iter::repeat_n("  ", levels));
    }
}
