"""``oncall serve``: everything that Oncall needs to run, in one command."""

import errno
import os
import socket
import sys
import time
from argparse import ArgumentParser
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Thread
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand
from django.db import OperationalError, connections

import oncall
from oncall import static_files
from oncall.demo.keys import saved_keys
from oncall.environment import Environment
from oncall.supervisor import Program, Supervisor

ANSWERS_WITHIN_SECONDS = 60


class Command(BaseCommand):
    """Migrates, then runs the web server and one worker with beat until it is stopped."""

    help = "Run Oncall: migrate, then serve the web and do background work until stopped."
    # Checked by ``migrate`` as well; once is enough.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        environment: Environment = settings.ENVIRONMENT
        parser.add_argument("--host", default=environment.host, help="address to listen on (%(default)s)")
        parser.add_argument("--port", type=int, default=environment.port, help="port to listen on (%(default)s)")
        parser.add_argument("--skip-migrations", action="store_true", help="leave the database as it is")
        parser.add_argument("--only", choices=("web", "worker"), help="run one of the two (the worker brings beat)")

    def handle(self, *, host: str, port: int, skip_migrations: bool, only: str | None, **_options: Any) -> None:
        chosen = [
            program for program in programs(settings.ENVIRONMENT, host=host, port=port) if only in {None, program.name}
        ]
        opens = only != "worker"
        if opens:
            refuse_a_taken_port(host, port)
        if not skip_migrations:
            self._migrate()
        if opens and not settings.DEBUG:
            static_files.collect()
        # Forked children must not inherit an open connection.
        connections.close_all()
        supervisor = Supervisor(chosen)
        supervisor.start()
        if opens:
            Thread(target=self._welcome_when_open, args=(supervisor, host, port), daemon=True).start()
        supervisor.watch()

    def _welcome_when_open(self, supervisor: Supervisor, host: str, port: int) -> None:
        while not supervisor.stopping:
            if _answers(host, port):
                self._welcome(settings.ENVIRONMENT.public_url or f"http://{_shown(host)}:{port}")
                return
            time.sleep(0.1)

    def _welcome(self, url: str) -> None:
        if keys := saved_keys(settings.ENVIRONMENT.data_dir):
            self.stdout.write(f"\n{keys.in_words(url)}\n")
        self.stdout.write(f"Oncall is open at {url}/ (stop it with Ctrl+C)")
        self.stdout.flush()

    def _migrate(self) -> None:
        try:
            call_command("migrate", interactive=False, verbosity=0)
        except OperationalError as problem:
            raise CommandError(f"The database cannot be used: {' '.join(str(problem).split())}") from problem


def programs(environment: Environment, *, host: str, port: int) -> tuple[Program, Program]:
    """Return the web server and the worker with beat, as this interpreter starts them."""
    variables = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "oncall.settings",
        "ONCALL_DATA_DIR": str(environment.data_dir),
        "PORT": str(port),
        # With -P the folder that Oncall was started in is not searched for modules; a checkout has to be named.
        "PYTHONPATH": os.pathsep.join(filter(None, [str(Path(oncall.__file__).parents[1]), os.getenv("PYTHONPATH")])),
    }
    web = (
        *("granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--no-ws"),
        *("--workers", str(environment.web_workers), "--blocking-threads", str(environment.web_threads)),
        *("--log-level", "warning", "oncall.wsgi:application"),
    )
    worker = (
        *("celery", "--quiet", "--app", "oncall", "worker", "--beat", "--without-gossip", "--without-mingle"),
        *("--concurrency", str(environment.task_workers), "--loglevel", environment.log_level),
    )
    # Celery's warning of root is about messages that can carry code; ours are JSON.
    python = (sys.executable, "-P", "-W", "ignore:You're running the worker with superuser privileges", "-m")
    return (
        Program(name="web", command=(*python, *web), environment=variables),
        Program(name="worker", command=(*python, *worker), environment=variables),
    )


def refuse_a_taken_port(host: str, port: int) -> None:
    """Fail before anything has started if ``port`` cannot be listened on.

    Raises:
        CommandError: the port is taken, not permitted, or the host is not an address of this machine.
    """
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            # As the web server does: a connection that a stopped server left behind does not count as taken.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as problem:
        if problem.errno == errno.EADDRINUSE:
            raise CommandError(f"Port {port} is taken. Choose another with --port or PORT.") from problem
        raise CommandError(f"Cannot listen on {host} port {port}: {problem.strerror}.") from problem


def _answers(host: str, port: int) -> bool:
    web = HTTPConnection(_reachable(host), port, timeout=ANSWERS_WITHIN_SECONDS)
    try:
        # A request, not a connection: the first one loads the views, and whoever reads our line need not wait for that.
        web.request("GET", "/healthz")
        web.getresponse()
    except (OSError, HTTPException):
        return False
    finally:
        web.close()
    return True


def _reachable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104


def _shown(host: str) -> str:
    return "localhost" if _reachable(host) in {"127.0.0.1", "::1"} else host
