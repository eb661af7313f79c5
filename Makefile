# Two commands matter: `make demo` and `make test`. Both set everything up first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export SANGAM_HOME ?= $(CURDIR)/.sangam
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes
# uv does not read pip's settings: UV_DEFAULT_INDEX names an index other than PyPI. Where it can't install, pip does.
UV := $(BIN)/uv pip install --quiet --python $(BIN)/python
STAMP := $(VENV)/.installed
SQL := dbt_project/models ingest expectations orchestration

.PHONY: setup demo ui test check bench bench-speed bench-readers bench-linkage excel-truth attacks definitions disclosure fuzz publish-trial kill-trial clean lock format

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	sed -n '/^uv==/,/# via/p' requirements.lock > $(VENV)/uv.lock
	$(PIP) -r $(VENV)/uv.lock
	$(UV) --compile-bytecode --require-hashes -r requirements.lock || $(PIP) -r requirements.lock
	$(UV) --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q ingest expectations orchestration
	$(BIN)/python -c "from orchestration.warehouse import dbt; dbt.manifest()"
	$(BIN)/python -c "from orchestration import soundness; soundness.faults()"
	touch $@

demo: setup
	$(BIN)/python -m orchestration.cli.demo

ui: setup
	$(BIN)/python -m orchestration.cli.ui

test: setup
	$(BIN)/pytest -n 2 --dist loadgroup

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/sqlfluff lint --processes 2 $(SQL)

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/sqlfluff fix --processes 2 $(SQL)

bench: setup
	$(BIN)/python -m tests.bench.full_size

# Reading beside DuckDB and pandas.
bench-speed: setup
	$(BIN)/python -m tests.bench.speed

# SANGAM_POLLOCK names the folder with Pollock's files; see the module.
bench-readers: setup
	$(BIN)/python -m tests.bench.readers

# SANGAM_EXCEL_TRUTH names the folder with workbooks and Excel's CSVs; see the module.
excel-truth: setup
	$(BIN)/python -m tests.bench.excel_truth

# Made-up programmes of few people: what is withheld, and whether anything could be worked out; N says how many.
disclosure: setup
	$(BIN)/python -m tests.bench.disclosure $(or $(N),100)

# Precision, recall and share to review of who is who, on samples with twins, sisters and namesakes.
bench-linkage: setup
	$(BIN)/python -m tests.bench.linkage

# What reading each of many hostile files costs.
attacks: setup
	$(BIN)/python -m tests.attacks

# So many definitions of indicators, drawn at random, against a plain recount: `make definitions N=2000`.
definitions: setup
	SANGAM_DEFINITIONS=$(or $(N),2000) $(BIN)/pytest tests/pipeline/test_definitions.py

# Deliveries of every format with faults, N of them, and what became of each.
fuzz: setup
	$(BIN)/python -m tests.fuzz $(or $(N),10000)

# Publishing broken off at random moments, N times each way, and what came of it; see the module.
publish-trial: setup
	$(BIN)/python -m tests.trial $(or $(N),30)

# Daemon, run worker or code server killed at random moments while files arrive, N times; see the module.
kill-trial: setup
	$(BIN)/python -m tests.trial.killed_runs $(or $(N),20)

# Locks hold hashes and no download addresses; what images install is what a checkout does, without what only develops.
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
  --no-strip-extras --no-header
lock: setup
	$(LOCK) --all-extras pyproject.toml -o requirements.lock
	$(LOCK) --extra production --constraint requirements.lock pyproject.toml -o deploy/requirements.lock

clean:
	rm -rf .sangam dbt_project/target dbt_project/logs .pytest_cache .mypy_cache .ruff_cache .hypothesis
