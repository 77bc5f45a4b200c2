"""`quizbot run` as a host runs it: no terminal, a port for health, SIGTERM at the end."""

import json
import os
import signal
import socket
import socketserver
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy.engine import URL, make_url

HOUSE = Path(__file__).resolve().parents[2]
PATIENCE_S = 30


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def service(database: str, port: int) -> Iterator[subprocess.Popen[str]]:
    environment = os.environ | {
        "PYTHONPATH": str(HOUSE),
        "DATABASE_URL": database,
        "HTTP_PORT": str(port),
        "LOG_LEVEL": "info",
        "LOG_FORMAT": "json",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "run"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _get(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()
    except OSError:
        return 0, ""


def _ready(process: subprocess.Popen[str], port: int) -> str:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        status, body = _get(port, "/readyz")
        if status == 200:
            return body
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, body


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_service_gets_ready_and_stops_with_zero_when_asked(database: str, number: signal.Signals) -> None:
    port = _free_port()
    with service(database, port) as process:
        assert json.loads(_ready(process, port)) == {"database": "ok", "platforms": "ok", "ticks": "ok"}
        assert "quizbot_loop_lag_seconds" in _get(port, "/metrics")[1]
        process.send_signal(number)
        _, errors = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0, errors
        assert '"event": "stopped"' in errors
        assert "Traceback" not in errors


def test_a_port_that_is_taken_is_said_in_one_sentence(sqlite_database: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with service(sqlite_database, int(taken.getsockname()[1])) as process:
            _, errors = process.communicate(timeout=PATIENCE_S)
            assert process.returncode == 69
            assert "Choose another HTTP_PORT" in errors.strip().splitlines()[-1]


def _connected_to(address: URL) -> socket.socket:
    """A connection to a PostgreSQL server, by its Unix socket where it has one."""
    folder = address.query.get("host")
    if folder is None:
        return socket.create_connection((address.host or "localhost", address.port or 5432))
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(f"{folder}/.s.PGSQL.{address.port or 5432}")
    return connection


@contextmanager
def _gate(port: int, address: URL) -> Iterator[None]:
    """A server that comes up now: what it is sent on `port` goes to the one at `address`."""

    def pump(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)

    class Forward(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with _connected_to(address) as server:
                back = threading.Thread(target=pump, args=(server, self.request))
                back.start()
                pump(self.request, server)
                back.join()

    socketserver.ThreadingTCPServer.allow_reuse_address = True
    with socketserver.ThreadingTCPServer(("127.0.0.1", port), Forward) as gate:
        gate.daemon_threads = True
        threading.Thread(target=gate.serve_forever, daemon=True).start()
        yield
        gate.shutdown()


def test_a_database_that_starts_later_is_waited_for(postgres_database: str) -> None:
    address, gate_port, port = make_url(postgres_database), _free_port(), _free_port()
    through = URL.create(
        "postgresql", address.username, address.password, "127.0.0.1", gate_port, address.database
    ).render_as_string(hide_password=False)
    with service(through, port) as process:
        assert process.stderr is not None
        assert any('"event": "database_unreachable"' in line for line in process.stderr)
        with _gate(gate_port, address):
            _ready(process, port)
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE_S) == 0


def test_a_service_that_waits_for_its_database_stops_with_zero_too() -> None:
    nowhere = f"postgresql://nobody@127.0.0.1:{_free_port()}/quiz"
    with service(nowhere, _free_port()) as process:
        assert process.stderr is not None
        assert any('"event": "database_unreachable"' in line for line in process.stderr)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0


def test_an_upgrade_waits_for_a_database_that_starts_later_and_not_for_ever(postgres_database: str) -> None:
    address, port = make_url(postgres_database), _free_port()
    through = URL.create("postgresql", address.username, address.password, "127.0.0.1", port, address.database)
    command = [sys.executable, "-m", "bot", "db", "upgrade", "--database", through.render_as_string(False)]
    environment = os.environ | {"PYTHONPATH": str(HOUSE)}

    def start(*words: str) -> subprocess.Popen[str]:
        return subprocess.Popen([*command, *words], env=environment, stderr=subprocess.PIPE, text=True)

    with start("--wait", "0") as hasty:
        _, errors = hasty.communicate(timeout=PATIENCE_S)
        assert hasty.returncode == 69
        assert len(errors.splitlines()) == 1
        assert "cannot be reached" in errors
    with start("--wait", "60") as patient:
        assert patient.stderr is not None
        assert patient.stderr.readline().endswith("Trying again.\n")
        with _gate(port, address):
            assert patient.wait(PATIENCE_S) == 0


def test_a_service_without_the_trained_grader_logs_a_warning_and_works(
    sqlite_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADER_MODEL", "/nowhere")
    port = _free_port()
    with service(sqlite_database, port) as process:
        _ready(process, port)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=PATIENCE_S)
    events = [json.loads(line) for line in errors.splitlines() if line.startswith("{")]
    (warning,) = [event for event in events if event["event"] == "trained_grader_missing"]
    assert warning["level"] == "warning"
    assert warning["reason"] == "The trained grader in /nowhere cannot be used: model.json is missing."
