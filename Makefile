# The ways in: `make demo`, `make test`; `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help bench demo test test-all lint lock clean
.DEFAULT_GOAL := help

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: $(READY)  ## install, then run the quickstart study and print its table
	$(BIN)/qml run quickstart

test: $(READY)  ## install, then run the tests
	$(BIN)/pytest -n auto

test-all: $(READY)  ## the tests with the long campaigns
	$(BIN)/pytest -n auto -m ""

lint: $(READY)  ## format, rules and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(READY)  ## speed beside the peers (installs them first; a quarter of an hour)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements-bench.lock
	$(BIN)/python -m benchmarks

LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate --quiet
lock:  ## resolve the lock files again (needs uv)
	$(LOCK) --extra dev --extra boosting -o requirements.lock
	$(LOCK) --extra dev --extra boosting --extra bench --constraints requirements.lock -o requirements-bench.lock

clean:  ## remove what was installed; results stay
	rm -rf $(VENV)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed, $(PYTHON) is older: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	$(BIN)/python -c "from qml.engine import warm_up; warm_up()"
	@touch $@
