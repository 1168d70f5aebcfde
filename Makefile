# Every verb makes its own environment first; nothing has to be installed by hand but Python 3.11+ and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

unexport PYTHONDONTWRITEBYTECODE # the tests begin many processes: each would compile all that it loads

.DEFAULT_GOAL := help
.PHONY: help setup demo test check fix bench faults lock clean

help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=…"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

setup: $(READY) ## make .venv with everything, from the lock file

demo: $(READY) ## stations charge through the hub, live in this terminal (Ctrl-C ends it)
	@$(BIN)/passerelle demo

TESTS_FAILED := 1
AGAIN := --last-failed --last-failed-no-failures none --exitfirst

test: $(READY) ## all tests, on an embedded MongoDB; what fails is told, and tried once more alone
	@$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder || { \
		test $$? -eq $(TESTS_FAILED) && echo "SECOND TRY of what failed: whatever passes now is to be mended all the same" && \
		$(BIN)/python -m pytest -n 0 -v $(AGAIN); }

check: $(READY) ## lint, types, import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

fix: $(READY) ## let ruff repair and format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

BENCHMARKS := main_job pricing ocpi_server authorize recorder hub ocpp import_cards places

bench: $(READY) ## speed promises, as ratios against a baseline in the same run
	@for name in $(BENCHMARKS); do $(BIN)/python -m benchmarks.$$name || exit 1; done

SEARCHED := $(shell grep -rlE --include='test_*.py' 'from hypothesis|schemathesis' tests)

faults: $(READY) ## every fault in full, seeds printed (FAULT_SEED repeats); properties searched with new examples
	@EXAMPLES=searching $(BIN)/python -m pytest -n 2 $(SEARCHED)
	@FAULT_ROUNDS=5 $(BIN)/python -m pytest tests/flows/test_kills.py -n 0
	@FAULTS=full $(BIN)/python -m pytest tests/faults tests/hub/routing/test_visibility.py -n 0

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

lock: $(READY) ## resolve the lock files anew: everything, and what a container runs
	@$(LOCK) --all-extras --group lock --output-file requirements.lock pyproject.toml
	@$(LOCK) --extra uvloop --extra otel --group build --output-file docker/requirements.lock pyproject.toml

clean: ## forget the environment and every cache
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
