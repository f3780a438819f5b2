# Everything here needs Python 3.11 or newer, make and a package index; nothing else has to be installed first.
#   make run     Oncall with a demo team, on http://localhost:8000
#   make test    the suite on SQLite, then on PostgreSQL
#   make lint    what must hold before a commit
#   make bench   the figures beside their budgets
# Another interpreter gets an environment of its own: make test PYTHON=python3.13

VENV := .venv$(if $(filter-out undefined default file,$(origin PYTHON)),-$(notdir $(PYTHON)))
PYTHON ?= python3
BIN := $(VENV)/bin
# One more than there are processors: some tests wait for programs that they start.
PYTEST = $(BIN)/python -m pytest --numprocesses $$(( $$($(BIN)/python -c 'import os; print(os.cpu_count())') + 1 )) \
	--dist loadfile --no-loadscope-reorder
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
export PYTHONUNBUFFERED := 1
# A run starts dozens of programs: where compiled modules are not kept, each compiles Django before it does anything.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test test-sqlite test-postgres readers lint bench lock clean

run: $(VENV)/.runtime
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py demo --if-empty >/dev/null
	@$(BIN)/python manage.py serve

# A browser cannot tell the databases apart: once is enough.
test: test-sqlite
	$(PYTEST) --postgres $(or $(ARGS),--ignore=tests/browser)

test-sqlite: $(VENV)/.development readers
	$(PYTEST) $(ARGS)

test-postgres: $(VENV)/.development readers
	$(PYTEST) --postgres $(ARGS)

# The calendar reader of others that feeds are put to. Without npm, or a registry, its tests skip and say so.
READERS := tests/readers/node_modules/.package-lock.json
readers:
	@if ! command -v npm >/dev/null; then echo "npm is not installed: calendars are not put to ical.js"; \
	elif [ ! $(READERS) -nt tests/readers/package-lock.json ]; then \
		npm ci --prefix tests/readers --ignore-scripts --no-audit --no-fund --loglevel=error \
			&& touch $(READERS) || echo "npm could not install ical.js: calendars are not put to it"; fi

lint: $(VENV)/.development
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	ONCALL_DATA_DIR=$(VENV)/lint-data $(BIN)/python manage.py makemigrations --check --dry-run

bench: $(VENV)/.development
	$(BIN)/python -m tests.benchmarks

# The stamps say what is installed: a second run has nothing to install. Compiling every module would double the time;
# Python compiles those it imports.
$(VENV)/.runtime: requirements/runtime.txt | $(BIN)/python
	$(PIP) install --no-compile --require-hashes --requirement $<
	@touch $@

$(VENV)/.development: requirements/development.txt $(VENV)/.runtime
	$(PIP) install --no-compile --require-hashes --requirement $<
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("Oncall needs Python 3.11 or newer: make PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

# One set of versions for every supported Python; the files must not name an index.
LOCK = uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
	--no-header --no-emit-index-url pyproject.toml
lock:
	$(LOCK) --output-file requirements/runtime.txt
	$(LOCK) --all-extras --constraint requirements/runtime.txt --output-file requirements/grown.txt
	$(LOCK) --all-extras --group dev --constraint requirements/grown.txt --output-file requirements/development.txt

clean:
	rm -rf .venv .venv-* tests/readers/node_modules build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
