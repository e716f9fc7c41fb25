#!/usr/bin/env python3
"""What SQL really changes, and what remit says of it.

    tests/differential/sql.py [--remit PATH]          run what a read-only grant admits; fail if anything changes
    tests/differential/sql.py [--remit PATH] --write  run everything, and write tests/data/sql-servers.jsonl

The statements stand in tests/data/sql. `cargo test` reads the table: what changed something in a server is admitted by no
read-only grant (tests/readers.rs). The reads that such a grant denies are printed, and stand in docs/readers.md.
"""

import argparse, collections, json, pathlib, sys

import remit
from postgres import Postgres
from sqlite import SQLite

TABLE = pathlib.Path(__file__).resolve().parent.parent / "data" / "sql-servers.jsonl"

# Every kind of statement that only reads, on every table.
READING = {"sql": {"statements": ["select", "explain", "explain analyze", "show", "describe", "pragma"]}}
POLICY = {"version": 1, "servers": {name: {"tools": {"query": {"args": {"sql": READING}}}} for name in ("postgres", "sqlite")}}

# Each is put around each of the statements below, and around a read.
WRAPPERS = {
    "postgres": [
        "{}", "EXPLAIN ANALYZE {}", "EXPLAIN (VERBOSE, ANALYZE) {}", "WITH x AS ({}) SELECT 1", "SELECT 1; {}", "{}; SELECT 1",
        "SELECT 1 -- x\n; {}", "/* SELECT */ {}", "COMMIT; {}", "BEGIN; {}; COMMIT", "PREPARE p AS {}; EXECUTE p",
        "DO $do$ BEGIN {}; END $do$", "COPY ({}) TO STDOUT", "SELECT $$'$$; {}; SELECT $$'$$", "SELECT '\"'; {}; SELECT '\"'",
        "SELECT 1 AS \"'\"; {}; SELECT 1 AS \"'\"", "CREATE TABLE made AS {}", "EXPLAIN ANALYZE CREATE TABLE made AS {}",
        "DECLARE c CURSOR WITH HOLD FOR {}", "({})", "SELECT * FROM ({}) AS x", "SELECT 1 WHERE EXISTS ({})", "SELECT ({})",
    ],
    "sqlite": [
        "{}", "SELECT 1; {}", "{}; SELECT 1", "SELECT 1 -- x\n; {}", "/* SELECT */ {}", "BEGIN; {}; COMMIT", "WITH x AS (SELECT 1) {}",
        "SELECT '\"'; {}; SELECT '\"'", "SELECT 1 AS \"'\"; {}; SELECT 1 AS \"'\"", "SELECT 1 AS [']; {}; SELECT 1 AS [']",
        "SELECT '\\'; {}; --'", "SELECT 1 AS `'`; {}; SELECT 1 AS `'`", "EXPLAIN {}", "EXPLAIN QUERY PLAN {}", "({})", "SELECT ({})",
    ],
}
WRAPPED = {
    "postgres": ["DELETE FROM items RETURNING id", "UPDATE items SET n = 0 RETURNING id", "INSERT INTO items VALUES (9, 9) RETURNING id",
                 "SELECT nextval('tickets')", "SELECT id FROM orders WHERE id = 1 FOR UPDATE", "SELECT id FROM orders WHERE id = 1"],
    "sqlite": ["DELETE FROM items", "UPDATE items SET n = 0", "INSERT INTO items VALUES (9, 9)", "REPLACE INTO items VALUES (1, 9)",
               "SELECT id FROM orders"],
}

# What PostgreSQL marks as volatile, and changes nothing: chance, the clock, the server's role, and sizes on disk.
HARMLESS = set("""clock_timestamp gen_random_uuid pg_indexes_size pg_is_in_recovery pg_relation_size pg_table_size pg_total_relation_size random
timeofday uuid_generate_v4""".split())


def corpus(server):
    """(group, text), the text with the marks of places in it."""
    group, found = "", []
    for line in (TABLE.parent / "sql" / f"{server}.sql").read_text().splitlines():
        if line.startswith("# "):
            group = line[2:].split(":")[0]
            continue
        found.append((group, line.replace("\\n", "\n").replace("\\t", "\t").replace("\\r", "\r")))
    for wrapper in WRAPPERS[server]:
        found += [("wrapped", wrapper.replace("{}", inner)) for inner in WRAPPED[server]]
    return list(dict.fromkeys(found))


def verdicts(binary, server, texts):
    """What remit says of each under a grant of all that reads."""
    return remit.verdicts(binary, POLICY, server, "query", "sql", texts)


def run(server, binary, everything):
    rows, wrong = [], []
    texts = corpus(server.name)
    judged = verdicts(binary, server.name, [server.fill(text) for _, text in texts])
    for (group, text), verdict in zip(texts, judged, strict=True):
        admitted = verdict["verdict"] == "allow"
        if not admitted and not everything:
            continue
        changes, error = server.changes(server.fill(text))
        rows.append({"server": server.name, "group": group, "sql": text, "changes": changes, "fails": bool(error)})
        if admitted and changes and group != "limits":
            wrong.append(f"{server.name}: {text!r} is admitted, and changes {', '.join(changes)}")
        if group == "limits" and not (admitted and changes):
            wrong.append(f"{server.name}: {text!r} is no limit any more: take it out of the list, and of docs/LIMITS.md")
        if not admitted and not changes and not error:
            why = verdict["because"][0]["message"] if verdict["because"] else "?"
            rows[-1]["denied"] = why
    if sum(not row["changes"] and not row["fails"] and not row.get("denied") for row in rows) < 50:
        wrong.append(f"{server.name}: hardly anything was admitted, so that nothing was shown")
    return rows, wrong


def functions(server, binary):
    """Every volatile function that everybody may call must be a known one."""
    names = server.volatile_functions()
    judged = verdicts(binary, "postgres", [f'SELECT "{name}"()' for name in names])
    admitted = {name for name, verdict in zip(names, judged, strict=True) if verdict["verdict"] == "allow"}
    print(f"differential sql: {len(names)} volatile functions of PostgreSQL, {len(admitted)} admitted")
    return [f"postgres: the function {name} is volatile, and admitted" for name in sorted(admitted - HARMLESS)]


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--remit", default=str(remit.BINARY))
    arguments.add_argument("--write", action="store_true")
    arguments = arguments.parse_args()
    table, wrong = [], []
    for kind in (Postgres, SQLite):
        server = kind()
        try:
            rows, faults = run(server, arguments.remit, arguments.write)
            if kind is Postgres:
                faults += functions(server, arguments.remit)
        finally:
            server.stop()
        count = collections.Counter("fails" if row["fails"] else "changes" if row["changes"] else "reads" for row in rows)
        print(f"differential sql: {server.name}: {len(rows)} run: {dict(count)}")
        table += rows
        wrong += faults
    denied = [row for row in table if row.get("denied")]
    if arguments.write:
        for row in denied:
            print(f"  denied though it changed nothing: {row['server']}: {row['sql']!r}: {row['denied']}")
        keep = ("server", "sql", "changes", "fails")
        TABLE.write_text("".join(json.dumps({key: row[key] for key in keep}) + "\n" for row in table if row["group"] != "limits"))
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
