#!/usr/bin/env python3
"""Judges the mutants of the decision by its specification: which of them does nothing notice?

    cargo install cargo-mutants
    python3 tests/specification/mutants.py --work /tmp/mutants [--list-only] [FILE ...]

The mutants are those that cargo-mutants lists. To build each anew takes minutes a mutant, so every function that has some
becomes a choice between its own body and theirs, by a number that the environment gives: one build holds them all. What
does not compile so is taken out and counted. A function that returns `impl Trait` cannot be such a choice; each of its
mutants is built by itself.

Each mutant is judged by the tests of tests/specification (the same cases each time); one that lives by the unit tests of
the library as well. What takes two minutes or two gigabytes (a loop without an end) counts as caught. The table and the
survivors go to standard output, all verdicts to WORK/verdicts.json, from where a run that was cut off goes on.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys

FILES = [
    "src/decision/decide.rs",
    "src/decision/decide/*.rs",
    "src/decision/effects.rs",
    "src/decision/effects/*.rs",
    "src/decision/path.rs",
    "src/decision/path/*.rs",
    "src/decision/path/set/*.rs",
    "src/decision/protections.rs",
    "src/decision/permit.rs",
    "src/decision/verbs.rs",
    "src/model/place.rs",
]
CHOICE = """
/// Which mutant is asked for.
pub fn mutant() -> usize {
    static ASKED: std::sync::OnceLock<usize> = std::sync::OnceLock::new();
    *ASKED.get_or_init(|| std::env::var("REMIT_MUTANT").ok().and_then(|text| text.parse().ok()).unwrap_or_default())
}
"""
SEED = {"PROPTEST_RNG_SEED": "20261121", "PROPTEST_MAX_SHRINK_ITERS": "0", "RUST_BACKTRACE": "0"}
SECONDS = 120
MEMORY = 2 << 30


def listed(repository, files):
    """The mutants, numbered from 1 on."""
    chosen = [word for file in files for word in ("-f", file)]
    out = subprocess.run(["cargo", "mutants", "--list", "--json", *chosen], cwd=repository, capture_output=True, check=True)
    mutants = json.loads(out.stdout)
    for number, mutant in enumerate(mutants, 1):
        mutant["number"] = number
    return mutants


def copy(repository, work):
    """The files that git knows, as they are now."""
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=repository, capture_output=True, text=True, check=True)
    for name in names.stdout.splitlines():
        source, target = repository / name, work / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.exists() or target.read_bytes() != source.read_bytes():
                shutil.copyfile(source, target)


def offset(lines, place):
    """Where in the text a line and column (in characters, from 1 on) stand."""
    return sum(len(line) for line in lines[: place["line"] - 1]) + place["column"] - 1


def mutated(text, lines, mutant):
    start, end = (offset(lines, mutant["span"][side]) for side in ("start", "end"))
    return start, end, text[:start] + mutant["replacement"] + text[end:]


def body_of(function):
    """Where the body of a function begins: behind its parameters and what it returns."""
    depth, at = 0, function.index("(", function.index("fn "))
    while True:
        depth += {"(": 1, ")": -1}.get(function[at], 0)
        at += 1
        if depth == 0:
            return function.index("{", at)


def instrument(repository, work, mutants):
    """Writes the choices, and tells which lines of which file belong to which mutant."""
    owners = {}
    by_file = collections.defaultdict(list)
    for mutant in mutants:
        by_file[mutant["file"]].append(mutant)
    for file, some in by_file.items():
        text = (repository / file).read_text()
        lines = text.splitlines(keepends=True)
        functions = collections.defaultdict(list)
        for mutant in some:
            span = mutant["function"]["span"]
            functions[offset(lines, span["start"]), offset(lines, span["end"])].append(mutant)
        # A function within another is changed where that one chooses.
        for inner in sorted(functions, key=lambda span: span[1] - span[0]):
            around = [span for span in functions if span[0] <= inner[0] and inner[1] <= span[1] and span != inner]
            if around:
                functions[around[0]] += functions.pop(inner)
        out, rest = [], len(text)
        for (start, end), own in sorted(functions.items(), reverse=True):
            function = text[start:end]
            begin = body_of(function)
            arms = []
            for mutant in own:
                from_, to, _ = mutated(text, lines, mutant)
                other = function[: from_ - start] + mutant["replacement"] + function[to - start :]
                arms.append(f"/*<{mutant['number']}*/ {mutant['number']} => {other[begin:]}/*>*/\n")
            choice = "{ match crate::mutant() {\n" + "".join(arms) + f"_ => {function[begin:]} }} }}"
            out.append(text[end:rest])
            out.append(function[:begin] + choice)
            rest = start
        out.append(text[:rest])
        new = "".join(reversed(out))
        target = work / file
        if not target.exists() or target.read_text() != new:
            target.write_text(new)
        owner = None
        for number, line in enumerate(new.splitlines(), 1):
            for begins, ends in re.findall(r"/\*<(\d+)\*/|(/\*>\*/)", line):
                owner = int(begins) if begins else owner
                owners[file, number] = owner
                if ends:
                    owner = None
            if owner:
                owners[file, number] = owner
    main = work / "src/lib.rs"
    if "fn mutant" not in main.read_text():
        main.write_text(main.read_text() + CHOICE)
    return owners


def build(work, *what):
    """The path of the test binary, or what the compiler says."""
    command = ["cargo", "test", "--release", *what, "--no-run", "--message-format=json", "--config", "profile.release.lto=false"]
    command += ["--config", "profile.release.codegen-units=16", "--config", "profile.release.incremental=true"]
    command += ["--config", "profile.release.panic='unwind'", "--config", "profile.release.opt-level=1"]
    out = subprocess.run(command, cwd=work, capture_output=True, text=True)
    binary, errors = None, []
    for line in out.stdout.splitlines():
        message = json.loads(line)
        if message.get("executable"):
            binary = message["executable"]
        if message.get("reason") == "compiler-message" and message["message"]["level"] == "error":
            errors.append(message["message"])
    if out.returncode and not errors:
        sys.exit(out.stderr)
    return binary, errors


def build_all(repository, work, mutants):
    """Takes out what does not compile, until the rest does."""
    left, broken = list(mutants), []
    while True:
        owners = instrument(repository, work, left)
        binary, errors = build(work, "--test", "specification")
        if not errors:
            return binary, left, broken
        spans = [(span["file_name"], span["line_start"]) for error in errors for span in error["spans"]]
        spans += [
            (span["file_name"], span["line_start"]) for error in errors for child in error["children"] for span in child["spans"]
        ]
        bad = {owners.get(span) for span in spans} - {None}
        if not bad:
            sys.exit("\n".join(error["rendered"] for error in errors))
        broken += [mutant for mutant in left if mutant["number"] in bad]
        left = [mutant for mutant in left if mutant["number"] not in bad]
        print(f"{len(bad)} do not compile, {len(left)} are left", file=sys.stderr)


def judge(binary, work, number, *filters):
    """Whether the tests notice the mutant."""
    environment = {**os.environ, **SEED, "REMIT_MUTANT": str(number), "CARGO_MANIFEST_DIR": str(work)}
    limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        run = subprocess.run(
            [binary, *filters], cwd=work, env=environment, capture_output=True, timeout=SECONDS, preexec_fn=limit
        )
    except subprocess.TimeoutExpired:
        return "time"
    return "lives" if run.returncode == 0 else "caught"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--list-only", action="store_true")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("files", nargs="*", default=FILES)
    options = parser.parse_args()
    repository = pathlib.Path(__file__).resolve().parents[2]
    mutants = listed(repository, options.files)
    hidden = [mutant for mutant in mutants if "impl " in (mutant["function"]["return_type"] or "")]
    choices = [mutant for mutant in mutants if mutant not in hidden]
    print(f"{len(mutants)} mutants, {len(hidden)} of them of functions that return `impl Trait`", file=sys.stderr)
    if options.list_only:
        return
    options.work.mkdir(parents=True, exist_ok=True)
    store = options.work / "verdicts.json"
    verdicts = json.loads(store.read_text()) if store.exists() else {}
    copy(repository, options.work)
    specification, left, broken = build_all(repository, options.work, choices)
    for mutant in broken:
        verdicts[mutant["name"]] = "does not compile"
    if judge(specification, options.work, 0) != "lives":
        sys.exit("the specification fails without any mutant")

    def first(mutant):
        if mutant["name"] not in verdicts:
            verdict = judge(specification, options.work, mutant["number"], "agreement::")
            if verdict == "lives":
                verdict = judge(specification, options.work, mutant["number"], "--skip", "agreement::")
            verdicts[mutant["name"]] = verdict
            store.write_text(json.dumps(verdicts, indent=1))

    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        list(pool.map(first, left))
    for mutant in hidden:
        if mutant["name"] in verdicts:
            continue
        file = options.work / mutant["file"]
        instrumented = file.read_text()
        text = (repository / mutant["file"]).read_text()
        file.write_text(mutated(text, text.splitlines(keepends=True), mutant)[2])
        binary, errors = build(options.work, "--test", "specification")
        verdicts[mutant["name"]] = "does not compile" if errors else judge(binary, options.work, 0)
        store.write_text(json.dumps(verdicts, indent=1))
        file.write_text(instrumented)
    alive = [mutant for mutant in left if verdicts[mutant["name"]] == "lives"]
    units, errors = build(options.work, "--lib") if alive else (None, [])
    if errors:
        sys.exit("\n".join(error["rendered"] for error in errors))
    for mutant in alive:
        if judge(units, options.work, mutant["number"], "decision::", "model::") != "lives":
            verdicts[mutant["name"]] = "caught by unit tests alone"
            store.write_text(json.dumps(verdicts, indent=1))
    report(mutants, verdicts)


def report(mutants, verdicts):
    kinds = ["caught", "time", "caught by unit tests alone", "lives", "does not compile"]
    table = collections.defaultdict(collections.Counter)
    for mutant in mutants:
        table[mutant["file"]][verdicts[mutant["name"]]] += 1
    print("| file | listed | " + " | ".join(kinds) + " |\n|" + "---|" * (len(kinds) + 2))
    for file, counts in sorted(table.items()):
        print(f"| {file} | {sum(counts.values())} | " + " | ".join(str(counts[kind]) for kind in kinds) + " |")
    for mutant in mutants:
        if verdicts[mutant["name"]] in ("lives", "caught by unit tests alone"):
            print(f"{verdicts[mutant['name']]}: {mutant['name']}")


if __name__ == "__main__":
    main()
