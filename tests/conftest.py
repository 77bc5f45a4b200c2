"""Fixtures that most tests share: a real SQLite file, the real bank, and a game on both."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
import structlog

from bot.content.bank import Bank
from bot.content.loader import load_bank
from bot.services.game import Game
from bot.services.ports import Store
from bot.store.migrate import upgrade
from bot.store.store import SqlStore
from tests.doubles import Table
from tests.memory import MemoryStore
from tests.postgres import PostgresServer, name_of, postgres_server

HOUSE = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A developer's .env and environment must not change what the tests see."""
    for name in (
        "DATABASE_URL",
        "CONTENT_DIR",
        "LOG_LEVEL",
        "LOG_FORMAT",
        "GRADING_WORKERS",
        "TICK_SECONDS",
        "HTTP_PORT",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session", autouse=True)
def _plain_logs() -> None:
    """As the program logs, not as structlog does by itself: that prints every local variable of a traceback."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(),
        ]
    )


@pytest.fixture(scope="session")
def bank() -> Bank:
    return load_bank(HOUSE / "content")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite file of this version, made once and copied for each test."""
    path = tmp_path_factory.mktemp("template") / "empty.db"
    await upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    # Not in pytest's own folder: run by root, the server is another user's, and the next pytest to start
    # anywhere on the machine shuts that folder to others.
    with tempfile.TemporaryDirectory(prefix="quizbot-postgres-") as folder, postgres_server(Path(folder)) as server:
        yield server


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def migrated_postgres(postgres: PostgresServer) -> AsyncIterator[str]:
    """The name of an empty database of this version: a template for each test's own."""
    with postgres.fresh() as address:
        await upgrade(address)
        yield name_of(address)


@pytest.fixture
def sqlite_database(migrated: Path, tmp_path: Path) -> str:
    path = tmp_path / "quiz.db"
    shutil.copy(migrated, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_database(postgres: PostgresServer, migrated_postgres: str) -> Iterator[str]:
    with postgres.fresh(migrated_postgres) as address:
        yield address


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> str:
    """An empty database of this version; each test runs once on each kind."""
    return str(request.getfixturevalue(f"{request.param}_database"))


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def any_address(request: pytest.FixtureRequest) -> str:
    return "" if request.param == "memory" else str(request.getfixturevalue(f"{request.param}_database"))


@pytest_asyncio.fixture
async def any_store(any_address: str) -> AsyncIterator[Store]:
    """Every store there is, for the store contract."""
    made = SqlStore(any_address) if any_address else MemoryStore()
    yield made
    await made.close()


@pytest_asyncio.fixture
async def store(database: str) -> AsyncIterator[SqlStore]:
    store = SqlStore(database)
    yield store
    await store.close()


@pytest.fixture
def game(store: SqlStore, bank: Bank) -> Game:
    return Game(store, bank)


@pytest.fixture
def game_of(bank: Bank) -> Callable[[SqlStore], Game]:
    """The real questions on a store of the test's own."""
    return lambda store: Game(store, bank)


@pytest.fixture
def table(game: Game) -> Table:
    """A game with people around it; see `doubles.Table`."""
    return Table(game)


@pytest_asyncio.fixture
async def open_table(table: Table) -> Table:
    """A quiz channel with the seed question open."""
    await table.set_up()
    await table.leads("/quiz-admin post what-is-the-gil")
    await table.settle()
    return table
