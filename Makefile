# The few commands of the project. Each target says in one line what it is for; the work is done by the tools it calls.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
INSTALL := $(UV) pip install --quiet --python $(BIN)/python
COMPILE := $(UV) pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-strip-extras --quiet
# Tests write thousands of small files, which is faster in memory, where there is room for them.
MEMORY := $(shell df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 8000000 { print $$6 }')
PYTEST := env -u CAMPAIGN_HOME -u CAMPAIGN_PSEUDONYM_KEY $(if $(MEMORY),TMPDIR=$(MEMORY)) $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder
PROJECT := $(shell find dbt_project -type f -not -path '*/target/*' -not -path '*/parsed/*' -not -path '*/__pycache__/*' -not -name '.*')

# What Python has compiled is kept: else each of the hundreds of processes that tests start compiles all that it imports anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install install-test run up check test fuzz lint style types sql generate audit docs bench lock clean

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*##  *\(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r target text; do printf '%-14s %s\n' "$$target" "$$text"; done

install: dbt_project/parsed/key  ## what a run needs, from the lock file alone

install-test: $(VENV)/.installed-test dbt_project/parsed/key  ## and what tests, lint and benchmarks need

# It installs all else in a seventh of the time that pip takes.
$(UV): requirements.lock
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version) if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > $(VENV)/uv.lock
	$(BIN)/python -m pip install --quiet --require-hashes -r $(VENV)/uv.lock
	touch $@

$(VENV)/.installed: $(UV) pyproject.toml
	$(INSTALL) --require-hashes -r requirements.lock
	$(INSTALL) --no-deps --no-build-isolation --editable .
	touch $@

# What dbt understands of the project, read once instead of in every new home.
dbt_project/parsed/key: $(VENV)/.installed $(PROJECT)
	$(BIN)/python -m orchestration.dbt
	touch $@

$(VENV)/.installed-test: tests/requirements.lock $(VENV)/.installed
	$(INSTALL) --require-hashes -r tests/requirements.lock
	touch $@

# Exit code 3 says that deliveries are held or refused, which the command has named; the rest is published.
run: install  ## the daily run on CAMPAIGN_HOME, or on the sample campaign where none is named
ifeq ($(strip $(CAMPAIGN_HOME)),)
	test -d campaign_home/landing || $(BIN)/campaign simulate --home campaign_home
	$(BIN)/campaign run --home campaign_home || test $$? -eq 3
else
	$(BIN)/campaign run --home "$(CAMPAIGN_HOME)" || test $$? -eq 3
endif

up: install  ## the Dagster web UI and daemon on loopback
	$(BIN)/campaign up --home "$(or $(strip $(CAMPAIGN_HOME)),campaign_home)"

check: style types  ## before every commit: style of what changed, types and the fast tests
	git diff --name-only --diff-filter=d HEAD -- 'dbt_project/*.sql' | xargs -r $(BIN)/sqlfluff lint
	git diff --quiet HEAD -- dbt_project || $(BIN)/python -m tests.dbt.metric_lint
	$(PYTEST) -m "not slow and not fuzz" -q $(ARGS)

test: install-test  ## every test but the fuzz tier
	$(PYTEST) -m "not fuzz" $(ARGS)

fuzz: install-test  ## mutated files of every format: none may stop a run or leak what it holds
	$(PYTEST) --dist load -m fuzz tests/fuzz $(ARGS)

lint: style types sql  ## style and types of Python, style of SQL, what the metric dictionary forbids

style: install-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install-test
	$(BIN)/mypy

sql: install-test
	$(BIN)/sqlfluff lint --processes 0 dbt_project/models dbt_project/tests dbt_project/macros
	$(BIN)/python -m tests.dbt.metric_lint

generate: install  ## what follows from the code: dbt sources, staging models, seeds, suites as JSON
	$(BIN)/python -m orchestration.generate
	$(BIN)/python -m expectations.generate

audit: install  ## every dbt test over every row of a home's warehouse, not only over the last build's
	$(BIN)/campaign audit --home "$(or $(strip $(CAMPAIGN_HOME)),campaign_home)"

docs: install  ## what every mart and KPI means, as pages in a home's published/docs/
	$(BIN)/python -m orchestration.docs "$(or $(strip $(CAMPAIGN_HOME)),campaign_home)"

bench: install-test  ## the benchmarks, each beside a peer in the same run
	for file in tests/benchmarks/bench_*.py; do echo "== $$file"; $(BIN)/python "$$file" || exit 1; done

lock: $(UV)  ## both lock files after a change of pyproject.toml; UPGRADE=--upgrade takes the newest versions that it allows
	$(COMPILE) $(UPGRADE) --extra install -o requirements.lock pyproject.toml
	$(COMPILE) $(UPGRADE) --extra install --extra test -c requirements.lock -o tests/requirements.lock pyproject.toml

clean:  ## what can be made again, but never a home
	rm -rf $(VENV) dbt_project/parsed .mypy_cache .ruff_cache .pytest_cache .hypothesis
