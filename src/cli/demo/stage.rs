//! Where the demo plays: a scratch folder with a project and a home directory, and the verbs run in it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::super::exit::Failure;
use crate::model::server::{Configured, Launch, Mode};

/// The name of the bundled server in the demo's configuration.
pub const SERVER: &str = "office";

#[derive(Debug)]
pub struct Stage {
    root: PathBuf,
    program: PathBuf,
}

/// How a verb ended.
#[derive(Debug)]
pub struct Ran {
    pub line: String,
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// What it printed, or why it failed.
    pub fn told(&self) -> &str {
        if self.out.is_empty() { &self.err } else { &self.out }
    }
}

impl Stage {
    /// Makes the folders and the files. A folder that is named must be empty or not there.
    pub fn set(out: Option<&Path>) -> Result<Stage, Failure> {
        let failed = |error: std::io::Error| Failure::environment(format!("cannot set the demo's stage: {error}"));
        let root = match out {
            Some(folder) => {
                std::fs::create_dir_all(folder).map_err(failed)?;
                if std::fs::read_dir(folder).map_err(failed)?.next().is_some() {
                    let message = format!("{} is not empty; name a new folder with --out", folder.display());
                    return Err(Failure::usage(message));
                }
                folder.to_owned()
            }
            None => tempfile::Builder::new().prefix("remit-demo-").tempdir().map_err(failed)?.keep(),
        };
        let root = std::fs::canonicalize(root).map_err(failed)?;
        let program = std::env::current_exe().map_err(failed)?;
        let stage = Stage { root, program };
        stage.furnish().map_err(failed)?;
        Ok(stage)
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn project(&self) -> PathBuf {
        self.root.join("project")
    }

    fn furnish(&self) -> std::io::Result<()> {
        let files = [
            ("project/README.md", "# A small shop\n"),
            ("project/docs/guide.md", "# Guide\n\nRun it with `cargo run`.\n"),
            ("project/docs/faq.md", "# Questions\n"),
            ("project/src/main.rs", "fn main() {\n    println!(\"{}\", shop::greeting());\n}\n"),
            ("project/src/lib.rs", "pub fn greeting() -> &'static str {\n    \"hello\"\n}\n"),
            ("project/.env", "DATABASE_PASSWORD=made-up\n"),
            ("home/.ssh/id_rsa", "a made-up key\n"),
            ("home/notes.txt", "private\n"),
        ];
        for (name, text) in files {
            let path = self.root.join(name);
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            std::fs::write(path, text)?;
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(self.root.join("home/.ssh"), self.project().join("docs/keys"))?;
        std::fs::write(self.project().join(".mcp.json"), pretty(&self.config()))
    }

    /// The client's configuration: the bundled server, and one of the kind that `scan` warns about.
    fn config(&self) -> Value {
        let home = self.root.join("home").display().to_string();
        json!({"mcpServers": {
            SERVER: {"command": self.program.display().to_string(), "args": self.server_args()},
            "files": {"command": "npx", "args": ["-y", "@modelcontextprotocol/server-filesystem", home]},
        }})
    }

    fn server_args(&self) -> Vec<String> {
        let path = |name: &str| self.root.join(name).display().to_string();
        let args = ["demo-server", "--root", &path(""), "--log", &path("server.log"), "--rug-pull", &path("rug-pull")];
        args.iter().map(|arg| (*arg).to_owned()).collect()
    }

    /// After this the server's `read_file` is another tool.
    pub fn pull_the_rug(&self) -> Result<(), Failure> {
        std::fs::write(self.root.join("rug-pull"), "").map_err(|error| Failure::environment(error.to_string()))
    }

    /// Every `tools/call` that reached the server, as it wrote them down.
    pub fn reached(&self) -> Vec<Value> {
        let log = std::fs::read_to_string(self.root.join("server.log")).unwrap_or_default();
        let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines.filter(|line| line.get("method").is_some_and(|method| method == "tools/call")).collect()
    }

    /// Files of the recording, by name.
    pub fn traces(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.project().join("traces")).into_iter().flatten().flatten();
        let names = entries.map(|entry| format!("traces/{}", entry.file_name().to_string_lossy()));
        let mut names: Vec<String> = names.filter(|name| name.ends_with(".jsonl")).collect();
        names.sort();
        names
    }

    /// Runs a verb in the project, with the demo's home directory.
    pub fn verb(&self, args: &[&str]) -> Result<Ran, Failure> {
        let line = format!("remit {}", args.join(" "));
        let output = Command::new(&self.program)
            .args(args)
            .current_dir(self.project())
            .envs(self.environment())
            .stdin(Stdio::null())
            .output()
            .map_err(|error| Failure::environment(format!("cannot run `{line}`: {error}")))?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let code = output.status.code().unwrap_or(-1);
        Ok(Ran { line, code, out: text(&output.stdout), err: text(&output.stderr) })
    }

    /// The bundled server behind the proxy, as a client would start it once it is wrapped.
    pub fn wrapped(&self, mode: Mode, settings: &[&str]) -> Configured {
        let fixed = ["proxy", "--mode", mode.name(), "--server", SERVER, "--project", "."];
        let mut args: Vec<String> = fixed.iter().chain(settings).map(|word| (*word).to_owned()).collect();
        args.push("--".to_owned());
        args.push(self.program.display().to_string());
        args.extend(self.server_args());
        let command = self.program.display().to_string();
        let launch = Launch::Stdio { command, args, env: self.environment(), cwd: Some(self.project()) };
        Configured {
            name: SERVER.to_owned(),
            client: "demo".to_owned(),
            file: self.project().join(".mcp.json"),
            line: 1,
            launch,
            disabled: false,
            wrapped: None,
        }
    }

    fn environment(&self) -> BTreeMap<String, String> {
        let home = self.root.join("home");
        let set = |name: &str, value: PathBuf| (name.to_owned(), value.display().to_string());
        BTreeMap::from([
            set("HOME", home.clone()),
            set("USERPROFILE", home.clone()),
            set("XDG_STATE_HOME", home.join(".local/state")),
            set("XDG_CONFIG_HOME", home.join(".config")),
            ("NO_COLOR".to_owned(), "1".to_owned()),
        ])
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}
