//! The hash of a line by which GitHub identifies findings: `partialFingerprints.primaryLocationLineHash`.
//!
//! Code scanning reads only this fingerprint (page "SARIF support for code scanning"). The action `upload-sarif` computes it
//! itself and warns for each finding with a different value (github/codeql-action, `src/fingerprints.ts`). So it is computed
//! here in the same way, for uploads without the action.

use std::collections::HashMap;

/// The number of characters that are hashed from the start of a line.
const BLOCK: usize = 100;

/// The base of the polynomial.
const BASE: u64 = 37;

/// The marker for the end of the file.
const END: u16 = 0xffff;

/// Returns the hash of each line, in order, with the number of its occurrences so far: `5c33da4dce53765f:1`.
///
/// The hash covers 100 UTF-16 units from the start of the line, including the lines below, without spaces and tabs, and
/// with each line break as one line feed. At most `most` lines are hashed.
pub(super) fn line_hashes(text: &str, most: usize) -> Vec<String> {
    let (mut units, starts) = normalized(text, most);
    units.resize(units.len() + BLOCK, 0);
    let mut times: HashMap<u64, u64> = HashMap::new();
    let hash = |start: usize| {
        let block = &units[start..start + BLOCK];
        let hash = block.iter().fold(0u64, |hash, unit| hash.wrapping_mul(BASE).wrapping_add(u64::from(*unit)));
        let time = times.entry(hash).or_default();
        *time += 1;
        format!("{hash:x}:{time}")
    };
    starts.into_iter().map(hash).collect()
}

/// Returns the text to hash, and the offsets of the first lines in it.
fn normalized(text: &str, most: usize) -> (Vec<u16>, Vec<usize>) {
    let (cr, lf) = (u16::from(b'\r'), u16::from(b'\n'));
    let is_space = |unit: u16| unit == u16::from(b' ') || unit == u16::from(b'\t');
    let (mut units, mut starts) = (Vec::new(), Vec::new());
    let (mut starts_line, mut behind_cr) = (true, false);
    for unit in text.encode_utf16().chain([END]) {
        let is_skipped = is_space(unit) || (behind_cr && unit == lf);
        behind_cr = unit == cr;
        if is_skipped {
            continue;
        }
        if starts_line && starts.len() < most {
            starts.push(units.len());
        }
        let unit = if unit == cr { lf } else { unit };
        starts_line = unit == lf;
        units.push(unit);
    }
    (units, starts)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The inputs and results of the action's own test, `src/fingerprints.test.ts` of github/codeql-action.
    #[test]
    fn hashes_equal_those_of_the_action() {
        let breaks = [
            "e9496ae3ebfced30:1",
            "fb7c023a8b9ccb3f:1",
            "ce8ba1a563dcdaca:1",
            "e20e36e16fcb0cc8:1",
            "b3edc88f2938467e:1",
            "c8e28b0b4002a3a0:1",
            "c129715d7a2bc9a3:1",
        ];
        let letters = ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"];
        assert_eq!(line_hashes("", 9), ["c129715d7a2bc9a3:1"]);
        assert_eq!(line_hashes(" a\nb\n  \t\tc\n d", 9), letters);
        assert_eq!(line_hashes(" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n", 9), breaks);
        assert_eq!(line_hashes(" hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r", 9), breaks);
        assert_eq!(line_hashes(" hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n", 9), breaks);
        assert_eq!(line_hashes(" hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n", 9), breaks);
    }

    #[test]
    fn equal_hashes_are_counted() {
        let hashes = line_hashes(&"Lorem ipsum dolor sit amet.\n".repeat(10), 99);
        let expected = [
            "a7f2ff13bc495cf2:1",
            "a7f2ff13bc495cf2:2",
            "a7f2ff13bc495cf2:3",
            "a7f2ff13bc495cf2:4",
            "a7f2ff13bc495cf2:5",
            "a7f2ff13bc495cf2:6",
            "a7f2ff1481e87703:1",
            "a9cf91f7bbf1862b:1",
            "55ec222b86bcae53:1",
            "cc97dc7b1d7d8f7b:1",
            "c129715d7a2bc9a3:1",
        ];
        assert_eq!(hashes, expected);
    }

    #[test]
    fn lines_above_do_not_change_a_hash() {
        let text = "organization:\n  session_duration: 1d\n";
        assert_eq!(line_hashes(&format!("# a\n\n{text}"), 9)[2..], line_hashes(text, 9));
    }

    #[test]
    fn no_more_lines_are_hashed_than_requested() {
        assert_eq!(line_hashes("a\nb\nc\n", 2), line_hashes("a\nb\nc\n", 9)[..2]);
    }
}
