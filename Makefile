# Everything on a fresh machine, with nothing but Python, pip and make.
#   make report   the report, HTML and PDF, from the committed results (light: no torch). With Quarto, if it is here or can be
#                 installed, which is tried once; RENDERER=embedded renders without it and tries nothing
#   make quarto   try that again
#   make test     install what the experiments need, check style and types, run the tests
#   make demo     measure everything on embedded stand-ins and render that report
#   make docs     the documentation, from docs/ and the docstrings: _docs/index.html (light, too)
PYTHON ?= python3
BIN    := .venv/bin
# auto, quarto or embedded.
RENDERER ?= auto
.PHONY: report quarto test demo docs run check fast-test clean

report: .venv/.report $(if $(filter embedded,$(RENDERER)),,.venv-quarto/.tried)
	$(BIN)/tpdl report --renderer $(RENDERER)

quarto: .venv/.report
	rm -rf .venv-quarto
	@$(BIN)/python -m tpdl.quarto.install

# An environment of its own: what Quarto brings gets in the way of nothing, and the attempt is over when this file is there.
.venv-quarto/.tried: | .venv/.report
	@$(BIN)/python -m tpdl.quarto.install

demo: .venv/.full
	$(BIN)/tpdl run --demo -j 2
	$(BIN)/tpdl report --demo

# The variable silences an announcement of the theme's authors.
docs: .venv/.docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

run: .venv/.full
	$(BIN)/tpdl run

test: .venv/.full check
	$(BIN)/python -m pytest -q -m "" $(PYTEST)

fast-test: .venv/.full
	$(BIN)/python -m pytest -q $(PYTEST)

check: .venv/.full
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.venv/bin/python:
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "pip>=25.1"  # knows groups of dependencies

# "compat" puts this folder on the path, so that experiments/ can be imported from anywhere.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --config-settings editable_mode=compat

.venv/.report: .venv/bin/python pyproject.toml constraints.txt
	$(INSTALL) --editable . --group figures
	touch $@

.venv/.full: .venv/.report
	$(INSTALL) --editable ".[dask]" --group test
	touch $@

.venv/.docs: .venv/.report
	$(INSTALL) --editable . --group docs
	touch $@

clean:
	rm -rf .venv .venv-quarto .tpdl/cache _book _book-demo _slides _docs
