//! The whole line on servers that nobody here wrote, driven by a client that nobody here wrote: npm's
//! server-filesystem and server-everything, PyPI's mcp-server-git and mcp-server-time, and the client of PyPI's `mcp`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::support::Place;

/// Where `.ci/run` puts them.
fn installed(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/cache");
    let path = folder.join(name);
    assert!(path.exists(), "{} is missing: `.ci/run` installs it", path.display());
    path.display().to_string()
}

type Call = (&'static str, Value);

struct Line {
    place: Place,
    log: PathBuf,
}

impl Line {
    /// A project whose only server is `command`, with a program before it that writes down what reaches it.
    fn new(command: &[String]) -> Line {
        let place = Place::new();
        place.write_home(".ssh/id_rsa", "a key\n");
        for name in ["src/main.rs", "src/lib.rs", "docs/guide.md", "docs/faq.md"] {
            place.write(name, "text\n");
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(place.home().join(".ssh"), place.project().join("src/keys")).unwrap();
        let log = place.project().parent().unwrap().join("server.log");
        let tee = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real/tee.py");
        let mut args = vec![tee.display().to_string(), log.display().to_string()];
        args.extend(command.iter().cloned());
        let config = json!({"mcpServers": {"real": {"command": installed("venv/bin/python"), "args": args}}});
        place.write(".mcp.json", &serde_json::to_string_pretty(&config).unwrap());
        Line { place, log }
    }

    fn verb(&self, args: &[&str], code: i32) {
        let output = self.place.remit(args).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "remit {}\n{out}\n{err}", args.join(" "));
    }

    /// The answers, as `{"error": bool, "text": ...}`.
    fn drive(&self, mode: &str, person: &str, calls: &[Call]) -> Vec<Value> {
        let driver = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real/drive.py");
        let mut child = Command::new(installed("venv/bin/python"))
            .arg(driver)
            .args([".mcp.json", "real", mode, person])
            .current_dir(self.place.project())
            .env_clear()
            .envs(self.place.environment())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(json!(calls).to_string().as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let out = String::from_utf8(output.stdout).unwrap();
        let answers: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(answers.len(), calls.len(), "{out}\n{}", String::from_utf8_lossy(&output.stderr));
        answers
    }

    /// The calls that reached the server.
    fn reached(&self) -> usize {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines.filter(|line| line["method"] == "tools/call").count()
    }

    fn works(&self, mode: &str, work: &[Call], when: &str) {
        for (answer, call) in self.drive(mode, "accept", work).iter().zip(work) {
            assert_eq!(answer["error"], false, "{when} ({mode}): {call:?}: {}", answer["text"]);
        }
    }

    /// record -> infer -> lock -> replay -> enforce, in both eras as the client chooses them.
    fn whole(&self, work: &[Call], attacks: &[Call]) {
        let before = self.place.read(".mcp.json");
        self.verb(&["record", "--path", ".mcp.json"], 0);
        for mode in ["auto", "legacy"] {
            self.works(mode, work, "recording");
        }
        self.verb(&["infer", "--out", "mcp.policy.yaml"], 0);
        self.verb(&["check", "mcp.policy.yaml"], 0);
        self.verb(&["lock", "--path", ".mcp.json"], 0);
        self.verb(&["lock", "--path", ".mcp.json", "--check", "--strict-absence"], 0);
        self.verb(&["replay", "--policy", "mcp.policy.yaml", "--lock", "mcp.lock"], 0);
        self.verb(&["enforce", "--path", ".mcp.json"], 0);
        for mode in ["auto", "legacy"] {
            self.works(mode, work, "enforcing");
            let reached = self.reached();
            for (answer, attack) in self.drive(mode, "decline", attacks).iter().zip(attacks) {
                assert_eq!(answer["error"], true, "{mode}: {attack:?} was not denied: {}", answer["text"]);
            }
            assert_eq!(self.reached(), reached, "{mode}: an attack reached the server");
        }
        self.verb(&["enforce", "--path", ".mcp.json", "--stop"], 0);
        assert_eq!(self.place.read(".mcp.json"), before);
    }
}

#[test]
#[ignore = "needs npm's server-filesystem and PyPI's mcp: `.ci/run` installs them"]
fn server_filesystem_goes_down_the_whole_line() {
    let program = installed("node_modules/.bin/mcp-server-filesystem");
    // It may reach the home directory too: what stops it there is the policy.
    let line = Line::new(&[program, "..".to_owned()]);
    let at = |name: &str| line.place.project().join(name).display().to_string();
    let home = |name: &str| line.place.home().join(name).display().to_string();
    let work = [
        ("read_text_file", json!({"path": at("src/main.rs")})),
        ("read_text_file", json!({"path": at("src/lib.rs"), "head": 1})),
        ("list_directory", json!({"path": at("src")})),
        ("read_multiple_files", json!({"paths": [at("docs/guide.md"), at("docs/faq.md")]})),
        ("write_file", json!({"path": at("src/new.rs"), "content": "pub fn new() {}\n"})),
        ("search_files", json!({"path": at("src"), "pattern": "*.rs"})),
    ];
    let mut attacks = vec![
        ("read_text_file", json!({"path": home(".ssh/id_rsa")})),
        ("read_text_file", json!({"path": "~/.ssh/id_rsa"})),
        ("read_text_file", json!({"path": at("src/../../home/.ssh/id_rsa")})),
        ("read_multiple_files", json!({"paths": [at("docs/guide.md"), home(".ssh/id_rsa")]})),
        ("write_file", json!({"path": home(".bashrc"), "content": "x"})),
        ("move_file", json!({"source": home(".ssh/id_rsa"), "destination": at("src/key")})),
        ("read_text_file", json!({"path": at("src/main.rs"), "encoding": "/etc/passwd"})),
    ];
    if cfg!(unix) {
        attacks.push(("read_text_file", json!({"path": at("src/keys/id_rsa")})));
    }
    line.whole(&work, &attacks);
}

#[test]
#[ignore = "needs npm's server-everything and PyPI's mcp: `.ci/run` installs them"]
fn server_everything_goes_down_the_whole_line() {
    let line = Line::new(&[installed("node_modules/.bin/mcp-server-everything")]);
    let work = [
        ("echo", json!({"message": "hello"})),
        ("get-sum", json!({"a": 2, "b": 3})),
        ("get-structured-content", json!({"location": "Chicago"})),
        ("get-tiny-image", json!({})),
    ];
    let attacks = [
        ("get-env", json!({})),
        ("gzip-file-as-resource", json!({"data": "http://169.254.169.254/latest/meta-data/"})),
        ("get-sum", json!({"a": 2, "b": "3; cat /etc/passwd"})),
        ("get-tiny-image", json!({"path": "~/.ssh/id_rsa"})),
    ];
    line.whole(&work, &attacks);
}

#[test]
#[ignore = "needs PyPI's mcp-server-git and mcp: `.ci/run` installs them"]
fn mcp_server_git_goes_down_the_whole_line() {
    let line = Line::new(&[installed("venv/bin/mcp-server-git")]);
    let project = line.place.project();
    let git = |args: &[&str]| {
        let identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main"];
        let mut command = Command::new("git");
        command.args(identity).args(args).current_dir(&project).envs(line.place.environment());
        assert!(command.output().unwrap().status.success(), "git {args:?}");
    };
    git(&["init"]);
    git(&["add", "docs"]);
    git(&["commit", "-m", "Start"]);
    let repository = project.display().to_string();
    let work = [
        ("git_status", json!({"repo_path": repository})),
        ("git_log", json!({"repo_path": repository, "max_count": 5})),
        ("git_diff_unstaged", json!({"repo_path": repository})),
        ("git_add", json!({"repo_path": repository, "files": ["src/main.rs", "src/lib.rs"]})),
    ];
    let attacks = [
        ("git_status", json!({"repo_path": line.place.home().display().to_string()})),
        ("git_add", json!({"repo_path": repository, "files": ["../home/.ssh/id_rsa"]})),
        ("git_reset", json!({"repo_path": repository})),
        ("git_diff", json!({"repo_path": repository, "target": "--output=/tmp/x"})),
        ("git_checkout", json!({"repo_path": repository, "branch_name": "main"})),
    ];
    line.whole(&work, &attacks);
}

#[test]
#[ignore = "needs PyPI's mcp-server-time and mcp: `.ci/run` installs them"]
fn mcp_server_time_goes_down_the_whole_line() {
    let line = Line::new(&[installed("venv/bin/mcp-server-time"), "--local-timezone=Etc/UTC".to_owned()]);
    let work = [
        ("get_current_time", json!({"timezone": "Europe/Berlin"})),
        ("convert_time", json!({"source_timezone": "Europe/Berlin", "time": "12:30", "target_timezone": "Asia/Tokyo"})),
    ];
    let attacks = [
        ("get_current_time", json!({"timezone": "../../../etc/passwd"})),
        ("get_current_time", json!({"timezone": "Europe/Berlin", "path": "/etc/passwd"})),
        ("set_time", json!({"time": "00:00"})),
    ];
    line.whole(&work, &attacks);
}
