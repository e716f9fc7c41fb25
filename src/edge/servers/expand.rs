//! The placeholders that clients replace before they start a server: `${VAR}` and `${VAR:-default}` (Claude Code,
//! Gemini), `${env:VAR}`, `${workspaceFolder}` and `${userHome}` (Cursor, VS Code).

use std::path::Path;

/// What placeholders stand for here.
#[derive(Clone, Copy)]
pub(super) struct Values<'a> {
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    pub workspace: &'a Path,
}

/// The text with its placeholders replaced. `Err`: one that cannot be (`${input:token}` is known to the client alone).
/// What is put in is not looked at again, as in the clients.
pub(super) fn expand(text: &str, values: Values<'_>) -> Result<String, String> {
    let mut expanded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, opened)) = rest.split_once("${") {
        expanded.push_str(before);
        let Some((name, after)) = opened.split_once('}') else {
            expanded.push_str("${");
            rest = opened;
            continue;
        };
        expanded.push_str(&value(name, values)?);
        rest = after;
    }
    expanded.push_str(rest);
    Ok(expanded)
}

fn value(name: &str, values: Values<'_>) -> Result<String, String> {
    let (variable, default) = match name.split_once(":-") {
        Some((variable, default)) => (variable, Some(default)),
        None => (name.strip_prefix("env:").unwrap_or(name), None),
    };
    match variable {
        "workspaceFolder" | "workspaceRoot" => Ok(values.workspace.display().to_string()),
        "userHome" => (values.variable)("HOME").ok_or_else(|| "HOME is not set".to_owned()),
        _ if variable.contains(':') => Err(format!("`${{{name}}}` is known to the client alone")),
        _ => (values.variable)(variable)
            .or_else(|| default.map(str::to_owned))
            .ok_or_else(|| format!("the environment has no {variable}, which `${{{name}}}` needs")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(text: &str) -> Result<String, String> {
        let variable = |name: &str| (name == "TOKEN").then(|| "t${X}".to_owned());
        expand(text, Values { variable: &variable, workspace: Path::new("/work") })
    }

    #[test]
    fn what_clients_replace_is_replaced() {
        assert_eq!(expanded("--token=${TOKEN}").unwrap(), "--token=t${X}");
        assert_eq!(expanded("${env:TOKEN}-${PORT:-80}").unwrap(), "t${X}-80");
        assert_eq!(expanded("${workspaceFolder}/src").unwrap(), "/work/src");
        assert_eq!(expanded("$HOME ${").unwrap(), "$HOME ${");
    }

    #[test]
    fn what_only_the_client_knows_is_an_error() {
        assert!(expanded("${input:token}").is_err());
        assert!(expanded("${NOT_SET}").unwrap_err().contains("NOT_SET"));
    }
}
