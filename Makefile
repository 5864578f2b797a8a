# The ways in: `make demo`, `make test`; `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help bench demo test quick test-all test-generic release lint lock clean
.DEFAULT_GOAL := help

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: $(READY)  ## install, then run the quickstart study and print its table
	$(BIN)/qml run quickstart

test: $(READY)  ## install, then run the tests
	$(BIN)/pytest -n auto

quick: $(READY)  ## install, then run the tests of three minutes
	$(BIN)/pytest -n auto --ignore=tests/reliability

test-all: $(READY)  ## the tests with the long campaigns
	$(BIN)/pytest -n auto -m ""

# Kernels without the newer instructions: what agrees to the last bit by chance alone shows there.
GENERIC := OPENBLAS_CORETYPE=Nehalem NUMBA_CPU_NAME=generic NUMBA_CACHE_DIR=$(abspath $(VENV))/numba-generic
NUMBERS := tests/unit/test_other_processors.py tests/unit/classical \
	$(addprefix tests/unit/qml/,engine backends variational kernels classifiers) \
	$(addprefix tests/contract/test_,$(addsuffix .py,backends kernels optimizers))
test-generic: $(READY)  ## the tests of numbers, as on another processor
	$(GENERIC) $(BIN)/pytest -n auto $(NUMBERS)
	$(GENERIC) $(BIN)/pytest -n auto tests/contract/test_models.py -k "not scikit_learn_contract"

release: $(READY)  ## build both archives, and try the wheel in an empty environment
	.ci/release

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
	$(LOCK) --extra dev --extra boosting --extra text --extra excel --extra parquet -o requirements.lock
	$(LOCK) --extra dev --extra boosting --extra text --extra excel --extra parquet --extra bench --constraints requirements.lock -o requirements-bench.lock

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
