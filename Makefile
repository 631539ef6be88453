# make serve   installs what is needed and serves the bundled demo store
# make test    installs what is needed and runs the tests
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STORE ?= demo
PYTEST := $(BIN)/python -m pytest

.PHONY: help install serve test test-long lint types docs bench mutants test-peer clean
.DEFAULT_GOAL := help

help: ## show what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

install: $(VENV)/.serve ## create the virtual environment and install Provender

serve: $(VENV)/.serve ## serve the demo store, or STORE=...
	@$(BIN)/provender restapi $(STORE)

test: $(VENV)/.dev ## run the tests
	$(PYTEST) --cov --cov-fail-under=95 -q

test-long: $(VENV)/.dev ## run the tests with many more random requests
	$(PYTEST) -q --fuzz 5000 --large 2147483648

lint: $(VENV)/.dev ## check style, format and floors
	$(BIN)/ruff check src tests bench
	$(BIN)/ruff format --check src tests bench
	$(BIN)/lint-imports

types: $(VENV)/.dev ## check types
	$(BIN)/mypy

docs: $(VENV)/.docs ## build the documentation into docs/_build
	$(BIN)/sphinx-build -W --keep-going -q docs docs/_build

mutants: $(VENV)/.dev ## say how many mutants the tests of a package kill: PACKAGE=query N=50 SEED=1
	$(BIN)/python tests/mutation $(or $(PACKAGE),query) $(if $(N),--count $(N)) $(if $(SEED),--seed $(SEED))

bench: $(VENV)/.bench ## measure against AiiDA: N=100k|1M|10M STORES=postgresql ONLY=list,detail ROUNDS=3 PEER=folder
	$(BIN)/python -m bench $(if $(N),--nodes $(N)) $(if $(ONLY),--only $(ONLY)) \
	  $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(STORES),--stores $(STORES)) $(if $(PEER),--peer $(PEER))

test-peer: $(VENV)/.dev ## run AiiDA's own REST tests: AIIDA_SOURCE=checkout STORAGE=sqlite|postgres PEER=folder
	@test -d "$(AIIDA_SOURCE)" || { echo "AIIDA_SOURCE= must name a checkout of aiida-core (see CONTRIBUTING.md)."; exit 2; }
	PYTHONPATH="tests$${PYTHONPATH:+:$$PYTHONPATH}" $(BIN)/python -m peer "$(AIIDA_SOURCE)" \
	  $(if $(STORAGE),--storage $(STORAGE)) $(if $(PEER),--environment $(PEER))

clean: ## remove the virtual environment and everything built
	rm -rf $(VENV) build dist docs/_build src/*.egg-info

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
	  { echo "Provender needs Python 3.10 or later: make PYTHON=python3.x"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "The module venv is missing (Debian: apt install python3-venv)."; exit 1; }

$(VENV)/.serve: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install -q --disable-pip-version-check -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.serve
	$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[dev]'
	@touch $@

$(VENV)/.bench: $(VENV)/.dev
	$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[server]'
	@touch $@

$(VENV)/.docs: $(VENV)/.serve
	$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[docs]'
	@touch $@
