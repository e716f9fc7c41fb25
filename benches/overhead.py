#!/usr/bin/env python3
"""What remit costs: start to the first answer, sequential calls, peak memory; beside the bare server and a plain byte relay.

usage: benches/overhead.py [REMIT] [--calls N] [--rounds N]      REMIT: default target/release/remit

Needs Python 3, a C compiler and a built remit; prints a Markdown table for docs/performance.md. All variants run in turns in
one run, so that a busy machine slows all of them.
"""
import argparse, json, os, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
POLICY = """version: 1
servers:
  echo:
    tools:
      echo: { args: { text: { max_length: 100 }, path: { paths: [.] }, n: { range: [0, 10] } } }
"""


def call(number):
    arguments = {"text": "hello", "path": "src/main.rs", "n": 1}
    message = {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": {"name": "echo", "arguments": arguments}}
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"


class Session:
    def __init__(self, command, folder):
        env = {"PATH": os.environ["PATH"], "HOME": folder, "XDG_STATE_HOME": folder + "/state"}
        began = time.perf_counter_ns()
        self.process = subprocess.Popen(command, cwd=folder, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        self.ends = self.process.stdin.fileno(), self.process.stdout.fileno()
        self.ask(b'{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"clientInfo":{"name":"bench","version":"1"}}}\n')
        self.started = time.perf_counter_ns() - began

    def ask(self, line):
        into, out = self.ends
        os.write(into, line)
        answer = os.read(out, 65536)
        while not answer.endswith(b"\n"):
            answer += os.read(out, 65536)
        return answer

    def calls(self, count):
        lines = [call(number) for number in range(1, count + 1)]
        took = []
        for line in lines:
            began = time.perf_counter_ns()
            answer = self.ask(line)
            took.append(time.perf_counter_ns() - began)
            assert b'"ok"' in answer, answer
        return took

    def peak(self):
        try:
            lines = open(f"/proc/{self.process.pid}/status").read().splitlines()
            return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
        except OSError:
            return 0

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def quantile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def main():
    options = argparse.ArgumentParser()
    options.add_argument("remit", nargs="?", default=os.path.join(HERE, "../target/release/remit"))
    options.add_argument("--calls", type=int, default=2000)
    options.add_argument("--rounds", type=int, default=9)
    options = options.parse_args()
    remit = os.path.abspath(options.remit)
    with tempfile.TemporaryDirectory() as folder:
        for name in ["relay", "echo_server"]:
            subprocess.run(["cc", "-O2", "-pthread", "-o", f"{folder}/{name}", f"{HERE}/c/{name}.c"], check=True)
        open(f"{folder}/policy.yaml", "w").write(POLICY)
        server = [f"{folder}/echo_server"]
        proxy = lambda *settings: [remit, "proxy", "--server", "echo", *settings, "--", *server]
        variants = {
            "direct": server,
            "relay (C, copies bytes)": [f"{folder}/relay", *server],
            "remit record": proxy("--mode", "record", "--traces", f"{folder}/traces"),
            "remit enforce": proxy("--mode", "enforce", "--policy", f"{folder}/policy.yaml"),
            "remit enforce, audit log": proxy("--mode", "enforce", "--policy", f"{folder}/policy.yaml", "--audit", f"{folder}/audit.jsonl"),
        }
        took = {name: [] for name in variants}
        starts = {name: [] for name in variants}
        peaks = dict.fromkeys(variants, 0)
        for _ in range(options.rounds):
            for name, command in variants.items():
                session = Session(command, folder)
                session.calls(100)
                took[name] += session.calls(options.calls)
                starts[name].append(session.started)
                peaks[name] = max(peaks[name], session.peak())
                session.close()
    base = quantile(took["relay (C, copies bytes)"], 0.5)
    print("| | start to first answer, ms | call p50, us | call p99, us | p50 against the relay | peak memory, MB |")
    print("|---|---|---|---|---|---|")
    for name in variants:
        start = quantile(starts[name], 0.5) / 1e6
        p50, p99 = quantile(took[name], 0.5), quantile(took[name], 0.99)
        print(f"| {name} | {start:.1f} | {p50 / 1e3:.1f} | {p99 / 1e3:.1f} | {p50 / base:.2f} | {peaks[name] / 1024:.1f} |")
    print(f"\n{options.rounds} rounds of {options.calls} calls each, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.")


if __name__ == "__main__":
    sys.exit(main())
