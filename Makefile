# make serve   installs what is needed and serves the bundled demo store
# make test    installs what is needed and runs the tests
PYTHON ?= python3
VENV ?= .venv
LOWEST := $(VENV)-lowest
BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest
# A process for each core, one more where coverage is traced; a file of tests stays in one, the files that take longest come first.
SPREAD := -n $(or $(WORKERS),auto) --dist loadfile --no-loadscope-reorder
# Tests that are not traced for coverage: those that ask other processes, and those that run what
# others have run already. Tracing doubles what a test takes, and 95 % are reached without these.
UNTRACED := $(addprefix tests/,fuzz faults deploy explorer privacy house desk/test_every_route.py) \
  $(addprefix tests/openapi/test_,description.py docs_page.py) \
  $(filter-out %/test_querybuilder.py,$(wildcard tests/wire/test_*.py)) \
  $(wildcard tests/selections/test_zip*.py tests/selections/test_cut*.py) \
  $(patsubst %,tests/selections/test_%.py,export random recorded records samples) \
  $(wildcard tests/legacy/test_hostile_*.py) \
  $(patsubst %,tests/legacy/test_%.py,damaged_files odd_served random twins)
STORE ?= demo
# Only from the command line of make: environments have a HOST and a PORT that mean something else.
HOST = 127.0.0.1
PORT = 5000

# The recipe reads it from the environment, so that it may hold blanks and what else a shell would read.
export STORE

.PHONY: help install serve test test-long test-lowest lint types docs notebooks explorer explorer-check bench attacks audit mutants test-peer test-upgrades test-exports test-client test-archives clean
.DEFAULT_GOAL := help

help: ## show what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

install: $(VENV)/.serve ## create the virtual environment and install Provender

serve: $(VENV)/.serve ## serve the demo store, or STORE=...; PORT=5000 (0: any free one) HOST=127.0.0.1
	@$(BIN)/provender restapi $(if $(STORE),"$$STORE") --hostname '$(HOST)' --port '$(PORT)'

test: $(VENV)/.test ## run the tests; REQUESTS=20000 for as much fuzzing over HTTP as in CI; WORKERS=0 in one process
	@echo "Running more than 16,000 tests: about 40 minutes on two cores."
	$(PYTEST) $(SPREAD) -q $(if $(REQUESTS),--requests $(REQUESTS)) $(UNTRACED)
	$(PYTEST) $(SPREAD) -q --cov --cov-fail-under=95 tests $(addprefix --ignore=,$(UNTRACED))

test-long: $(VENV)/.test ## run the tests with many more random requests: about an hour
	$(PYTEST) -q --fuzz 5000 --large 2147483648 --crawl 0

test-lowest: $(LOWEST)/.installed ## run the tests that need no server with the lowest versions of the dependencies
	$(LOWEST)/bin/python -m pytest -q -rfE -p no:randomly --hypothesis-seed=0 --fuzz 50 \
	  -n 2 --dist loadfile -W ignore::DeprecationWarning tests/query tests/schema tests/exports tests/store tests/house \
	  tests/client/test_conditions.py tests/client/test_lists.py tests/client/test_resources.py tests/client/test_sessions.py \
	  tests/test_*.py tests/wire/test_golden.py tests/wire/test_contract.py tests/wire/test_v2.py

lint: $(VENV)/.lint ## check style, format and floors
	$(BIN)/ruff check src tests bench
	$(BIN)/ruff format --check src tests bench
	$(BIN)/lint-imports

types: $(VENV)/.lint ## check types
	$(BIN)/mypy

docs: $(VENV)/.docs ## build the documentation into docs/_build
	$(BIN)/sphinx-build -W --keep-going -q docs docs/_build

notebooks: $(VENV)/.test ## run the notebooks of the documentation and write what they show
	$(BIN)/python docs/notebooks.py

explorer: ## build the explorer from src/explorer; needs Node.js 20.19 or later
	@.ci/explorer build

explorer-check: ## lint, types and tests of the explorer; what is built is what its sources give
	@.ci/explorer check

mutants: $(VENV)/.test ## say how many mutants the tests of a package kill: PACKAGE=query N=50 SEED=1
	$(BIN)/python tests/mutation $(or $(PACKAGE),query) $(if $(N),--count $(N)) $(if $(SEED),--seed $(SEED))

bench: $(VENV)/.bench ## measure against AiiDA: N=100k|1M|10M STORES=postgresql ONLY=list,detail PART=selections ROUNDS=3 PEER=folder
	$(BIN)/python -m bench $(if $(N),--nodes $(N)) $(if $(ONLY),--only $(ONLY)) \
	  $(if $(PART),--part $(PART)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(STORES),--stores '$(STORES)') $(if $(PEER),--peer '$(PEER)')

attacks: $(VENV)/.bench ## attack a server, measure what a user sees of it: ONLY=3.1,idle COLUMN=before SOURCE=checkout N=100k
	$(BIN)/python -m bench.attacks $(if $(N),--nodes $(N)) $(if $(ONLY),--only $(ONLY)) \
	  $(if $(COLUMN),--column $(COLUMN)) $(if $(SOURCE),--source '$(SOURCE)')

test-peer: $(VENV)/.test ## run AiiDA's own REST tests: AIIDA_SOURCE=checkout STORAGE=sqlite|postgres PEER=folder
	@test -d "$(AIIDA_SOURCE)" || { echo "AIIDA_SOURCE= must name a checkout of aiida-core (see CONTRIBUTING.md)."; exit 2; }
	PYTHONPATH="tests$${PYTHONPATH:+:$$PYTHONPATH}" $(BIN)/python -m peer "$(AIIDA_SOURCE)" \
	  $(if $(STORAGE),--storage $(STORAGE)) $(if $(PEER),--environment '$(PEER)')

test-upgrades: $(VENV)/.test ## let AiiDA import what `archive upgrade` writes: ARCHIVES="a.aiida b.aiida" PEER=folder
	PYTHONPATH="tests$${PYTHONPATH:+:$$PYTHONPATH}" $(BIN)/python -m peer.upgrades $(ARCHIVES) \
	  $(if $(PEER),--environment '$(PEER)')

test-exports: $(VENV)/.test ## let AiiDA import and make archives of random selections: ARCHIVE=lab.aiida COUNT=30 SEED=1 PEER=folder
	PYTHONPATH="tests$${PYTHONPATH:+:$$PYTHONPATH}" $(BIN)/python -m peer.exports $(ARCHIVE) \
	  $(if $(COUNT),--number $(COUNT)) $(if $(SEED),--seed $(SEED)) $(if $(PEER),--environment '$(PEER)')

test-client: $(VENV)/.test ## compare what the client makes of AiiDA's own REST API and of ours: PEER=folder
	PYTHONPATH="tests$${PYTHONPATH:+:$$PYTHONPATH}" $(BIN)/python -m peer.client \
	  $(if $(PEER),--environment '$(PEER)')

test-archives: $(VENV)/.test ## compare random archives of older versions with what AiiDA makes of them: COUNT=30 PEER=folder
	PYTHONPATH="tests$${PYTHONPATH:+:$$PYTHONPATH}" $(BIN)/python -m peer.legacy \
	  $(if $(COUNT),--count $(COUNT)) $(if $(PEER),--environment '$(PEER)')

audit: $(VENV)/.test ## look for known weaknesses of the installed packages; needs the network
	@$(BIN)/python .ci/audit.py

clean: ## remove the virtual environments and everything built
	rm -rf $(VENV) $(LOWEST) .venv-node src/explorer/node_modules build dist docs/_build docs/jupyter_execute src/*.egg-info

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
	  { echo "Provender needs Python 3.10 or later: make PYTHON=python3.x"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "The module venv is missing (Debian: apt install python3-venv)."; exit 1; }

, := ,
# $(call install,WHAT,EXTRAS): sizes are those on disk, times those on a machine with a good network.
define install
@echo "Installing $(1)."
@$(BIN)/python -m pip install --disable-pip-version-check -e '.$(2)'
@touch $@
endef

$(VENV)/.serve: $(BIN)/python pyproject.toml
	$(call install,Provender into $(VENV): 85 MB$(,) less than a minute)

$(VENV)/.lint: $(VENV)/.serve
	$(call install,linters and the type checker into $(VENV): 110 MB$(,) half a minute,[lint])

$(VENV)/.test: $(VENV)/.serve
	$(call install,what the tests need into $(VENV) (a PostgreSQL$(,) matplotlib$(,) pandas$(,) Playwright ...): 910 MB$(,) two or three minutes,[test])

$(VENV)/.bench: $(VENV)/.test
	@touch $@

$(VENV)/.docs: $(VENV)/.serve
	$(call install,Sphinx into $(VENV): 180 MB$(,) half a minute,[docs])

$(LOWEST)/.installed: pyproject.toml .ci/lowest .ci/lowest.py
	@PYTHON='$(PYTHON)' .ci/lowest $(LOWEST)
	@touch $@
