//! Packages that are fetched when a server starts, and whether their version is fixed.

use super::launch::Run;

/// What is fetched and run, and why it may be another thing tomorrow. `None`: nothing is, or its version is fixed.
pub fn unpinned(run: Run<'_>) -> Option<String> {
    let program = run.program.to_ascii_lowercase();
    let (first, rest) = (run.args.first().map(String::as_str), run.args.get(1..).unwrap_or_default());
    match (program.as_str(), first) {
        ("npx" | "bunx" | "pnpx", _) => npm(run.args),
        ("npm", Some("exec" | "x")) | ("pnpm" | "yarn", Some("dlx")) | ("bun", Some("x")) => npm(rest),
        ("deno", Some("run")) => deno(rest),
        ("uvx", _) => python(run.args),
        ("uv", Some("tool")) if rest.first().is_some_and(|word| word == "run") => python(rest.get(1..)?),
        ("pipx", Some("run")) => python(rest),
        ("docker" | "podman" | "nerdctl", Some("run")) => image(rest),
        ("docker" | "podman", Some("container")) if rest.first().is_some_and(|word| word == "run") => {
            image(rest.get(1..)?)
        }
        ("go", Some("run")) => go(rest),
        _ => None,
    }
}

/// The first word that is no option. Options in `valued` take the next word.
fn operand<'a>(args: &'a [String], valued: &[&str]) -> Option<(usize, &'a str)> {
    let mut at = 0;
    while let Some(word) = args.get(at) {
        match word.as_str() {
            "--" => return args.get(at + 1).map(|word| (at + 1, word.as_str())),
            option if valued.contains(&option) => at += 2,
            option if option.starts_with('-') => at += 1,
            operand => return Some((at, operand)),
        }
    }
    None
}

/// The value of `--flag VALUE` or `--flag=VALUE`, among the options before `end`.
fn option<'a>(args: &'a [String], flags: &[&str], end: usize) -> Option<&'a str> {
    args.iter().take(end).enumerate().find_map(|(at, word)| {
        let (name, joined) = word.split_once('=').map_or((word.as_str(), None), |(name, value)| (name, Some(value)));
        flags.contains(&name).then(|| joined.or_else(|| args.get(at + 1).map(String::as_str)))?
    })
}

fn npm(args: &[String]) -> Option<String> {
    let valued = ["-p", "--package", "--registry", "--userconfig", "--prefix", "-w", "--workspace", "--cache"];
    let operand = operand(args, &valued);
    let end = operand.map_or(args.len(), |(at, _)| at);
    let package = option(args, &["-p", "--package"], end).or(operand.map(|(_, word)| word))?;
    npm_spec(package)
}

fn npm_spec(package: &str) -> Option<String> {
    if package.starts_with(['.', '/', '~']) || package.starts_with("file:") || package.contains('\\') {
        return None;
    }
    if let Some((_, commit)) = package.split_once('#') {
        return (!is_commit(commit)).then(|| named(package, "a git reference that can move"));
    }
    if package.contains(':') || package.matches('/').count() > usize::from(package.starts_with('@')) {
        return Some(named(package, "no commit"));
    }
    version(package, package.get(1..)?.split_once('@').map(|(_, version)| version))
}

fn python(args: &[String]) -> Option<String> {
    let valued = [
        "--from",
        "--with",
        "--python",
        "-p",
        "--index",
        "--index-url",
        "--extra-index-url",
        "--spec",
        "--directory",
        "--env-file",
        "--with-editable",
        "--pip-args",
        "--cache-dir",
        "--project",
    ];
    let operand = operand(args, &valued);
    let end = operand.map_or(args.len(), |(at, _)| at);
    let package = option(args, &["--from", "--spec"], end).or(operand.map(|(_, word)| word))?;
    if package.starts_with(['.', '/', '~']) || package.contains('\\') || package.ends_with(".whl") {
        return None;
    }
    if package.contains("://") {
        let commit = package.rsplit_once('@').is_some_and(|(_, commit)| is_commit(commit));
        return (!commit).then(|| named(package, "no commit"));
    }
    if let Some((_, version)) = package.split_once("==") {
        return (version.contains('*')).then(|| named(package, "several versions fit"));
    }
    if package.contains(['<', '>', '~', '!']) {
        return Some(named(package, "several versions fit"));
    }
    version(package, package.split_once('@').map(|(_, version)| version))
}

fn deno(args: &[String]) -> Option<String> {
    let (_, operand) = operand(args, &["--config", "-c", "--import-map", "--lock"])?;
    let package = operand.strip_prefix("npm:").or_else(|| operand.strip_prefix("jsr:"));
    match package {
        Some(package) => npm_spec(package.trim_start_matches('/')),
        None if operand.starts_with("http") && !operand.contains('@') => Some(named(operand, "no version")),
        None => None,
    }
}

fn go(args: &[String]) -> Option<String> {
    let (_, package) = operand(args, &["-C", "-mod", "-tags"])?;
    let (_, version) = package.split_once('@')?;
    (!version.starts_with('v')).then(|| named(package, "a version that moves"))
}

/// Options of `docker run` that take a value, as far as servers use them.
const DOCKER: [&str; 38] = [
    "-v",
    "--volume",
    "--mount",
    "-e",
    "--env",
    "--env-file",
    "-p",
    "--publish",
    "--name",
    "--network",
    "--net",
    "-w",
    "--workdir",
    "--entrypoint",
    "-u",
    "--user",
    "--platform",
    "--pull",
    "-m",
    "--memory",
    "--cpus",
    "-l",
    "--label",
    "--add-host",
    "-h",
    "--hostname",
    "--cap-add",
    "--cap-drop",
    "--security-opt",
    "--device",
    "--tmpfs",
    "--ulimit",
    "--dns",
    "--gpus",
    "--ipc",
    "--pid",
    "--restart",
    "--log-driver",
];

fn image(args: &[String]) -> Option<String> {
    let (_, image) = operand(args, &DOCKER)?;
    let Some((name, digest)) = image.split_once('@') else {
        let tag = image.rsplit('/').next().and_then(|last| last.split_once(':')).map(|(_, tag)| tag);
        return match tag {
            None => Some(named(image, "no version")),
            Some(tag) if tag.chars().any(|c| c.is_ascii_digit()) => None,
            Some(_) => Some(named(image, "a tag that moves")),
        };
    };
    let fixed = digest.len() == "sha256:".len() + 64 && digest.starts_with("sha256:");
    (!fixed).then(|| named(name, "its digest is no SHA-256"))
}

fn version(package: &str, version: Option<&str>) -> Option<String> {
    match version {
        None => Some(named(package, "no version")),
        Some(version) if is_exact(version) => None,
        Some(version) if version.starts_with(|c: char| c.is_ascii_digit() || "^~<>*=v".contains(c)) => {
            Some(named(package, "several versions fit"))
        }
        Some(_) => Some(named(package, "a tag that moves")),
    }
}

/// `1.2.3`, `1.2.3-rc.1`, `2026.7.28`.
fn is_exact(version: &str) -> bool {
    let core = version.split(['-', '+']).next().unwrap_or_default();
    let parts: Vec<&str> = core.split('.').collect();
    let is_number = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric());
    parts.len() >= 3
        && parts.iter().all(is_number)
        && core.starts_with(|c: char| c.is_ascii_digit())
        && !core.contains('x')
}

fn is_commit(text: &str) -> bool {
    text.len() == 40 && text.chars().all(|c| c.is_ascii_hexdigit())
}

/// A URL may hold a password before its host, which is left out.
fn named(package: &str, why: &str) -> String {
    let shown = match package.split_once("://") {
        Some((scheme, rest)) => {
            let end = rest.find('/').unwrap_or(rest.len());
            let host = rest.get(..end).and_then(|authority| authority.rsplit_once('@')).map(|(user, _)| user.len() + 1);
            format!("{scheme}://{}", host.and_then(|from| rest.get(from..)).unwrap_or(rest))
        }
        None => package.to_owned(),
    };
    format!("fetches `{shown}`: {why}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<String> {
        let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
        unpinned(Run { program: &words[0], args: &words[1..] })
    }

    #[test]
    fn a_package_without_an_exact_version_is_found() {
        for text in [
            "npx -y @modelcontextprotocol/server-filesystem .",
            "npx mcp-remote@latest https://a.example",
            "npx -y pkg@1",
            "npx -y pkg@^1.2.3",
            "npx -y pkg@1.x.0",
            "npx --package=pkg bin",
            "npx -p pkg bin@1.2.3",
            "npx github:a/b",
            "npx -y a/b",
            "npm exec -- pkg",
            "pnpm dlx pkg",
            "bunx pkg",
            "uvx mcp-server-git --repository .",
            "uvx mcp-server-git@latest",
            "uvx --from mcp-server-git>=1 mcp-server-git",
            "uvx --from git+https://github.com/a/b b",
            "uv tool run pkg",
            "pipx run pkg",
            "docker run -i --rm -v /a:/b mcp/fetch",
            "docker run -i --rm mcp/fetch:latest",
            "podman run localhost:5000/fetch",
            "deno run -A npm:pkg",
            "go run example.com/x@latest",
        ] {
            assert!(of(text).is_some(), "{text}");
        }
    }

    #[test]
    fn a_password_in_the_address_is_not_said() {
        let said = of("uvx --from git+https://bob:made-up@git.acme.example/a/b b").unwrap();
        assert!(said.contains("git+https://git.acme.example/a/b") && !said.contains("made-up"), "{said}");
    }

    #[test]
    fn a_fixed_one_and_what_is_fetched_by_nobody_is_not() {
        let image = format!("docker run -i mcp/fetch@sha256:{}", "a".repeat(64));
        let commit = format!("uvx --from git+https://github.com/a/b@{} b", "0".repeat(40));
        for text in [
            "npx -y @modelcontextprotocol/server-filesystem@2026.7.10 .",
            "npx -y pkg@1.2.3-rc.1",
            "npx ./local",
            "npx --package=pkg@1.2.3 bin",
            "uvx mcp-server-git==2026.7.10",
            "uvx mcp-server-git@2026.7.10",
            "uvx ./here",
            "docker run -i -e A mcp/fetch:1.2",
            "deno run npm:pkg@1.2.3",
            "node server.js",
            "npm start",
            "python -m server",
            "npx",
            &image,
            &commit,
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
