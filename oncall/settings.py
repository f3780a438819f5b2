"""How is Django set up here? From the operator's variables alone: see :mod:`oncall.environment`."""

import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from oncall import data_dir
from oncall.environment import Environment, EnvironmentProblem, read_environment

PACKAGE = Path(__file__).parent


def _environment() -> Environment:
    try:
        return read_environment(os.environ)
    except EnvironmentProblem as problem:
        sys.exit(f"oncall: {problem}")


def _database(environment: Environment) -> dict[str, Any]:
    database = environment.database or {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": environment.data_dir / "oncall.sqlite3",
        # In memory, threads would share one connection; the tests want what runs.
        "TEST": {"NAME": environment.data_dir / "test.sqlite3"},
    }
    database["CONN_MAX_AGE"] = 600
    database["CONN_HEALTH_CHECKS"] = True
    if database["ENGINE"] == "django.db.backends.sqlite3":
        database["OPTIONS"] = {
            # Deferred transactions that start with a read fail at once when another writes; these wait their turn.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY; "
                "PRAGMA cache_size = -16000; PRAGMA journal_size_limit = 67108864;"
            ),
        }
    return database


ENVIRONMENT = _environment()

DEBUG = ENVIRONMENT.debug
PUBLIC_URL = ENVIRONMENT.public_url or f"http://localhost:{ENVIRONMENT.port}"
_public = urlsplit(PUBLIC_URL)
_is_https = _public.scheme == "https"
_keeps_files_broker = ENVIRONMENT.broker_url.startswith("filesystem:")

try:
    data_dir.private_directory(ENVIRONMENT.data_dir)
    SECRET_KEY = ENVIRONMENT.secret_key or data_dir.secret_key(ENVIRONMENT.data_dir)
    # The first encrypts, all decrypt: to rotate, put a new key in front.
    ENCRYPTION_KEYS = ENVIRONMENT.encryption_keys or (data_dir.encryption_key(ENVIRONMENT.data_dir),)
    DATABASES = {"default": _database(ENVIRONMENT)}
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = (
        {**data_dir.broker_folders(ENVIRONMENT.data_dir), "polling_interval": 0.1} if _keeps_files_broker else {}
    )
except OSError as problem:
    sys.exit(f"oncall: ONCALL_DATA_DIR {ENVIRONMENT.data_dir} cannot be used: {problem}")

# ── Django ──

INSTALLED_APPS = [
    "oncall",
    "rotations",
    "oncall.access",
    "oncall.incidents",
    "oncall.notices",
    "oncall.pages",
    "api",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "adminsortable2",
    "django_celery_beat",
    "oncall.admin_site.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "oncall.logs.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "oncall.security.ContentSecurityPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "oncall.slashes.AppendSlash",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "oncall.urls"
WSGI_APPLICATION = "oncall.wsgi.application"
AUTH_USER_MODEL = "rotations.Person"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "oncall.demo.company.fiction",
            ],
        },
    },
]

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/accounts/login/"

LANGUAGE_CODE = "en-us"
USE_I18N = False
USE_TZ = True
FORMAT_MODULE_PATH = ["oncall.formats"]
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = ENVIRONMENT.data_dir / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# ── Who may speak to us ──

ALLOWED_HOSTS = [*ENVIRONMENT.allowed_hosts, _public.hostname or "localhost"]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SESSION_COOKIE_SECURE = _is_https
CSRF_COOKIE_SECURE = _is_https
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = _is_https
# A load balancer and a monitoring system ask these from inside, over plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 31_536_000 if _is_https else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# What the operator's other hosts may do (subdomains, browsers' preload lists) is not ours to promise.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
if ENVIRONMENT.trusted_proxies:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    USE_X_FORWARDED_HOST = True
# The largest body that is read: a delivery of a paging system.
DATA_UPLOAD_MAX_MEMORY_SIZE = 512 * 1024
# For each integration, in each web process.
HOOK_DELIVERIES_A_MINUTE = 600
# Of one calendar link, by the clients of everybody who subscribed to it, for each web process.
FEED_FETCHES_A_MINUTE = 60

# ── Whom we speak to ──

# Networks of the operator that addresses which people type in may lead to; everything else inside is refused.
ALLOWED_OUTGOING_NETWORKS = ENVIRONMENT.allowed_networks
USER_AGENT = ENVIRONMENT.user_agent or f"Oncall (+{PUBLIC_URL})"

# ── REST ──

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "oncall.access.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "EXCEPTION_HANDLER": "api.problems.exception_handler",
    "NUM_PROXIES": ENVIRONMENT.trusted_proxies,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Oncall",
    "DESCRIPTION": "Who is on call, who leads this incident, and who takes over next.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    # The only one there is by default gives enumerations names of their own; several of ours are called kind.
    "POSTPROCESSING_HOOKS": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# ── Background work ──

# The transport of files has no host, and warns when it is given none.
CELERY_BROKER_URL = "filesystem://localhost" if _keeps_files_broker else ENVIRONMENT.broker_url
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
# Every entry expires before its next turn: a queue that was away for a day must not come back a day long. The scheduler
# that keeps entries in the database reads ``expire_seconds``, and drops Celery's ``expires`` without a word.
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "oncall.heartbeat": {"task": "oncall.heartbeat", "schedule": 10.0, "options": {"expire_seconds": 10}},
    "incidents.expire_offers": {"task": "incidents.expire_offers", "schedule": 10.0, "options": {"expire_seconds": 10}},
    "incidents.expire_handoffs": {
        "task": "incidents.expire_handoffs",
        "schedule": 10.0,
        "options": {"expire_seconds": 10},
    },
    "incidents.nag_seats": {"task": "incidents.nag_seats", "schedule": 10.0, "options": {"expire_seconds": 10}},
    "incidents.announce_shift_changes": {
        "task": "incidents.announce_shift_changes",
        "schedule": 10.0,
        "options": {"expire_seconds": 10},
    },
    "incidents.suggest_relief": {
        "task": "incidents.suggest_relief",
        "schedule": 60.0,
        "options": {"expire_seconds": 60},
    },
    "rotations.settle_duty": {"task": "rotations.settle_duty", "schedule": 60.0, "options": {"expire_seconds": 60}},
    "rotations.review_warnings": {
        "task": "rotations.review_warnings",
        "schedule": 300.0,
        "options": {"expire_seconds": 300},
    },
    "rotations.read_absence_feeds": {
        "task": "rotations.read_absence_feeds",
        "schedule": 60.0,
        "options": {"expire_seconds": 60},
    },
    # People who are asked have minutes to answer.
    "notices.announce": {"task": "notices.announce", "schedule": 5.0, "options": {"expire_seconds": 5}},
    "notices.watch": {"task": "notices.watch", "schedule": 10.0, "options": {"expire_seconds": 10}},
    "notices.send": {"task": "notices.send", "schedule": 10.0, "options": {"expire_seconds": 10}},
    "notices.forget": {"task": "notices.forget", "schedule": 600.0, "options": {"expire_seconds": 600}},
}

# ── Mail ──

EMAIL_BACKEND = f"django.core.mail.backends.{ENVIRONMENT.mail.backend}.EmailBackend"
EMAIL_FILE_PATH = ENVIRONMENT.mail.folder or ENVIRONMENT.data_dir / "mail"
EMAIL_HOST = ENVIRONMENT.mail.host
EMAIL_PORT = ENVIRONMENT.mail.port
EMAIL_HOST_USER = ENVIRONMENT.mail.user
EMAIL_HOST_PASSWORD = ENVIRONMENT.mail.password
EMAIL_USE_TLS = ENVIRONMENT.mail.starttls
EMAIL_USE_SSL = ENVIRONMENT.mail.tls
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENVIRONMENT.mail_from

# ── Logs ──

DEFAULT_EXCEPTION_REPORTER = "oncall.error_reports.ScrubbedReport"
DEFAULT_EXCEPTION_REPORTER_FILTER = "oncall.error_reports.NamedSecrets"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"without_tokens": {"()": "oncall.logs.WithoutTokens"}},
    "formatters": {"facts": {"()": "oncall.logs.FactFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "facts"}},
    "root": {"handlers": ["stderr"], "level": ENVIRONMENT.log_level},
    "loggers": {
        "django": {"handlers": [], "level": ENVIRONMENT.log_level, "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        # RequestLog has one line per request already, with its status.
        "django.request": {"handlers": [], "level": "ERROR", "filters": ["without_tokens"]},
        # It warns of odd headers with the URL they came from, which may be a secret.
        "urllib3": {"level": "CRITICAL"},
        # A line each time that a periodic task is sent, received and done: no fact, only a clock.
        "celery.beat": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
    },
}
