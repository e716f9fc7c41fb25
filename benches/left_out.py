#!/usr/bin/env python3
"""How good are policies inferred from sessions of your own? Each session is judged by the policy of all others.

usage: left_out.py [--remit BINARY] [--others DIR] DIR...

DIR: traces (*.jsonl), one file a session. Prints, for each folder, how many of its sessions and calls the policy of the
other sessions does not deny, how many it asks about, and every call that it denies with the reason. Then the arguments that
the policy of all sessions leaves `any`.
"""
import argparse, glob, json, os, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))


def run(remit, *args):
    done = subprocess.run([remit, *args], capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(args[:1])}: {done.stderr or done.stdout}")
    return done.stdout


def infer(remit, traces, folder, tmp):
    """The policy lies where the sessions do, as far as relative paths are concerned."""
    policy = os.path.join(tmp, "mcp.policy.yaml")
    run(remit, "infer", *traces, "--root", folder, "--out", policy, "--force")
    return policy


def measure(remit, folder, tmp):
    traces = sorted(glob.glob(os.path.join(folder, "*.jsonl")))
    sessions = asked = calls = denied = 0
    reasons = []
    for left_out in traces:
        policy = infer(remit, [trace for trace in traces if trace != left_out], folder, tmp)
        lines = run(remit, "decide", "--policy", policy, left_out).splitlines()
        verdicts = [json.loads(line) for line in lines]
        kinds = [verdict["verdict"] for verdict in verdicts]
        calls += len(kinds)
        denied += kinds.count("deny")
        sessions += "deny" not in kinds
        asked += "ask" in kinds and "deny" not in kinds
        for call, verdict in zip(open(left_out), verdicts):
            if verdict["verdict"] == "deny":
                why = "; ".join(f"{reason.get('argument', '')} {reason['message']}" for reason in verdict["because"])
                reasons.append(f"  {os.path.basename(left_out)}: {call.strip()[:300]}\n      {why[:400]}")
    print(f"{folder}: {sessions}/{len(traces)} sessions not denied ({asked} asked), "
          f"{calls - denied}/{calls} calls, {100 * (calls - denied) / max(calls, 1):.1f} %")
    if reasons:
        print("\n".join(reasons))
    tool = ""
    for line in open(infer(remit, traces, folder, tmp)):
        if line.startswith("      ") and line[6] not in " #":
            tool = line.strip().rstrip(":")
        if line.split("#")[0].rstrip().endswith(": any"):
            print(f"  any: {tool} {line.strip()}")


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--remit", default=os.path.join(HERE, "../target/release/remit"))
    args.add_argument("folders", nargs="+", metavar="DIR")
    args = args.parse_args()
    with tempfile.TemporaryDirectory() as tmp:
        for folder in args.folders:
            measure(os.path.abspath(args.remit), os.path.abspath(folder), tmp)


main()
