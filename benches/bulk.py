#!/usr/bin/env python3
"""What large recordings cost: `remit infer` on a million calls, equal and distinct ones, and `remit replay`.

usage: benches/bulk.py [REMIT] [--scale F]      REMIT: default target/release/remit; F: share of the full size, default 1

Needs Python 3 and a built remit, and 300 MB of disk; prints a Markdown table for docs/performance.md. Each row is one process:
its time from start to end, that of all processors together, and the most memory that it ever held (wait4).
"""
import argparse, json, os, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
LOCK_SERVERS, LOCK_TOOLS = 60, 12
TEXT = "We met on Monday and agreed on the plan; the notes are in the usual place, and the next step is yours. "


def call(kind, n):
    """The n-th call of a kind. They repeat as those of an agent do: each kind has a few thousand distinct ones a session."""
    if kind == 0:
        return "fs", "read_text_file", {"path": f"src/part_{n % 97}/file_{n % 1009}.rs", "head": n % 50}
    if kind == 1:
        return "web", "fetch", {"url": f"https://docs.example.org/book/{n % 499}/chapter-{n % 31}.html", "max_length": 5000}
    if kind == 2:
        return "db", "query", {"sql": f"SELECT id, name FROM shop.orders WHERE id = {n % 1500} ORDER BY id LIMIT {n % 7 + 1}"}
    if kind == 3:
        return "shell", "run_command", {"command": f"grep -rn part_{n % 700} src/part_{n % 97}"}
    return "mail", "send_email", {"to": f"person{n % 40}@corp.example", "subject": f"Plan {n % 300}", "body": TEXT}


def write(path, calls):
    with open(path, "w", buffering=1 << 20) as file:
        for server, tool, arguments in calls:
            file.write(json.dumps({"server": server, "tool": tool, "arguments": arguments, "note": TEXT[:60]}) + "\n")


def mixed(folder, calls, sessions):
    os.mkdir(folder)
    each = calls // sessions
    for session in range(sessions):
        start = session * each
        write(f"{folder}/{session:03}.jsonl", (call(n % 5, n // 5) for n in range(start, start + each)))


def single(folder, calls):
    os.mkdir(folder)
    write(f"{folder}/one.jsonl", calls)


def lock(path):
    text, number = {"type": "string"}, {"type": "integer"}
    kinds = [("read_file", {"path": text}), ("fetch", {"url": text}), ("query", {"sql": text}), ("run_command", {"command": text}),
             ("send_email", {"to": text, "subject": text, "body": text}), ("list_items", {"page": number})]
    servers = {}
    for s in range(LOCK_SERVERS):
        tools = {}
        for t in range(LOCK_TOOLS):
            name, properties = kinds[t % len(kinds)]
            name = f"{name}_{t}"
            schema = {"type": "object", "properties": properties, "required": list(properties)}
            tools[name] = {"sha256": "", "value": {"name": name, "inputSchema": schema}}
        servers[f"server{s}"] = {"command": ["server"], "tools": tools}
    with open(path, "w") as file:
        json.dump({"version": 1, "servers": servers}, file)


def run(command, folder):
    """Seconds, seconds of all cores together and MiB of one process, and what it printed."""
    env = {"PATH": os.environ["PATH"], "HOME": folder, "XDG_STATE_HOME": folder + "/state"}
    out = os.path.join(folder, "out")
    began = time.monotonic()
    pid = os.fork()
    if pid == 0:
        os.chdir(folder)
        file = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(file, 1)
        os.execve(command[0], command, env)
    _, status, usage = os.wait4(pid, 0)
    took = time.monotonic() - began
    # 0: fine; 1: replay found calls or attacks that get other verdicts.
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit(f"{' '.join(command)} failed: {open(out).read()[:2000]}")
    return took, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, open(out).read()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("remit", nargs="?", default=os.path.join(HERE, "../target/release/remit"))
    parser.add_argument("--scale", type=float, default=1.0)
    args = parser.parse_args()
    remit = os.path.abspath(args.remit)
    count = lambda full: max(int(full * args.scale), 100)
    print("| | size | seconds | of processors | peak memory, MiB |\n|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        def row(what, traces, command):
            took, cores, memory, out = run([remit, *command], folder)
            size = sum(entry.stat().st_size for entry in os.scandir(f"{folder}/{traces}")) / 1e6
            print(f"| {what} | {size:.0f} MB | {took:.2f} | {cores:.2f} | {memory:.0f} |", flush=True)
            return out

        def infer(what, traces):
            row(f"infer: {what}", traces, ["infer", traces, "--out", f"{traces}.yaml", "--force"])

        million, hundred, dirs = count(1_000_000), count(100_000), count(8_000)
        mixed(f"{folder}/fifty", million, 50)
        infer(f"{million:,} calls, 50 sessions", "fifty")
        mixed(f"{folder}/half", million // 2, 50)
        infer(f"{million // 2:,} calls, 50 sessions", "half")
        mixed(f"{folder}/alone", million, 1)
        infer(f"{million:,} calls, 1 session", "alone")
        read = lambda path: ("fs", "read_text_file", {"path": path})
        single(f"{folder}/equal", (read("src/part_1/file.rs") for _ in range(dirs)))
        infer(f"{dirs:,} equal directories", "equal")
        single(f"{folder}/distinct", (read(f"src/part_{n}/file.rs") for n in range(dirs)))
        infer(f"{dirs:,} distinct directories", "distinct")
        single(f"{folder}/sql", (("db", "query", {"sql": f"SELECT a, b FROM shop.t{n % 50} WHERE id = {n}"}) for n in range(hundred)))
        infer(f"{hundred:,} distinct statements", "sql")
        single(f"{folder}/shell", (("shell", "run_command", {"command": f"grep -rn part_{n} src"}) for n in range(hundred)))
        infer(f"{hundred:,} distinct commands", "shell")
        single(f"{folder}/mail", (("mail", "send_email", {"to": f"p{n}@corp.example", "subject": f"Plan {n}", "body": f"{n}: {TEXT}"})
                                  for n in range(hundred)))
        infer(f"{hundred:,} distinct mails", "mail")
        mixed(f"{folder}/recorded", hundred, 50)
        infer(f"{hundred:,} calls, 50 sessions", "recorded")
        row(f"replay: {hundred:,} recorded calls", "recorded", ["replay", "recorded", "--policy", "recorded.yaml", "--format", "json"])
        lock(f"{folder}/mcp.lock")
        os.mkdir(f"{folder}/none")
        with open(f"{folder}/wide.yaml", "w") as file:
            tools = "{ allowed_paths: [./src], denied_tools: [run_command_3] }"
            file.write("version: 1\nservers:\n" + "".join(f"  server{s}: {tools}\n" for s in range(LOCK_SERVERS)))
        out = row("replay: attacks", "none", ["replay", "--policy", "wide.yaml", "--lock", "mcp.lock", "--format", "json"])
        attacks = json.loads(out)["attacks"]
        print(f"\n{sum(attacks['calls'].values()):,} variants were bound, "
              f"{LOCK_SERVERS} servers of {LOCK_TOOLS} tools")


if __name__ == "__main__":
    main()
