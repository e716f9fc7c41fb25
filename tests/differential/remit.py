"""What remit says: one policy, many calls."""

import json, pathlib, subprocess, tempfile

BINARY = pathlib.Path(__file__).resolve().parent.parent.parent / "target" / "debug" / "remit"


def verdicts(binary, policy, server, tool, key, values):
    """The verdict of each call, as `remit decide` prints it. The policy is an object, written as JSON, which is YAML."""
    calls = [json.dumps({"server": server, "tool": tool, "arguments": {key: value}}) + "\n" for value in values]
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "mcp.policy.yaml")
        path.write_text(json.dumps(policy))
        command = [binary, "decide", "--policy", path]
        done = subprocess.run(command, input="".join(calls), stdout=subprocess.PIPE, text=True, check=True)
    # Not splitlines: a value may hold a line separator of Unicode.
    found = [json.loads(line) for line in done.stdout.split("\n") if line]
    if len(found) != len(values):
        raise SystemExit(f"{len(values)} calls, {len(found)} verdicts")
    return found


def admitted(*arguments):
    """Those of the values that pass."""
    return [value for value, verdict in zip(arguments[-1], verdicts(*arguments)) if verdict["verdict"] == "allow"]


def granting(server, tool, key, constraint):
    return {"version": 1, "servers": {server: {"tools": {tool: {"args": {key: constraint}}}}}}
