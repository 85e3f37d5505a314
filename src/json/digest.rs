//! One fingerprint per JSON value, independent of white space, the order of members and the escapes of texts.

use std::borrow::Cow;

use sha2::{Digest as _, Sha256};

use super::scan::{Container, Scanner, Token, unescaped};

type Sha256Bytes = [u8; 32];

/// An object that is being read.
struct OpenObject<'t> {
    members: Vec<(Cow<'t, [u8]>, Sha256Bytes)>,
    key: Option<Cow<'t, [u8]>>,
    /// The value of the current member.
    value: Sha256,
}

impl<'t> OpenObject<'t> {
    fn new() -> Self {
        Self { members: Vec::new(), key: None, value: Sha256::new() }
    }

    fn next_member(&mut self, key: Option<Cow<'t, [u8]>>) {
        if let Some(key) = std::mem::replace(&mut self.key, key) {
            self.members.push((key, self.value.finalize_reset().into()));
        }
    }

    /// Hashes the object into its parent. The sort is stable: members with the same name keep their order.
    fn close(mut self, outer: &mut Sha256) {
        self.next_member(None);
        self.members.sort_by(|(one, _), (two, _)| one.cmp(two));
        outer.update(b"{");
        for (key, value) in &self.members {
            feed(outer, b'k', key);
            outer.update(value);
        }
        outer.update(b"}");
    }
}

/// SHA-256 of a value. Two texts have the same hash exactly if they are equal as JSON: numbers digit by digit, texts after
/// unescaping, members in any order. Members with the same name all count, in their order.
pub(super) fn of(valid: &str) -> Sha256Bytes {
    let mut scanner = Scanner::new(valid);
    let mut root = Sha256::new();
    let mut open: Vec<OpenObject<'_>> = Vec::new();
    while let Ok(Some(token)) = scanner.token() {
        match token {
            Token::Open(Container::Object) => open.push(OpenObject::new()),
            Token::Key(raw) => {
                if let Some(object) = open.last_mut() {
                    object.next_member(Some(unescaped(raw)));
                }
            }
            Token::Close(Container::Object) => {
                if let Some(object) = open.pop() {
                    object.close(value(&mut open, &mut root));
                }
            }
            Token::Open(Container::Array) => value(&mut open, &mut root).update(b"["),
            Token::Close(Container::Array) => value(&mut open, &mut root).update(b"]"),
            Token::Text(raw) => feed(value(&mut open, &mut root), b's', &unescaped(raw)),
            Token::Number(raw) => feed(value(&mut open, &mut root), b'n', raw.as_bytes()),
            Token::Word(word) => feed(value(&mut open, &mut root), b'w', word.as_bytes()),
        }
    }
    root.finalize().into()
}

/// The hash that the current value goes into.
fn value<'o>(open: &'o mut [OpenObject<'_>], root: &'o mut Sha256) -> &'o mut Sha256 {
    open.last_mut().map_or(root, |object| &mut object.value)
}

fn feed(hash: &mut Sha256, kind: u8, bytes: &[u8]) {
    let mut head = [kind; 9];
    head[1..].copy_from_slice(&(bytes.len() as u64).to_be_bytes());
    hash.update(head);
    hash.update(bytes);
}
