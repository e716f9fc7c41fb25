//! Words that a wildcard never covers: options through which a program runs what its argument says, or writes where it
//! says. A grant must hold them letter by letter. The sources are the programs' manuals, GTFOBins
//! (<https://gtfobins.github.io>) and the advisories named in the tests.

use super::scripts;
use super::unfold::{from_program, is_shell, program};
use super::whole::WHOLE;
use crate::model::effects::Word;

/// What a grant must hold literally.
#[derive(Debug, Default)]
pub(super) struct Bounds {
    /// Every word, and why.
    pub whole: Option<&'static str>,
    /// Indexes of words.
    pub literal: Vec<usize>,
}

/// Builtins of shells that take names of variables. The index of an array is computed, and may hold a command:
/// `read 'a[$(id)]'`.
const NAMERS: &[&str] = &[
    "read",
    "mapfile",
    "readarray",
    "getopts",
    "unset",
    "declare",
    "typeset",
    "local",
    "export",
    "readonly",
    "wait",
    "integer",
    "float",
    "vared",
];

/// Those that set what later commands run with: Cursor's list was passed by them, CVE-2026-22708.
const EXPORTERS: &[&str] = &["export", "declare", "typeset", "readonly", "local"];

struct Danger {
    programs: &'static [&'static str],
    /// Short options, found anywhere in a cluster of letters (`-ne`).
    letters: &'static str,
    /// Options as written; the value is in the same word or the next. A long one counts when it is abbreviated.
    options: &'static [&'static str],
}

const DANGERS: &[Danger] = &[
    Danger {
        programs: &["node", "nodejs"],
        letters: "epr",
        options: &[
            "--eval",
            "--print",
            "--require",
            "--import",
            "--loader",
            "--experimental-loader",
            "--env-file",
            "--inspect",
        ],
    },
    Danger {
        programs: &["deno", "bun", "tsx", "ts-node"],
        letters: "er",
        options: &["--eval", "--print", "--require", "--preload", "eval"],
    },
    Danger { programs: &["perl"], letters: "eEMmId", options: &[] },
    Danger { programs: &["ruby", "irb"], letters: "erI", options: &[] },
    Danger { programs: &["php"], letters: "rBREd", options: &["--run", "--define"] },
    Danger {
        programs: &["lua", "luajit", "rscript", "r", "groovy", "scala", "elixir", "clojure", "swift", "ghc", "julia"],
        letters: "eEl",
        options: &["--eval", "--print", "--load"],
    },
    Danger { programs: &["erl"], letters: "", options: &["-eval", "-s", "-run"] },
    Danger {
        programs: &["find", "gfind"],
        letters: "",
        options: &["-delete", "-fprint", "-fprint0", "-fprintf", "-fls", "-files0-from"],
    },
    Danger {
        programs: &["tar", "gtar", "bsdtar"],
        letters: "IFTP",
        options: &[
            "--files-from",
            "--absolute-names",
            "--checkpoint-action",
            "--to-command",
            "--use-compress-program",
            "--info-script",
            "--new-volume-script",
            "--rsh-command",
            "--rmt-command",
        ],
    },
    Danger { programs: &["zip"], letters: "T", options: &["--unzip-command", "--test"] },
    Danger { programs: &["rsync"], letters: "e", options: &["--rsh", "--rsync-path", "--config", "--files-from"] },
    Danger {
        programs: &["ssh", "scp", "sftp", "ssh-keygen", "ssh-add"],
        letters: "",
        options: &["-o", "-F", "-S", "-D", "-s", "-I"],
    },
    Danger {
        programs: &["git"],
        letters: "",
        options: &[
            "-c",
            "--config-env",
            "--exec-path",
            "--upload-pack",
            "--receive-pack",
            "--exec",
            "--extcmd",
            "--open-files-in-pager",
            "-O",
            "--template",
            "--git-dir",
            "--work-tree",
            "--namespace",
            "--config",
            "--output",
            "--sendmail-cmd",
            "--smtp-server",
            "filter-branch",
            "--super-prefix",
            "--upload-archive",
            "--tool",
            "--ext-diff",
            "--textconv",
            "--pathspec-from-file",
        ],
    },
    Danger {
        programs: &["sort", "gsort"],
        letters: "oT",
        options: &["--compress-program", "--output", "--temporary-directory", "--files0-from"],
    },
    Danger { programs: &["shuf", "gshuf", "iconv", "tree"], letters: "o", options: &["--output"] },
    Danger { programs: &["yq"], letters: "is", options: &["--inplace", "--in-place", "--split-exp"] },
    // They read the files that a file names.
    Danger { programs: &["wc", "du", "gwc", "gdu"], letters: "", options: &["--files0-from"] },
    Danger { programs: &["file"], letters: "fCm", options: &["--files-from", "--compile", "--magic-file"] },
    Danger { programs: &["uniq", "xxd"], letters: "r", options: &[] },
    Danger { programs: &["split"], letters: "", options: &["--filter"] },
    Danger {
        programs: &["man"],
        letters: "HPCM",
        options: &["--html", "--pager", "--config-file", "--manpath", "--preprocessor"],
    },
    Danger {
        programs: &["less", "more", "most"],
        letters: "koO",
        options: &["+", "--lesskey-file", "--lesskey-src", "--log-file"],
    },
    Danger { programs: &["rg"], letters: "", options: &["--pre", "--hostname-bin"] },
    Danger { programs: &["history", "fc"], letters: "awrnceps", options: &[] },
    Danger { programs: &["curl"], letters: "K", options: &["--config", "--engine", "--libcurl"] },
    Danger { programs: &["wget"], letters: "ei", options: &["--execute", "--use-askpass", "--config", "--input-file"] },
    Danger {
        programs: &["aria2c"],
        letters: "i",
        options: &[
            "--input-file",
            "--conf-path",
            "--on-download-start",
            "--on-download-complete",
            "--on-download-error",
            "--on-download-stop",
            "--on-download-pause",
            "--on-bt-download-complete",
        ],
    },
    Danger { programs: &["gh"], letters: "", options: &["alias", "extension", "extensions", "ext"] },
    // A value is set in a variable, whose index may hold a command.
    Danger { programs: &["printf", "print"], letters: "v", options: &[] },
    Danger { programs: &["test", "["], letters: "", options: &["-v", "-R"] },
    Danger { programs: EXPORTERS, letters: "nif", options: &[] },
    Danger { programs: &["wait"], letters: "p", options: &[] },
    Danger { programs: &["cargo"], letters: "Z", options: &["--config"] },
    Danger {
        programs: &["go"],
        letters: "",
        options: &["-exec", "--exec", "-toolexec", "--toolexec", "-vettool", "--vettool", "-overlay"],
    },
    Danger {
        programs: &["npm", "npx", "pnpm", "yarn"],
        letters: "c",
        options: &["--script-shell", "--node-options", "--call", "--userconfig", "--globalconfig", "--shell"],
    },
    Danger { programs: &["npm", "pnpm", "yarn"], letters: "", options: &["exec", "x", "dlx", "config", "set-script"] },
    Danger {
        programs: &["make", "gmake"],
        letters: "EfCI",
        options: &["--eval", "--file", "--makefile", "--directory", "--include-dir"],
    },
    Danger { programs: &["ninja", "samu"], letters: "fC", options: &[] },
    Danger {
        programs: &["gradle", "gradlew"],
        letters: "IbcpgD",
        options: &[
            "--init-script",
            "--build-file",
            "--settings-file",
            "--project-dir",
            "--gradle-user-home",
            "--include-build",
            "--system-prop",
        ],
    },
    Danger { programs: &["cmake"], letters: "", options: &["-E", "-P", "-C", "--toolchain"] },
    Danger { programs: &["ctest"], letters: "", options: &["-S", "--script", "--build-and-test", "--test-command"] },
    Danger {
        programs: &["just"],
        letters: "cfdeE",
        options: &[
            "--shell",
            "--shell-arg",
            "--shell-command",
            "--command",
            "--justfile",
            "--working-directory",
            "--set",
            "--chooser",
            "--choose",
            "--edit",
            "--dotenv-path",
        ],
    },
    Danger { programs: &["tox"], letters: "xc", options: &["--override", "--conf", "exec"] },
    Danger { programs: &["nox"], letters: "f", options: &["--noxfile", "--extra-pythons", "--force-python"] },
    Danger {
        programs: &["mvn", "mvnw"],
        letters: "",
        options: &[
            "-f",
            "-s",
            "-gs",
            "-t",
            "-gt",
            "-D",
            "--file",
            "--settings",
            "--global-settings",
            "--toolchains",
            "--global-toolchains",
            "--define",
        ],
    },
    Danger { programs: &["nodemon"], letters: "x", options: &["--exec", "--config"] },
    Danger { programs: &["nix-shell", "nix"], letters: "cEI", options: &["--run", "--command", "--expr", "--include"] },
    // They show their text through another program.
    Danger { programs: &["bat", "batcat", "delta"], letters: "", options: &["--pager", "--config"] },
    Danger { programs: &["ag", "ack"], letters: "", options: &["--pager", "--ackrc"] },
    Danger { programs: &["fzf"], letters: "", options: &["--preview", "--bind", "--listen", "--with-shell"] },
    Danger {
        programs: &["gcc", "g++", "cc", "c++", "clang", "clang++"],
        letters: "",
        options: &["-wrapper", "-fplugin", "-specs", "--specs", "-Xclang", "-B", "@"],
    },
    // A file of further arguments, or of names of files.
    Danger { programs: &["rustc", "javac", "java", "ld", "ar", "7z", "7za", "7zz"], letters: "", options: &["@"] },
    Danger {
        programs: &["tex", "latex", "pdflatex", "xelatex", "lualatex"],
        letters: "",
        options: &["-shell-escape", "--shell-escape", "-enable-write18", "--enable-write18"],
    },
    Danger { programs: &["dc", "gnuplot", "lftp"], letters: "ec", options: &["--expression", "--eval"] },
    Danger { programs: &["octave", "octave-cli"], letters: "", options: &["--eval"] },
    Danger { programs: &["psql"], letters: "co", options: &["--command", "--output"] },
    Danger {
        programs: &["mysql", "mariadb"],
        letters: "e",
        options: &["--execute", "--pager", "--tee", "--init-command"],
    },
    Danger { programs: &["mongosh", "mongo", "duckdb"], letters: "c", options: &["--eval"] },
    Danger { programs: &["openssl"], letters: "", options: &["-engine", "-provider-path", "-provider"] },
    Danger { programs: &["nc", "ncat", "netcat"], letters: "ec", options: &["--exec", "--sh-exec", "--lua-exec"] },
    Danger { programs: &["pandoc"], letters: "F", options: &["--filter", "--lua-filter"] },
    Danger { programs: &["ip"], letters: "", options: &["exec", "-batch", "-b"] },
    Danger { programs: &["tcpdump"], letters: "z", options: &[] },
    Danger { programs: &["nmap"], letters: "", options: &["--script", "--script-args"] },
    Danger { programs: &["apt", "apt-get"], letters: "oc", options: &["--option", "--config-file"] },
    Danger { programs: &["dnf", "yum"], letters: "c", options: &["--setopt", "--config"] },
    Danger { programs: &["pytest", "py.test"], letters: "cp", options: &["--override-ini", "--config-file"] },
    Danger { programs: &["hash"], letters: "p", options: &[] },
    Danger { programs: &["enable"], letters: "f", options: &[] },
    Danger { programs: &["complete", "compgen"], letters: "CF", options: &[] },
    Danger { programs: &["mapfile", "readarray"], letters: "C", options: &[] },
    Danger { programs: &["date", "gdate"], letters: "s", options: &["--set"] },
    Danger { programs: &["env", "genv"], letters: "S", options: &["--split-string"] },
];

/// Which of these words a grant must hold literally.
pub(super) fn bounds(all: &[Word]) -> Bounds {
    let words = from_program(all);
    let skipped = all.len() - words.len();
    let Some(name) = words.first().and_then(program) else { return Bounds::default() };
    let mut bounds = Bounds::default();
    if WHOLE.contains(&name.as_str()) {
        bounds.whole = Some("its words may hold commands of their own");
        return bounds;
    }
    let texts: Vec<&str> =
        words.iter().map(|word| if let Word::Literal(text) = word { text.as_str() } else { "" }).collect();
    if reads_code(&name, &texts) {
        bounds.whole = Some("it runs what it reads");
        return bounds;
    }
    bounds.literal.extend(skipped.checked_sub(1).map(|_| 0..skipped).into_iter().flatten());
    bounds.literal.extend(literal(&name, &texts).into_iter().map(|index| index + skipped));
    bounds
}

fn literal(name: &str, texts: &[&str]) -> Vec<usize> {
    let mut found: Vec<usize> = Vec::new();
    // `git switch -c` makes a branch.
    let makes_branch = |text: &str| name == "git" && texts.get(1) == Some(&"switch") && text == "-c";
    for danger in DANGERS.iter().filter(|danger| danger.programs.contains(&name)) {
        let is_danger = |text: &str| is_danger(danger, text) && !makes_branch(text);
        for (index, _) in texts.iter().enumerate().skip(1).filter(|(_, text)| is_danger(text)) {
            found.extend([index, index + 1]);
        }
    }
    match name {
        name if is_python(name) => {
            let coded = |text: &str| is_cluster(text) && text.contains(['c', 'm']);
            let option = texts.iter().skip(1).take_while(|text| text.starts_with('-')).position(|text| coded(text));
            found.extend(option.into_iter().flat_map(|index| [index + 1, index + 2]));
        }
        "awk" | "gawk" | "mawk" | "nawk" => found.extend(scripts::awk(texts)),
        "sed" | "gsed" => found.extend(scripts::sed(texts)),
        "ps" => found.extend(indexes(texts, |text| {
            !text.starts_with("--") && text.trim_start_matches('-').contains(['e', 'E']) && !text.starts_with("-e")
        })),
        "make" | "gmake" | "just" => found.extend(indexes(texts, super::shell::is_assignment)),
        // What stands behind is for the programs that they run.
        "tox" | "cmake" => {
            found.extend(indexes(texts, |text| text == "--").next().into_iter().flat_map(|end| end..texts.len()));
        }
        "tar" | "gtar" | "bsdtar" => {
            // The first word may be letters without a dash.
            found.extend(
                texts
                    .get(1)
                    .filter(|text| !text.starts_with('-') && text.contains(['I', 'F', 'T', 'P']))
                    .into_iter()
                    .flat_map(|_| 1..texts.len()),
            );
        }
        "sqlite3" => found.extend(
            operands(texts).skip(1).chain(indexes(texts, |text| text.contains("-cmd") || text.contains("-init"))),
        ),
        "git" => found.extend(git(texts)),
        // Goals of plugins that run what the build file or a property says.
        "mvn" | "mvnw" => found.extend(indexes(texts, |text| {
            let runs = ["exec:", "antrun:", "groovy:", "gmavenplus:", "jetty:", "dependency:get"];
            !text.starts_with('-') && (text.matches(':').count() > 1 || runs.iter().any(|goal| text.starts_with(goal)))
        })),
        // The second file is written.
        "uniq" | "xxd" => found.extend(
            operands(texts)
                .filter(|at| !texts.get(*at).is_some_and(|text| text.bytes().all(|byte| byte.is_ascii_digit())))
                .skip(1),
        ),
        _ => {}
    }
    if NAMERS.contains(&name) {
        found.extend(indexes(texts, |text| text.contains('[')));
    }
    if EXPORTERS.contains(&name) {
        found.extend(indexes(texts, |text| text.contains('=')));
    }
    // A value that stands for another program's protocol: `git clone 'ext::sh -c ...'`.
    found.extend(indexes(texts, |text| text.contains("ext::") || text.contains("fd::") || text.contains("%pipe%")));
    found
}

/// `git config` sets what git runs, and `-u` of `git clone` is `--upload-pack`.
fn git(texts: &[&str]) -> Vec<usize> {
    let verb = texts.iter().skip(1).find(|text| !text.starts_with('-')).copied().unwrap_or_default();
    let reads =
        texts.iter().any(|text| ["--get", "--get-all", "--list", "-l", "--get-regexp", "list", "get"].contains(text))
            || (verb == "config" && names_setting(texts));
    match verb {
        "config" if !reads => (1..texts.len()).collect(),
        "clone" => {
            indexes(texts, |text| is_cluster(text) && text.contains('u')).flat_map(|index| [index, index + 1]).collect()
        }
        "difftool" | "mergetool" => indexes(texts, |text| is_cluster(text) && text.contains(['x', 't']))
            .flat_map(|index| [index, index + 1])
            .collect(),
        _ => Vec::new(),
    }
}

/// `git config user.email`: a name without a value prints what is set.
fn names_setting(texts: &[&str]) -> bool {
    const HARMLESS: [&str; 9] = [
        "--global",
        "--local",
        "--system",
        "--worktree",
        "--show-origin",
        "--show-scope",
        "--null",
        "-z",
        "--includes",
    ];
    let is_name = |text: &str| !text.starts_with('-') && text.contains('.') && !text.contains('=');
    match texts.split_first() {
        Some((_, ["config", options @ .., name])) => {
            is_name(name) && options.iter().all(|text| HARMLESS.contains(text))
        }
        _ => false,
    }
}

fn indexes<'a>(texts: &'a [&str], wanted: impl Fn(&str) -> bool + 'a) -> impl Iterator<Item = usize> + 'a {
    texts.iter().enumerate().skip(1).filter(move |(_, text)| wanted(text)).map(|(index, _)| index)
}

fn operands<'a>(texts: &'a [&str]) -> impl Iterator<Item = usize> + 'a {
    indexes(texts, |text| !text.starts_with('-'))
}

fn is_cluster(text: &str) -> bool {
    text.len() > 1 && text.starts_with('-') && !text.starts_with("--")
}

fn is_danger(danger: &Danger, text: &str) -> bool {
    if is_cluster(text) && text.contains(|letter| danger.letters.contains(letter)) {
        return true;
    }
    let name = text.split('=').next().unwrap_or_default();
    danger.options.iter().any(|option| match option {
        // GNU tools take any beginning of a long option, but for one that is another option of its own.
        long if long.starts_with("--") => {
            *long == name || (name.len() > 2 && long.starts_with(name) && name != "--file")
        }
        short if short.len() == 2 && short.starts_with('-') => text.starts_with(short),
        single if single.starts_with('-') => name == *single,
        start if ["+", "@"].contains(start) => text.starts_with(*start),
        word => text == *word,
    })
}

fn is_python(name: &str) -> bool {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || c == 'w');
    ["python", "pypy", "ipython", "bpython"].contains(&stem)
}

/// An interpreter without a file to run reads its program from where the caller says: a pipe, a here-document.
pub(super) fn reads_code(name: &str, texts: &[&str]) -> bool {
    let interpreter =
        is_python(name) || is_shell(name) || ["node", "nodejs", "perl", "ruby", "php", "lua"].contains(&name);
    if !interpreter {
        return false;
    }
    let operand = texts.iter().skip(1).find(|text| !text.starts_with('-') || **text == "-");
    let asks_only = texts.iter().skip(1).all(|text| ["--version", "-V", "-v", "--help", "-h", "-VV"].contains(text))
        && texts.len() > 1;
    let named = texts.iter().any(|text| {
        is_cluster(text)
            && ((is_shell(name) && text.contains('c'))
                || (!is_shell(name) && text.contains(['c', 'm', 'e', 'E', 'r', 'p'])))
            || ["--eval", "--print", "--run", "--test"].iter().any(|option| text.starts_with(option))
    });
    let from_stdin = is_shell(name) && texts.iter().any(|text| is_cluster(text) && text.contains('s'));
    !asks_only && !named && (operand.is_none_or(|operand| *operand == "-") || from_stdin)
}
