# The two commands a stranger needs: `make demo` and `make test`. Everything is installed into .venv from the locks.
PYTHON ?= python3
BIN := .venv/bin
RESIDENTS ?= 7000
SAMPLE ?= 100

.PHONY: demo serve test screenshots check bench city morning peers mutants schema migration translations lock clean

demo: .venv/.run
	$(BIN)/zhitui demo --residents $(RESIDENTS) $(DEMO)

serve: .venv/.run
	$(BIN)/zhitui init && $(BIN)/zhitui serve

test: .venv/.dev
	$(BIN)/python -m pytest -n auto --dist worksteal $(TESTS)

# Every page at the width of a phone and of a desk, as pictures in build/screenshots; needs /usr/bin/chromium.
screenshots: .venv/.dev
	SCREENSHOTS=build/screenshots $(BIN)/python -m pytest -q tests/pages/test_pages_screens.py

check: .venv/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/bandit -q -c pyproject.toml -r service rules connectors

bench: .venv/.dev
	$(BIN)/python -m bench

# A city of a million on both databases, from its first scan to the lists of a day: half an hour.
city: .venv/.dev
	$(BIN)/python -m bench.city $(CITY)

# Half past eight in a city of 1.27 million with 150,000 open tasks: a worker's list, and everybody's page at once.
morning: .venv/.dev
	$(BIN)/python -m bench.mornings $(MORNING)

# Other people's rule engines on the same records; they live in an environment of their own, because nothing else needs them.
peers: .venv-bench/.run
	.venv-bench/bin/python -m bench.peers $(PEERS)

# mutmut is installed for this alone: nothing else needs it, and its own dependencies are many.
mutants: .venv/.dev
	$(BIN)/pip install -q mutmut==3.8.1
	$(BIN)/python -m tests.mutants --sample $(SAMPLE)

schema: .venv/.run
	$(BIN)/zhitui schema > schema.sql

# make migration M="what changes": drafts the migration from the newest version to the present tables; read it before
# committing.
migration: .venv/.dev
	$(BIN)/python -c 'import sys; from service.tables.schema import draft_migration as d; d(sys.argv[1])' "$(M)"

# Brings the catalogue of the pages' English words in step with templates and modules, and says what wants a translation.
translations: .venv/.run
	$(BIN)/python -c 'from service.pages.gathering import update; update()'

# Locks carry hashes and no index address; they are made again only when dependencies change.
lock: .venv/.dev
	$(BIN)/pip install -q uv
	$(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
	  --extra postgres --extra build -q -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
	  --extra postgres --extra build --extra dev -q -o requirements-dev.lock

.venv/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/.run: .venv/.python requirements.lock pyproject.toml
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: .venv/.python requirements-dev.lock pyproject.toml
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@ .venv/.run

.venv-bench/.run: requirements-dev.lock pyproject.toml
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	.venv-bench/bin/pip install -q --disable-pip-version-check --no-build-isolation -e '.[bench]'
	@touch $@

clean:
	rm -rf .venv .venv-bench build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
