//! The arguments of a wrapped entry: `remit proxy SETTINGS... -- COMMAND ARGS...`. Written here, and read here, whichever
//! remit wrote them.

use std::path::{Path, PathBuf};

use crate::model::server::Mode;

/// What `remit proxy` is told. Every path is absolute, since clients start servers in folders of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    pub mode: Mode,
    pub server: String,
    pub project: PathBuf,
    /// Record: the folder of the traces, and whether texts of results are kept.
    pub traces: Option<PathBuf>,
    pub record_text: bool,
    /// Monitor and enforce.
    pub policy: Option<PathBuf>,
    pub lock: Option<PathBuf>,
    pub audit: Option<PathBuf>,
}

/// Why settings cannot be written into a configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unwritable {
    #[error("{} is not UTF-8, and a configuration file is", .0.display())]
    NotText(PathBuf),
    #[error("`{0}` holds `${{`, which the client would replace")]
    Expanded(String),
    #[error("it holds a NUL character, which no program can be given")]
    Nul,
}

impl Settings {
    /// The arguments before `--`, `proxy` first.
    pub fn arguments(&self) -> Result<Vec<String>, Unwritable> {
        let mut words = vec!["proxy".to_owned(), "--mode".to_owned(), self.mode.name().to_owned()];
        option(&mut words, "--server", self.server.clone());
        let paths = [
            ("--project", Some(&self.project)),
            ("--traces", self.traces.as_ref()),
            ("--policy", self.policy.as_ref()),
            ("--lock", self.lock.as_ref()),
            ("--audit", self.audit.as_ref()),
        ];
        for (flag, path) in paths {
            if let Some(path) = path {
                option(&mut words, flag, utf8(path)?);
            }
        }
        if self.record_text {
            words.push("--record-text".to_owned());
        }
        match words.iter().find(|word| word.contains("${") || word.contains('\0')) {
            Some(word) if word.contains('\0') => Err(Unwritable::Nul),
            Some(word) => Err(Unwritable::Expanded(word.clone())),
            None => Ok(words),
        }
    }
}

/// A value that starts with a dash is joined to its flag, so that it is neither taken for another flag nor for the `--`
/// that ends the settings.
fn option(words: &mut Vec<String>, flag: &str, value: String) {
    if value.starts_with('-') {
        words.push(format!("{flag}={value}"));
    } else {
        words.extend([flag.to_owned(), value]);
    }
}

fn utf8(path: &Path) -> Result<String, Unwritable> {
    path.to_str().map(str::to_owned).ok_or_else(|| Unwritable::NotText(path.to_owned()))
}

/// What an entry's command and arguments are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// The server's own.
    Bare,
    /// remit's.
    Wrapped {
        /// The arguments before the first `--`, `proxy` first.
        settings: Vec<String>,
        /// Index of the server's own command among the arguments, behind every layer of wrapping.
        command: usize,
    },
    /// They start remit's proxy, and name no server behind `--`.
    Broken,
}

/// Tells a wrapped entry. One that was wrapped twice, by hand, counts as one wrapping.
pub fn recognise(command: &str, args: &[String]) -> Seen {
    let Some(first) = layer(command, args) else { return Seen::Bare };
    let Some(settings) = args.get(..first.saturating_sub(1)) else { return Seen::Broken };
    let mut at = first;
    loop {
        let Some(command) = args.get(at).filter(|command| !command.trim().is_empty()) else { return Seen::Broken };
        match layer(command, args.get(at + 1..).unwrap_or_default()) {
            None => return Seen::Wrapped { settings: settings.to_vec(), command: at },
            Some(next) => at += 1 + next,
        }
    }
}

/// Index of what stands behind `--`, where this is a call of remit's proxy.
fn layer(command: &str, args: &[String]) -> Option<usize> {
    let starts_proxy = is_remit(command) && args.first().is_some_and(|word| word == "proxy");
    starts_proxy.then(|| args.iter().position(|word| word == "--").map_or(args.len(), |at| at + 1))
}

/// Whether a program's file name is remit's, on any system and of any version (`remit`, `remit.exe`, `remit-0.2`).
fn is_remit(command: &str) -> bool {
    let name = command.rsplit(['/', '\\']).next().unwrap_or_default().to_ascii_lowercase();
    let stem = name.strip_suffix(".exe").unwrap_or(&name);
    stem == "remit" || stem.starts_with("remit-")
}

/// The value of a setting: `--mode record` or `--mode=record`.
pub fn setting<'a>(settings: &'a [String], flag: &str) -> Option<&'a str> {
    settings.iter().enumerate().find_map(|(at, word)| match word.strip_prefix(flag)? {
        "" => settings.get(at + 1).map(String::as_str),
        joined => joined.strip_prefix('='),
    })
}

/// The mode that settings name; `None` where they name none that exists.
pub fn mode_of(settings: &[String]) -> Option<Mode> {
    let name = setting(settings, "--mode")?;
    Mode::ALL.into_iter().find(|mode| mode.name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    fn settings(server: &str) -> Settings {
        Settings {
            mode: Mode::Record,
            server: server.into(),
            project: "/p".into(),
            traces: Some("/p/traces".into()),
            record_text: false,
            policy: None,
            lock: None,
            audit: None,
        }
    }

    #[test]
    fn what_is_written_is_recognised() {
        for server in ["fs", "--", "-x", "a b", "--mode=enforce", ""] {
            let mut args = settings(server).arguments().unwrap();
            let before = args.clone();
            args.extend(words("-- npx -y pkg -- more"));
            let command = before.len() + 1;
            assert_eq!(recognise("/opt/remit", &args), Seen::Wrapped { settings: before.clone(), command });
            assert_eq!(mode_of(&before), Some(Mode::Record));
            assert_eq!(setting(&before, "--server"), Some(server));
        }
    }

    #[test]
    fn any_remit_is_recognised_and_nothing_else_is() {
        let args = words("proxy --mode record -- npx");
        for program in ["remit", r"C:\bin\REMIT.EXE", "/a b/remit", "/x/remit-0.2.1"] {
            assert!(matches!(recognise(program, &args), Seen::Wrapped { command: 4, .. }), "{program}");
        }
        for program in ["remitter", "/remit/npx", "premit", ""] {
            assert_eq!(recognise(program, &args), Seen::Bare, "{program}");
        }
        assert_eq!(recognise("remit", &words("scan -- npx")), Seen::Bare);
    }

    #[test]
    fn two_layers_are_one_wrapping() {
        let args = words("proxy --mode record -- /b/remit proxy --mode enforce -- npx pkg");
        assert_eq!(recognise("remit", &args), Seen::Wrapped { settings: words("proxy --mode record"), command: 9 });
    }

    #[test]
    fn a_proxy_without_a_server_is_broken() {
        assert_eq!(recognise("remit", &words("proxy --mode record")), Seen::Broken);
        assert_eq!(recognise("remit", &words("proxy --mode record --")), Seen::Broken);
        assert_eq!(recognise("remit", &words("proxy -- remit proxy --")), Seen::Broken);
    }

    #[test]
    fn what_the_client_would_replace_is_refused() {
        assert!(matches!(settings("${env:HOME}").arguments(), Err(Unwritable::Expanded(_))));
        assert_eq!(settings("a\0b").arguments(), Err(Unwritable::Nul));
        assert!(settings("$HOME").arguments().is_ok());
    }
}
