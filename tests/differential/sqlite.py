"""SQLite as an MCP server has it: the library, which runs every statement of a text, and the shell with its own commands.

It tells what a text changed: any byte of the database or of a file beside it, and what the connection keeps.
"""

import hashlib, pathlib, shutil, sqlite3, subprocess, tempfile

DATA = pathlib.Path(__file__).resolve().parent.parent / "data" / "sql"

# What a connection may have been told.
SETTINGS = """foreign_keys query_only writable_schema ignore_check_constraints synchronous cache_size busy_timeout secure_delete
temp_store locking_mode recursive_triggers defer_foreign_keys trusted_schema legacy_alter_table reverse_unordered_selects
max_page_count mmap_size wal_autocheckpoint analysis_limit soft_heap_limit hard_heap_limit cell_size_check checkpoint_fullfsync
fullfsync read_uncommitted threads automatic_index count_changes full_column_names short_column_names cache_spill
journal_size_limit journal_mode user_version application_id auto_vacuum page_size encoding database_list temp_store_directory
empty_result_callbacks vdbe_trace parser_trace""".split()


class SQLite:
    name = "sqlite"

    def __init__(self):
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="remit-sqlite-"))
        self.outside = self.top / "outside"
        self.seed, self.database = self.top / "seed.db", self.outside / "work.db"
        with sqlite3.connect(self.seed) as seed:
            seed.executescript((DATA / "sqlite-setup.sql").read_text())
        seed.close()
        self.shell = shutil.which("sqlite3")
        self.restore()

    def restore(self):
        shutil.rmtree(self.outside, ignore_errors=True)
        self.outside.mkdir()
        shutil.copy(self.seed, self.database)
        self.before = self.state()

    def state(self):
        files = sorted(path for path in self.outside.rglob("*") if path.is_file())
        return {path.name: hashlib.md5(path.read_bytes()).hexdigest() for path in files}

    def fill(self, text):
        return text.replace("{dir}", str(self.outside))

    def changes(self, text):
        """What the text changed, and why it failed. Whatever is changed is restored."""
        changed, error = self.in_library(text)
        if self.shell:
            changed |= self.in_shell(text)
        return sorted(changed), error

    def in_library(self, text):
        error = None
        session = sqlite3.connect(self.database, isolation_level=None)
        if hasattr(session, "enable_load_extension"):
            session.enable_load_extension(True)
        before = self.session(session)
        try:
            session.executescript(text)
            # executescript fetches no row: a statement with an effect in its second row needs one that does.
            if sqlite3.complete_statement(text.rstrip().rstrip(";") + ";") and ";" not in text.rstrip().rstrip(";"):
                session.execute(text, {} if ":" in text or "$" in text or "@" in text else ()).fetchall()
        except (sqlite3.Error, sqlite3.Warning, ValueError) as failed:
            error = str(failed)
        changed = {"transaction"} if session.in_transaction else set()
        try:
            session.commit()
        except sqlite3.Error:
            pass
        if self.session(session) != before:
            changed.add("session")
        try:
            session.close()
        except sqlite3.Error:
            pass
        return changed | self.difference(), error

    @staticmethod
    def session(session):
        found = [session.execute("SELECT count(*) FROM sqlite_temp_master").fetchall(), session.execute("SELECT 'a' LIKE 'A'").fetchall()]
        for setting in SETTINGS:
            try:
                found.append((setting, session.execute(f"PRAGMA {setting}").fetchall()))
            except sqlite3.Error as failed:
                found.append((setting, str(failed)))
        return found

    def in_shell(self, text):
        command = [self.shell, "-batch", "-bail", str(self.database)]
        subprocess.run(command, input=text.encode() + b"\n", capture_output=True, cwd=self.outside, timeout=20)
        return self.difference()

    def difference(self):
        after = self.state()
        names = {name for name in set(after) | set(self.before) if after.get(name) != self.before.get(name)}
        if names:
            self.restore()
        return {"database" if name.startswith("work.db") else "files" for name in names}

    def stop(self):
        shutil.rmtree(self.top, ignore_errors=True)
