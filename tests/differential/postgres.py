"""A PostgreSQL of one's own: in a temporary directory, on a Unix socket, as a user who is not root; spoken to by libpq.

It tells what a statement changed: rows (also those that only took a lock), sequences, the catalogue, large objects, files,
settings, other sessions, and what the session itself keeps.
"""

import ctypes, ctypes.util, glob, hashlib, os, pathlib, pwd, shutil, subprocess, tempfile

DATA = pathlib.Path(__file__).resolve().parent.parent / "data" / "sql"

# Whose rows are compared by what they hold: some updates are made in place, without a new version of the row.
WHOLE = {"pg_class", "pg_database", "pg_index"}

SESSION = """
SELECT current_user, session_user, (SELECT md5(string_agg(name || '=' || coalesce(setting, ''), ',' ORDER BY name))
    FROM pg_settings WHERE name NOT IN ('seed')), (SELECT count(*) FROM pg_prepared_statements),
    (SELECT count(*) FROM pg_cursors WHERE is_holdable),
    (SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory'),
    (SELECT string_agg(c, ',') FROM pg_listening_channels() c),
    (SELECT count(*) FROM pg_class WHERE relpersistence = 't')
"""

SERVER = """
SELECT (SELECT md5(string_agg(s::text, ',')) FROM pg_db_role_setting s), pg_conf_load_time()::text,
    (SELECT string_agg(slot_name, ',') FROM pg_replication_slots), (SELECT stats_reset FROM pg_stat_bgwriter)::text,
    (SELECT max(stats_reset) FROM pg_stat_database)::text
"""

# What a copy of the database does not bring back. Each may fail, as most are not needed.
UNDO = """DROP TABLESPACE x; DROP OWNED BY reader; DROP ROLE reader; DROP ROLE made; CREATE ROLE reader; ALTER SYSTEM RESET ALL;
SELECT pg_drop_replication_slot('slot1'); SELECT pg_replication_origin_drop('x')""".split(";")


class Failed(Exception):
    pass


def libpq():
    name = ctypes.util.find_library("pq")
    if not name:
        raise SystemExit("libpq is missing: install libpq5")
    pq = ctypes.CDLL(name)
    pointers = "PQconnectdb PQexec PQnotifies"
    for function in pointers.split():
        getattr(pq, function).restype = ctypes.c_void_p
    for function in ("PQgetvalue", "PQerrorMessage", "PQresultErrorMessage"):
        getattr(pq, function).restype = ctypes.c_char_p
    return pq


class Session:
    """One connection. A text may hold several statements, as with the simple protocol that most servers use."""

    def __init__(self, pq, where):
        self.pq = pq
        self.handle = ctypes.c_void_p(pq.PQconnectdb(where.encode()))
        if pq.PQstatus(self.handle) != 0:
            raise Failed(pq.PQerrorMessage(self.handle).decode())
        # Notices go nowhere.
        self.silent = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_char_p)(lambda *_: None)
        pq.PQsetNoticeProcessor(self.handle, self.silent, None)

    def run(self, text):
        pq = self.pq
        result = ctypes.c_void_p(pq.PQexec(self.handle, text.encode()))
        status = pq.PQresultStatus(result)
        error = pq.PQresultErrorMessage(result).decode().strip()
        # COPY waits for rows, or has some.
        if status == 4:
            pq.PQputCopyEnd(self.handle, None)
        if status == 3:
            buffer = ctypes.c_char_p()
            while pq.PQgetCopyData(self.handle, ctypes.byref(buffer), 0) > 0:
                pass
        while status in (3, 4):
            pq.PQclear(result)
            result = ctypes.c_void_p(pq.PQgetResult(self.handle))
            if not result.value:
                return []
        rows = [
            [(pq.PQgetvalue(result, row, column) or b"").decode("utf-8", "replace") for column in range(pq.PQnfields(result))]
            for row in range(pq.PQntuples(result))
        ]
        pq.PQclear(result)
        if status in (5, 6, 7) and error:
            raise Failed(error)
        return rows

    def is_idle(self):
        return self.pq.PQtransactionStatus(self.handle) == 0

    def is_alive(self):
        try:
            return bool(self.run("SELECT 1"))
        except Failed:
            return False

    def was_notified(self):
        self.pq.PQconsumeInput(self.handle)
        return bool(self.pq.PQnotifies(self.handle))

    def close(self):
        self.pq.PQfinish(self.handle)


class Postgres:
    name = "postgres"

    def __init__(self):
        self.pq = libpq()
        self.pq.PQgetResult.restype = ctypes.c_void_p
        programs = sorted(glob.glob("/usr/lib/postgresql/*/bin")) or [os.path.dirname(shutil.which("initdb") or "")]
        self.bin = programs[-1]
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="remit-pg-"))
        # A server refuses to run as root.
        self.user = {}
        if os.getuid() == 0:
            nobody = pwd.getpwnam("nobody")
            self.user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            os.chown(self.top, nobody.pw_uid, nobody.pw_gid)
        self.cluster, self.outside, self.space = (self.top / name for name in ("cluster", "outside", "space"))
        self.tool("initdb", "-D", self.cluster, "-U", "owner", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")
        settings = f"listen_addresses = ''\nunix_socket_directories = '{self.top}'\nfsync = off\nautovacuum = off\n"
        settings += "max_wal_size = 4GB\nstatement_timeout = 3s\nshared_buffers = 32MB\n"
        with open(self.cluster / "postgresql.conf", "a") as conf:
            conf.write(settings)
        self.tool("pg_ctl", "-D", self.cluster, "-w", "-l", self.top / "log", "start")
        self.keeper = self.session("postgres")
        self.keeper.run("CREATE DATABASE seed")
        seed = self.session("seed")
        seed.run((DATA / "postgres-setup.sql").read_text())
        names = "SELECT c.oid::regclass, c.relname, c.relkind FROM pg_class c WHERE relkind IN ('r', 'm', 'S') ORDER BY 1"
        tables = [(str(place), name, kind) for place, name, kind in seed.run(names) if name != "pg_statistic"]
        self.dump = " UNION ALL ".join(self.digest(*table) for table in tables)
        seed.close()
        self.victim = None
        self.restore()

    def volatile_functions(self):
        """The names of all functions, also of the extensions at hand, that may do more than compute."""
        self.keeper.run("CREATE DATABASE extensions")
        session = self.session("extensions")
        for (name,) in session.run("SELECT name FROM pg_available_extensions ORDER BY 1"):
            try:
                session.run(f'CREATE EXTENSION IF NOT EXISTS "{name}" CASCADE')
            except Failed:
                pass
        names = [row[0] for row in session.run("SELECT DISTINCT proname FROM pg_proc WHERE provolatile = 'v' ORDER BY 1")]
        session.close()
        return names

    def tool(self, name, *arguments):
        subprocess.run(
            [f"{self.bin}/{name}", *map(str, arguments)], check=True, stdout=subprocess.DEVNULL, cwd="/", **self.user
        )

    def where(self, database):
        return f"host={self.top} user=owner dbname={database}"

    def session(self, database="work"):
        return Session(self.pq, self.where(database))

    @staticmethod
    def digest(place, name, kind):
        """One row that changes with the table. Locking a row writes its xmax."""
        label = place.replace("'", "''")
        if kind == "S":
            return f"SELECT '{label}', last_value || is_called::text FROM {place}"
        whole = not place.startswith("pg_") or name in WHOLE
        row = "concat(t.ctid, t.xmin, t.xmax, t)" if whole else "concat(t.ctid, t.xmin, t.xmax)"
        # These change when our own copies are made.
        shared = " WHERE datname <> 'work'" if name == "pg_database" else ""
        shared = " WHERE classid <> 1262 AND refclassid <> 1262" if name == "pg_shdepend" else shared
        return f"SELECT '{label}', md5(string_agg({row}, ',')) FROM {place} t{shared}"

    def restore(self):
        """A fresh copy of the data, and fresh files."""
        if self.victim:
            self.watcher.close()
        self.keeper.run("DROP DATABASE IF EXISTS work WITH (FORCE)")
        for undo in UNDO:
            try:
                self.keeper.run(undo)
            except Failed:
                pass
        self.keeper.run("CREATE DATABASE work TEMPLATE seed")
        for folder in (self.outside, self.space):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            if self.user:
                os.chown(folder, self.user["user"], self.user["group"])
        (self.top / "rows").write_text("80,1\n")
        if self.user:
            os.chown(self.top / "rows", self.user["user"], self.user["group"])
        self.watcher = self.session()
        self.watcher.run("LISTEN news")
        if not self.victim or not self.victim.is_alive():
            self.victim = self.session("postgres")
        self.before = self.state()

    def state(self):
        found = dict(self.watcher.run(self.dump))
        found["server"] = str(self.watcher.run(SERVER))
        files = hashlib.md5()
        for folder in (self.outside, self.space):
            for path in sorted(folder.rglob("*")):
                files.update(str(path).encode() + (path.read_bytes() if path.is_file() else b""))
        for path in (self.top / "rows", self.cluster / "postgresql.auto.conf"):
            files.update(path.read_bytes() if path.exists() else b"gone")
        found["files"] = files.hexdigest()
        return found

    def fill(self, text):
        """The text with the places of this run in it."""
        places = {"dir": self.outside, "rows": self.top / "rows", "space": self.space, "conninfo": self.where("work"),
                  "conf": self.cluster / "PG_VERSION", "victim": self.victim.run("SELECT pg_backend_pid()")[0][0]}
        for name, value in places.items():
            text = text.replace("{" + name + "}", str(value))
        return text

    def changes(self, text):
        """What the text changed, and why it failed. Whatever is changed is restored."""
        error, session = None, self.session()
        before = session.run(SESSION)
        changed = set()
        try:
            if text.startswith("\\") or "\\g" in text:
                self.psql(text)
            else:
                session.run(text)
        except Failed as failed:
            error = str(failed)
        if not session.is_idle():
            changed.add("transaction")
            session.run("COMMIT")
        try:
            if session.run(SESSION) != before:
                changed.add("session")
        except Failed:
            changed.add("session")
        session.close()
        if self.watcher.was_notified():
            changed.add("notification")
        if not self.victim.is_alive():
            changed.add("other session")
        try:
            after = self.state()
            changed |= {name for name in self.before if after.get(name) != self.before[name]}
        except Failed:
            changed.add("tables")
        if changed:
            self.restore()
        return sorted(changed), error

    def psql(self, text):
        line = text.encode() + b"\n"
        command = [f"{self.bin}/psql", "-X", "-q", self.where("work")]
        done = subprocess.run(command, input=line, capture_output=True, cwd="/", **self.user)
        if done.stderr:
            raise Failed(done.stderr.decode())

    def stop(self):
        try:
            self.tool("pg_ctl", "-D", self.cluster, "-m", "immediate", "stop")
        finally:
            shutil.rmtree(self.top, ignore_errors=True)
