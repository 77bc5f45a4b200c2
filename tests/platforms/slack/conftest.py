"""These tests are about Slack, not about databases: one kind is enough."""

import pytest


@pytest.fixture
def database(sqlite_database: str) -> str:
    return sqlite_database
