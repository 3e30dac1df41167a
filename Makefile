# Everything on a fresh machine, with nothing but Python, pip and make.
#   make report   the report, HTML and PDF, from the committed results (light: no torch)
#   make test     install what the experiments need, check style and types, run the tests
#   make demo     measure everything on embedded stand-ins and render that report
PYTHON ?= python3
BIN    := .venv/bin
.PHONY: report test demo run check fast-test clean

report: .venv/.report
	$(BIN)/tpdl report

demo: .venv/.full
	$(BIN)/tpdl run --demo -j 2
	$(BIN)/tpdl report --demo

run: .venv/.full
	$(BIN)/tpdl run

test: .venv/.full check
	$(BIN)/python -m pytest -q $(PYTEST)

fast-test: .venv/.full
	$(BIN)/python -m pytest -q -m "not slow" $(PYTEST)

check: .venv/.full
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.report: .venv/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

.venv/.full: .venv/.report
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[experiments,dask,test]"
	touch $@

clean:
	rm -rf .venv .tpdl/cache _book
