# Two commands matter: `make run` plays a real case through real processes, `make test` runs every test.
# Both set up all they need; nothing but Python 3.11 or newer is assumed. `make help` lists the rest.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.setup-stamp
CASE   ?= deir-ez-zor-2016

# Tests and demos start some hundred processes; without compiled modules each start takes twice as long.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup run test check format bench soak docs pins clean

help:  ## list the verbs
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

setup: $(STAMP)  ## make the virtual environment, once; quick when repeated

$(STAMP): pyproject.toml requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Detente needs Python 3.11 or newer; set PYTHON=..."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

run: setup  ## play a case: make run CASE=deir-ez-zor-2016
	@$(BIN)/detente demo $(CASE)

test: setup  ## run every test
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

check: setup  ## format, lint, types, import contract; then the numbers of the house
	$(BIN)/ruff format --check src tests bench verifier
	$(BIN)/ruff check src tests bench verifier
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.house.numbers

format: setup  ## put the code into its form
	$(BIN)/ruff format src tests bench verifier
	$(BIN)/ruff check --fix-only src tests bench verifier

bench: setup  ## print every benchmark table
	$(BIN)/python -m bench

soak: setup  ## the long tests: 200 crashes, 10 000 pairs of worlds
	$(BIN)/python -m pytest -m soak -o timeout=0

docs: setup  ## make the generated pages (command line, HTTP API, glossary check)
	$(BIN)/python -m docs.generate

pins: setup  ## choose versions anew from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header --extra dev pyproject.toml -o requirements-dev.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header pyproject.toml -o requirements.txt

clean:  ## remove what set-up and runs left
	rm -rf $(VENV) var dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
