"""What did the operator ask for?

Every environment variable that Oncall reads is one field of :class:`Environment`. A variable that starts with
``ONCALL_`` and is not listed here, or a value that cannot be what it should, is refused by name: a setting that is
silently ignored is found at 2 AM.
"""

import dataclasses
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import dj_database_url
from cryptography.fernet import Fernet

BROKERS = {"filesystem", "redis", "rediss", "amqp", "amqps"}
USUAL_MAIL_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
LOG_LEVELS = {"DEBUG", "INFO", "WARNING", "ERROR"}


class EnvironmentProblem(Exception):
    """A variable is unknown or its value malformed; the message is one line and names it."""


@dataclass(frozen=True, slots=True)
class Mail:
    """Where mail goes: ``backend`` is the last part of a Django e-mail backend's module."""

    backend: str
    host: str = ""
    port: int = 25
    user: str = ""
    password: str = field(default="", repr=False)
    starttls: bool = False
    tls: bool = False
    folder: Path | None = None


def _path(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _switch(text: str) -> bool:
    answers = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if text.lower() not in answers:
        raise ValueError("is neither 1 nor 0")
    return answers[text.lower()]


def _count(text: str) -> int:
    if not text.isdecimal():
        raise ValueError("is not a whole number")
    return int(text)


def _several(text: str) -> int:
    if (count := _count(text)) < 1:
        raise ValueError("must be 1 or more")
    return count


def _port(text: str) -> int:
    if not 1 <= (port := _count(text)) <= 65535:
        raise ValueError("is not a port between 1 and 65535")
    return port


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _log_level(text: str) -> str:
    if text.upper() not in LOG_LEVELS:
        raise ValueError("is not one of DEBUG, INFO, WARNING, ERROR")
    return text.upper()


def _split_url(text: str, *, such_as: str, schemes: Collection[str]) -> SplitResult:
    problem = f"is not a URL such as {such_as}"
    try:
        parts = urlsplit(text)
        sound = parts.scheme in schemes and (parts.port is None or parts.port > 0)
    except ValueError as unreadable:
        raise ValueError(problem) from unreadable
    if not sound:
        raise ValueError(problem)
    return parts


def _public_url(text: str) -> str:
    if not text:
        return text
    parts = _split_url(text, such_as="https://oncall.example.com", schemes={"http", "https"})
    if not parts.hostname:
        raise ValueError("names no host")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("has a path; Oncall is served from the root of a host")
    return text.rstrip("/")


def _secret_key(text: str) -> str:
    if text and len(text) < 50:
        raise ValueError("is shorter than 50 characters")
    return text


def _fernet_keys(text: str) -> tuple[str, ...]:
    keys = _names(text)
    for position, key in enumerate(keys, start=1):
        try:
            Fernet(key)
        except ValueError as problem:
            raise ValueError(f"has no Fernet key at place {position}") from problem
    return keys


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    networks = []
    for position, network in enumerate(_names(text), start=1):
        try:
            networks.append(ip_network(network))
        except ValueError as problem:
            raise ValueError(f"has no network such as 10.0.0.0/8 at place {position}") from problem
    return tuple(networks)


def _user_agent(text: str) -> str:
    if not (text.isascii() and text.isprintable()):
        raise ValueError("has characters that do not fit into a header")
    return text


def _database(text: str) -> dict[str, Any]:
    if not text:
        return {}
    try:
        database = dict(dj_database_url.parse(text))
    except (ValueError, KeyError) as problem:
        raise ValueError("is not a URL such as postgres://user:password@host/name") from problem
    if database["ENGINE"] not in {"django.db.backends.postgresql", "django.db.backends.sqlite3"}:
        raise ValueError("names a database other than PostgreSQL and SQLite")
    return database


def _broker(text: str) -> str:
    _split_url(text, such_as="redis://host:6379/0 or amqp://host", schemes=BROKERS)
    return text


def _mail(text: str) -> Mail:
    """Read ``smtp://``, ``smtp+tls://`` (STARTTLS), ``smtps://``, ``file:///folder`` or ``console://``."""
    if not text:
        return Mail("filebased")
    parts = _split_url(
        text, such_as="smtp+tls://user:password@host:587", schemes={"console", "file", *USUAL_MAIL_PORTS}
    )
    if parts.scheme == "console":
        return Mail("console")
    if parts.scheme == "file":
        return Mail("filebased", folder=_path(parts.path))
    if not parts.hostname:
        raise ValueError("names no host")
    return Mail(
        "smtp",
        host=parts.hostname,
        port=parts.port or USUAL_MAIL_PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        starttls=parts.scheme == "smtp+tls",
        tls=parts.scheme == "smtps",
    )


def variable(name: str, read: Callable[[str], Any], default: str = "") -> Any:
    """Declare a field of :class:`Environment`: the variable's name, its reader, and the text that stands for none."""
    return field(metadata={"name": name, "read": read, "default": default})


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """The operator's choices, checked. Empty means: Oncall decides."""

    data_dir: Path = variable("ONCALL_DATA_DIR", _path, "data")
    database: dict[str, Any] = variable("DATABASE_URL", _database)
    broker_url: str = variable("CELERY_BROKER_URL", _broker, "filesystem://")
    mail: Mail = variable("EMAIL_URL", _mail)
    mail_from: str = variable("ONCALL_MAIL_FROM", str.strip, "Oncall <oncall@localhost>")
    public_url: str = variable("ONCALL_PUBLIC_URL", _public_url)
    secret_key: str = variable("ONCALL_SECRET_KEY", _secret_key)
    encryption_keys: tuple[str, ...] = variable("ONCALL_ENCRYPTION_KEYS", _fernet_keys)
    allowed_hosts: tuple[str, ...] = variable("ONCALL_ALLOWED_HOSTS", _names, "localhost,127.0.0.1,[::1]")
    trusted_proxies: int = variable("ONCALL_TRUSTED_PROXIES", _count, "0")
    allowed_networks: tuple[IPv4Network | IPv6Network, ...] = variable("ONCALL_ALLOWED_NETWORKS", _networks)
    user_agent: str = variable("ONCALL_USER_AGENT", _user_agent)
    debug: bool = variable("ONCALL_DEBUG", _switch, "0")
    log_level: str = variable("ONCALL_LOG_LEVEL", _log_level, "INFO")
    host: str = variable("ONCALL_HOST", str.strip, "127.0.0.1")
    port: int = variable("PORT", _port, "8000")
    web_workers: int = variable("ONCALL_WEB_WORKERS", _several, "1")
    web_threads: int = variable("ONCALL_WEB_THREADS", _several, "4")
    task_workers: int = variable("ONCALL_TASK_WORKERS", _several, "1")


def read_environment(variables: Mapping[str, str]) -> Environment:
    """Return what ``variables`` ask for; ``ONCALL_TEST_*`` belongs to the test suite and is let through.

    Raises:
        EnvironmentProblem: for the first variable that is unknown or malformed.
    """
    declared = {item.metadata["name"]: item for item in dataclasses.fields(Environment)}
    for name in sorted(variables):
        if name.startswith("ONCALL_") and name not in declared and not name.startswith("ONCALL_TEST_"):
            raise EnvironmentProblem(f"{name} is not a variable that Oncall knows.")
    return Environment(**{item.name: _read(item, variables) for item in declared.values()})


def _read(item: "dataclasses.Field[Any]", variables: Mapping[str, str]) -> Any:
    name = item.metadata["name"]
    # An empty value means the default: compose files write VARIABLE= for what is not set.
    text = variables.get(name, "").strip() or item.metadata["default"]
    try:
        return item.metadata["read"](text)
    except ValueError as problem:
        raise EnvironmentProblem(f"{name} {problem}.") from problem
