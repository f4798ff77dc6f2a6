# Everything happens in .venv; a machine needs Python 3.11 or later, pip and a C library.
.PHONY: install demo test check bench clean

PYTHON ?= python3
BIN := .venv/bin
# More than one thread per model only makes the tests' workers wait for each other.
export OMP_NUM_THREADS ?= 1

install: .venv/base

demo: .venv/base
	$(BIN)/eulalia demo

test: .venv/dev
	$(BIN)/python -m pytest -n 2 -q

check: .venv/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/dev
	set -e; for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script; done

clean:
	rm -rf .venv demo-output

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; name it: make PYTHON=python3.12")'
	# Debian keeps venv's own pip in a package apart; the one that is there does as well.
	$(PYTHON) -m venv .venv >/dev/null || { $(PYTHON) -m venv --clear --without-pip .venv \
	  && $(PYTHON) -m pip --python .venv/bin/python install --quiet pip; }

# The stamps are made again when the list of packages changes.
.venv/base: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

# torch first: the version that the shipped models were trained with, or else whichever there is.
.venv/dev: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check torch==2.13.0 \
	  || $(BIN)/python -m pip install --quiet --disable-pip-version-check torch
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,train]'
	touch $@ .venv/base
