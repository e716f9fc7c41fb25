//! Names that look like other names.

use unicode_security::confusable_detection::skeleton;

use crate::model::request::{Action, Request};

/// What is wrong with the name that a request uses, whatever the policy says. Names are compared exactly, so a look-alike
/// is no match anyway; here it gets its reason, also under `default: allow`.
pub(super) fn trouble(request: &Request) -> Option<String> {
    let name = match &request.action {
        Action::Call { tool, .. } => tool,
        Action::Prompt { name, .. } => name,
        Action::Resource { uri } => uri,
        Action::Completion { reference, .. } => reference,
        Action::Sampling { .. } | Action::Elicitation { .. } => return None,
    };
    trouble_with(name)
}

/// The same for a bare name, of a tool, a prompt or a resource: nothing that bears it is ever allowed.
pub fn trouble_with(name: &str) -> Option<String> {
    if name.is_empty() {
        return Some("an empty name".into());
    }
    if is_plain(name) {
        return None;
    }
    let shown: String = name.chars().flat_map(char::escape_debug).collect();
    if name.trim() != name {
        return Some(format!("the name `{shown}` begins or ends with white space"));
    }
    if name.chars().any(|c| c.is_control() || is_invisible(c)) {
        return Some(format!("the name `{shown}` holds characters that do not show"));
    }
    let plain: String = skeleton(name).collect();
    (plain != name && plain.is_ascii() && !name.is_ascii())
        .then(|| format!("the name `{shown}` only looks like `{plain}`"))
}

fn is_plain(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_graphic())
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_name_passes_and_a_look_alike_does_not() {
        for fine in ["read_file", "fs.read-file/2", "读取文件", "lire_été"] {
            assert_eq!(trouble_with(fine), None, "{fine}");
        }
        for wrong in ["read_file ", " read", "read\u{200b}_file", "ｒead_file", "re\u{430}d_file", "read\tfile", ""] {
            assert!(trouble_with(wrong).is_some(), "{wrong}");
        }
    }
}
