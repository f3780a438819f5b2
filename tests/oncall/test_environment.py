"""What an operator may set, and what an operator is told."""

import base64
import dataclasses
import re
import subprocess
import sys
from ipaddress import ip_network
from pathlib import Path

import pytest

from oncall.environment import Environment, EnvironmentProblem, Mail, read_environment

ROOT = Path(__file__).parents[2]
KEY = base64.urlsafe_b64encode(bytes(32)).decode()


def test_nothing_has_to_be_set():
    environment = read_environment({"HOME": "/root", "LANG": "C"})

    assert (environment.database, environment.broker_url, environment.port) == ({}, "filesystem://", 8000)
    assert environment.data_dir == Path.cwd() / "data"
    assert environment.allowed_hosts == ("localhost", "127.0.0.1", "[::1]")


def test_a_grown_installation_is_read_whole():
    environment = read_environment(
        {
            "DATABASE_URL": "postgres://ada:secret@db.example.test:5433/oncall",
            "CELERY_BROKER_URL": "redis://queue.example.test/1",
            "EMAIL_URL": "smtp+tls://ada:p%40ss@mail.example.test",
            "ONCALL_PUBLIC_URL": "https://oncall.example.test/",
            "ONCALL_ENCRYPTION_KEYS": f"{KEY}, {KEY}",
            "ONCALL_TRUSTED_PROXIES": "2",
            "ONCALL_DEBUG": "yes",
            "ONCALL_ALLOWED_NETWORKS": "10.20.0.0/16, fd12::/48",
            "PORT": "9000",
        }
    )

    assert environment.database["HOST"] == "db.example.test"
    assert environment.database["PORT"] == 5433
    assert environment.broker_url == "redis://queue.example.test/1"
    assert environment.mail == Mail(
        "smtp", host="mail.example.test", port=587, user="ada", password="p@ss", starttls=True
    )
    assert environment.public_url == "https://oncall.example.test"
    assert environment.encryption_keys == (KEY, KEY)
    assert environment.allowed_networks == (ip_network("10.20.0.0/16"), ip_network("fd12::/48"))
    assert (environment.trusted_proxies, environment.debug, environment.port) == (2, True, 9000)


def test_a_variable_left_empty_means_its_default():
    assert read_environment({"PORT": "", "ONCALL_PUBLIC_URL": " "}) == read_environment({})


def test_the_variables_of_the_test_suite_are_let_through():
    assert read_environment({"ONCALL_TEST_REDIS_URL": "redis://localhost"}) == read_environment({})


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("ONCALL_PROT", "9000", "ONCALL_PROT is not a variable that Oncall knows."),
        ("PORT", "eighty", "PORT is not a whole number."),
        ("PORT", "70000", "PORT is not a port between 1 and 65535."),
        ("ONCALL_DEBUG", "perhaps", "ONCALL_DEBUG is neither 1 nor 0."),
        ("ONCALL_WEB_WORKERS", "0", "ONCALL_WEB_WORKERS must be 1 or more."),
        ("ONCALL_LOG_LEVEL", "loud", "ONCALL_LOG_LEVEL is not one of DEBUG, INFO, WARNING, ERROR."),
        (
            "ONCALL_PUBLIC_URL",
            "oncall.example.test",
            "ONCALL_PUBLIC_URL is not a URL such as https://oncall.example.com.",
        ),
        (
            "ONCALL_PUBLIC_URL",
            "https://example.test/oncall",
            "ONCALL_PUBLIC_URL has a path; Oncall is served from the root of a host.",
        ),
        ("ONCALL_PUBLIC_URL", "http://", "ONCALL_PUBLIC_URL names no host."),
        ("ONCALL_SECRET_KEY", "short", "ONCALL_SECRET_KEY is shorter than 50 characters."),
        ("ONCALL_ENCRYPTION_KEYS", f"{KEY},x", "ONCALL_ENCRYPTION_KEYS has no Fernet key at place 2."),
        (
            "ONCALL_ALLOWED_NETWORKS",
            "10.0.0.0/8, 10.1.2.3/8",
            "ONCALL_ALLOWED_NETWORKS has no network such as 10.0.0.0/8 at place 2.",
        ),
        ("ONCALL_USER_AGENT", "Océan", "ONCALL_USER_AGENT has characters that do not fit into a header."),
        ("DATABASE_URL", "nonsense", "DATABASE_URL is not a URL such as postgres://user:password@host/name."),
        (
            "DATABASE_URL",
            "postgres://h:port/x",
            "DATABASE_URL is not a URL such as postgres://user:password@host/name.",
        ),
        ("DATABASE_URL", "mysql://h/x", "DATABASE_URL names a database other than PostgreSQL and SQLite."),
        (
            "CELERY_BROKER_URL",
            "kafka://h",
            "CELERY_BROKER_URL is not a URL such as redis://host:6379/0 or amqp://host.",
        ),
        ("EMAIL_URL", "mail.example.test", "EMAIL_URL is not a URL such as smtp+tls://user:password@host:587."),
        ("EMAIL_URL", "smtp://h:x", "EMAIL_URL is not a URL such as smtp+tls://user:password@host:587."),
    ],
)
def test_a_mistake_is_named(name: str, value: str, problem: str):
    with pytest.raises(EnvironmentProblem) as raised:
        read_environment({name: value})

    assert str(raised.value) == problem


@pytest.mark.parametrize(
    ("variables", "line"),
    [
        ({"ONCALL_PROT": "9000"}, "oncall: ONCALL_PROT is not a variable that Oncall knows."),
        ({"PORT": "eighty"}, "oncall: PORT is not a whole number."),
    ],
)
def test_a_command_ends_with_that_line_and_no_traceback(variables: dict[str, str], line: str):
    ended = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=ROOT, env=variables, capture_output=True, text=True, check=False
    )

    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", line + "\n")


def test_a_data_directory_that_cannot_be_written_ends_a_command_in_one_line(tmp_path: Path):
    (tmp_path / "file").touch()

    ended = subprocess.run(
        [sys.executable, "manage.py", "serve"],
        cwd=ROOT,
        env={"ONCALL_DATA_DIR": str(tmp_path / "file" / "data")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 1
    assert ended.stderr == (
        f"oncall: ONCALL_DATA_DIR {tmp_path}/file/data cannot be used: "
        f"[Errno 20] Not a directory: '{tmp_path}/file/data'\n"
    )


def test_the_readme_names_every_variable_and_no_other():
    table = (ROOT / "README.md").read_text().partition("| variable | default | meaning |")[2].partition("\n\n")[0]

    told = re.findall(r"`([A-Z_]+)`", "".join(line.split("|")[1] for line in table.splitlines() if line))
    assert sorted(told) == sorted(field.metadata["name"] for field in dataclasses.fields(Environment))
