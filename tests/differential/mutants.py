#!/usr/bin/env python3
"""Odd texts by the thousand: what remit admits of them is run, and must do nothing that was not granted.

    tests/differential/mutants.py [--seconds 60] [--seed 1] [postgres|sqlite|bash|dash|mail ...]

SQL: a read is mixed with a write, with quotes, comments and brackets; what a read-only grant admits may change nothing.
Shell: granted commands are mixed with `evil`; what is admitted may neither run it nor make a file.
Mail: recipients at acme.com are mixed with others; to whom an admitted text goes must not depend on who reads it.
"""

import argparse, email, email.policy, email.utils, os, pathlib, pwd, random, re, resource, shutil, subprocess, tempfile, time

import remit
import sql
from postgres import Postgres
from sqlite import SQLite

READS = ("SELECT", "WITH", "EXPLAIN", "VALUES", "PRAGMA", "SHOW")
WRITES = {
    "postgres": ["DELETE FROM items", "UPDATE items SET n = 0", "SELECT bump()", "bump()", "nextval('tickets')"],
    "sqlite": ["DELETE FROM items", "UPDATE items SET n = 0", "PRAGMA user_version = 9", "REPLACE INTO items VALUES (1, 5)"],
}
SQL_BITS = """; -- /* */ ' " '' "" \\ \\' $$ $a$ $ E' e' U&' N' B' X' ` [ ] ( ) , :: % # @ ? . * || -> << >> 1 x _ - 1e 0x /**/
AS UNION FROM WHERE INTO LIMIT OFFSET EXPLAIN ANALYZE WITH SELECT TABLE VALUES ONLY LATERAL ISNULL IS NOT COPY BEGIN COMMIT END
ARRAY[ ROW( CASE WHEN THEN COLLATE OPERATOR( a$b$ é RETURNING""".split() + [" ", "\n", "\r\n", "\t", "--\n", "\u00a0", " FOR UPDATE", "WITH x AS ("]

GRANTED = ["good **", "fine", "echo **", "printf **", "test **", "[ **", "read **", "true", "export A=1", "A=* good **", "unset **"]
WORDS = ["good", "good a", "good 'x'", 'good "$x"', "fine", "echo a", "printf '%s' x", "test -f x", "[ -f x ]", "read x", "true", ":"]
EVILS = """evil $(evil) `evil` "$(evil)" ${x:-$(evil)} a[$(evil)] $((a[$(evil)])) <(evil) e\\vil ev''il $'evil' $'\\x65vil' {evil,}
!evil \\evil ${x@P} evil& |evil evil| (evil) x='a[$(evil)]' $EVIL PS4='$(evil)' BASH_ENV=evil ((a[$(evil)]))""".split() + [
    "evil x", "${ evil; }", "eval evil", "x=evil; $x", "{ evil; }", "function good { evil; }", "good() { evil; }", "exec evil",
    "command evil", "builtin eval evil", "trap evil EXIT", "alias good=evil", "coproc evil", "time evil", "if evil; then :; fi",
    "case $(evil) in esac", "[[ -v a[$(evil)] ]]", "source evil", "printf -v 'a[$(evil)]' x", "test -v 'a[$(evil)]'", "set -x",
]
SHELL_BITS = """; & && || | |& \\ ' " ` $( ) ${ } $(( )) [[ ]] [ ] { # < > >> >&1 2>&1 <( >( <<< $' $" ! ~ * ? {a, .. = x= += $x $@ ${!x}
${x# if then else fi for do done while until case esac ;; function f() time coproc \\' \\" '' "" a 1 - -- -c -n : , % ^ @ $ $$ &> <> >|
{fd}> \\$( é""".split() + [" ", "\n", "\r\n", "\r", "\\\n", "\t", "<<E\n", "\nE\n", "<<'E'\n", "<<-E\n", "\x0c", "\u00a0", "a)", "in "]


COLLEAGUES = [
    "bob@acme.com", "<bob@acme.com>", "Bob <bob@acme.com>", '"Bob B" <bob@acme.com>', "bob+x@acme.com", "bob@acme.com (Bob)",
    "team: bob@acme.com, amy@acme.com;", "bob@acme.com, amy@acme.com", '"bob"@acme.com', "mailto:bob@acme.com",
    "=?utf-8?q?Bob?= <bob@acme.com>", "mailto:bob@acme.com?subject=Hi",
]
STRANGERS = """eve@evil.com <eve@evil.com> @evil.com evil.com eve eve%evil.com evil.com!eve "eve@evil.com" eve=40evil.com
=?utf-8?q?eve=40evil.com?= =?utf-8?b?ZXZlQGV2aWwuY29t?= =?x?q?=3e?= eve@[192.0.2.1] ?cc=eve@evil.com &bcc=eve@evil.com""".split()
MAIL_BITS = """, ; : < > ( ) [ ] " ' \\ \\" @ @@ . .. % ! = ? & # / | * { } ` ~ ^ $ + - _ %40 %2c %0a %00 (( )) << >> '' "" ()
＠ ， ； é""".split() + [" ", "\t", "\n", "\r\n", "\u00a0", "\u200b", "\u202e", "\x7f"]


def insert(chance, text, part):
    at = chance.randrange(len(text) + 1)
    return text[:at] + part + text[at:]


def sql_mutant(chance, reads, writes):
    text = chance.choice(reads)
    if chance.random() < 0.75:
        write, bit = chance.choice(writes), chance.choice(SQL_BITS) + chance.choice(["", " ", chance.choice(SQL_BITS)])
        text = chance.choice([text + bit + write, write + bit + text, insert(chance, text, bit + write + chance.choice(SQL_BITS))])
    for _ in range(chance.choice([0, 1, 1, 2, 3])):
        at = chance.randrange(len(text) + 1)
        text = insert(chance, text, chance.choice(SQL_BITS)) if chance.random() < 0.7 else text[:at] + text[at + chance.randrange(1, 4) :]
    return text


def shell_mutant(chance):
    parts = [chance.choice(WORDS)]
    for _ in range(chance.randrange(1, 5)):
        parts += [chance.choice(SHELL_BITS)] + [chance.choice(WORDS)] * chance.choice([0, 1])
    parts.insert(chance.randrange(len(parts) + 1), chance.choice(EVILS))
    for _ in range(chance.randrange(0, 3)):
        parts.insert(chance.randrange(len(parts) + 1), chance.choice(SHELL_BITS))
    return chance.choice(["", " "]).join(parts)


def mail_mutant(chance):
    text, bit = chance.choice(COLLEAGUES), lambda: chance.choice(MAIL_BITS)
    for _ in range(chance.randrange(0, 4)):
        text = insert(chance, text, bit() + chance.choice([chance.choice(STRANGERS) + chance.choice(["", bit()]), ""]))
    if chance.random() < 0.3:
        text = chance.choice([chance.choice(STRANGERS) + bit() + text, text + bit() + chance.choice(STRANGERS)])
    return text


class Mail:
    """The readers of Python, and what takes the first that looks like an address."""

    name = "mail"

    def __init__(self, binary):
        self.binary = binary

    def mutant(self, chance):
        return mail_mutant(chance)

    def admitted(self, texts):
        policy = remit.granting("mail", "send", "to", {"emails": ["*@acme.com"]})
        return remit.admitted(self.binary, policy, "mail", "send", "to", texts)

    def effects(self, text):
        header = "To: " + re.sub(r"[\r\n]+", " ", text) + "\n\n"
        readers = [
            lambda: [address for _, address in email.utils.getaddresses([text])],
            lambda: [email.utils.parseaddr(text)[1]],
            lambda: [one.addr_spec for one in email.message_from_string(header, policy=email.policy.default)["to"].addresses],
            lambda: re.findall(r"<([^<>]*)>", text),
            lambda: re.findall(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}", text),
        ]
        found = set()
        for reader in readers:
            try:
                found |= {address.rsplit("@", 1)[1].lower() for address in reader() if "@" in address}
            except Exception:
                # It reads nothing, and so it sends nothing.
                pass
        return sorted(host for host in found if host != "acme.com" and re.fullmatch(r"[a-z0-9.-]+|\[.*\]", host))

    def stop(self):
        pass


class Database:
    def __init__(self, kind, binary):
        self.server, self.binary = kind(), binary
        self.name = self.server.name
        texts = [self.server.fill(text) for group, text in sql.corpus(self.name) if group not in ("limits", "psql")]
        self.reads = [text for text in texts if text.upper().startswith(READS)]

    def mutant(self, chance):
        return sql_mutant(chance, self.reads, WRITES[self.name])

    def admitted(self, texts):
        # `\g` and dots at the start of a line are commands of the shells that come with the servers.
        texts = [text for text in texts if "\\g" not in text and "\n." not in f"\n{text}"]
        return remit.admitted(self.binary, sql.POLICY, self.name, "query", "sql", texts)

    def effects(self, text):
        return self.server.changes(text)[0]

    def stop(self):
        self.server.stop()


class Shell:
    """`good` and `fine` do nothing; `evil` leaves a mark. There is no other program."""

    def __init__(self, program, binary):
        self.name, self.program, self.binary = program, shutil.which(program), binary
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="remit-shell-"))
        self.bin, self.work = self.top / "bin", self.top / "work"
        self.bin.mkdir()
        self.work.mkdir()
        for name, body in {"good": "exit 0", "fine": "exit 0", "evil": f"echo evil >> {self.work}/evil"}.items():
            (self.bin / name).write_text(f"#!/bin/sh\n{body}\n")
            (self.bin / name).chmod(0o755)
        self.user = {}
        if os.getuid() == 0:
            nobody = pwd.getpwnam("nobody")
            self.user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        self.top.chmod(0o755)
        self.work.chmod(0o777)
        if self.effects("good; evil") != ["evil"] or self.effects("good"):
            raise SystemExit(f"{program}: the mark of `evil` does not work")

    def mutant(self, chance):
        return shell_mutant(chance)

    def admitted(self, texts):
        policy = remit.granting("shell", "run", "command", {"commands": GRANTED})
        return remit.admitted(self.binary, policy, "shell", "run", "command", texts)

    def effects(self, text):
        limits = lambda: resource.setrlimit(resource.RLIMIT_CPU, (2, 2))
        settings = {"cwd": self.work, "env": {"PATH": str(self.bin), "HOME": str(self.work)}, "preexec_fn": limits, **self.user}
        try:
            subprocess.run([self.program, "-c", text], stdin=subprocess.DEVNULL, capture_output=True, timeout=3, **settings)
        except subprocess.TimeoutExpired:
            pass
        made = sorted(os.listdir(self.work))
        for name in made:
            (self.work / name).unlink()
        return made

    def stop(self):
        shutil.rmtree(self.top, ignore_errors=True)


def run(target, chance, seconds):
    end = time.monotonic() + seconds
    tried, ran, wrong = 0, 0, 0
    while time.monotonic() < end:
        texts = sorted({target.mutant(chance) for _ in range(1500)} - {""})
        texts = [text for text in texts if "\0" not in text]
        tried += len(texts)
        for text in target.admitted(texts):
            if time.monotonic() > end:
                break
            ran += 1
            if effects := target.effects(text):
                wrong += 1
                print(f"  {target.name}: {text!r} is admitted: {', '.join(effects)}")
    print(f"mutants: {target.name}: {tried} tried, {ran} admitted and run, {wrong} did what was not granted")
    # Where nothing is admitted, nothing was shown.
    return wrong or int(ran == 0)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--remit", default=str(remit.BINARY))
    arguments.add_argument("--seconds", type=float, default=60)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("targets", nargs="*", default=["postgres", "sqlite", "bash", "dash", "mail"])
    arguments = arguments.parse_args()
    wrong = 0
    for name in arguments.targets:
        database = {"postgres": Postgres, "sqlite": SQLite}.get(name)
        if database:
            target = Database(database, arguments.remit)
        else:
            target = Mail(arguments.remit) if name == "mail" else Shell(name, arguments.remit)
        try:
            wrong += run(target, random.Random(arguments.seed), arguments.seconds)
        finally:
            target.stop()
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
