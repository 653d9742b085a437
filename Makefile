# `make run` and `make test` need Python 3.11 or newer with its venv module, and nothing else.
PYTHON ?= python3
BIN := .venv/bin

# The packages come from the lock, each with its hash, from whichever index pip is set up with. Then this package itself,
# with the setuptools of the lock, so that nothing more is fetched.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input
THIS := PYTHONWARNINGS=ignore $(INSTALL) --no-deps --no-build-isolation --editable .
# Whatever is started is compiled once, also where that is turned off: tests and drills start the desk hundreds of times.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: run test bench drill lock texts clean help
.DELETE_ON_ERROR:

run: .venv/installed ## Start Pendamping; without a bot's token, with the simulator in the browser
	$(BIN)/pendamping run

test: .venv/installed-dev ## Check the style, the types, the layers, and run every test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports --no-cache
	$(BIN)/pytest -n 3 --dist worksteal

bench: .venv/installed-dev ## Measure it beside the libraries' own ways (about 14 minutes; QUICK=1: one minute)
	$(BIN)/python -m bench $(if $(QUICK),--quick)
	$(BIN)/python -m bench.assess

drill: .venv/installed-dev ## Kill, starve and flood it under load, on both stores; play every transcript on WhatsApp (20 minutes; SEED=number; QUICK=1: five)
	$(BIN)/python -m drill $(if $(SEED),--seed $(SEED)) $(if $(QUICK),--quick --whole)

lock: .venv/installed ## Write both lock files anew from pyproject.toml, with the newest versions it allows
	$(INSTALL) "uv>=0.9"
	$(BIN)/uv pip compile pyproject.toml --extra postgresql $(LOCK) --output-file requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra postgresql --extra dev --constraint requirements.lock $(LOCK) --output-file requirements-dev.lock
LOCK := --quiet --upgrade --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11

texts: .venv/installed-dev ## Bring locales/id.po up to date with what the code says; locales/jv.po is a part, kept by hand
	@mkdir -p build
	$(BIN)/pybabel --quiet extract --no-default-keywords -k t -k caption --no-location --sort-output -o build/texts.pot bot handlers
	$(BIN)/pybabel --quiet update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --no-wrap \
	  --input-file build/texts.pot --output-file locales/id.po --locale id
	sed -i '/^"\(Project-Id-Version\|Report-Msgid-Bugs-To\|POT-Creation-Date\|PO-Revision-Date\|Last-Translator\|Language-Team\|Generated-By\): /d' locales/id.po

clean: ## Remove what was installed and built; data/ stays
	rm -rf .venv build dist *.egg-info .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find bot handlers tests bench drill -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## Say what can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST)

# pip is the last thing that venv puts in place: where it is missing, an earlier try was interrupted.
.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}. Another one: make PYTHON=python3.12")'
	@$(PYTHON) -c 'import ensurepip' || (echo "The venv module is missing. On Debian: apt install python3-venv"; exit 1)
	$(PYTHON) -m venv .venv

.venv/installed: requirements.lock pyproject.toml | .venv/bin/pip
	@echo "Installing the packages of requirements.lock; this takes about a minute, once."
	@$(INSTALL) --require-hashes --requirement requirements.lock
	@$(THIS)
	@touch $@

.venv/installed-dev: requirements-dev.lock pyproject.toml | .venv/bin/pip
	@echo "Installing the packages of requirements-dev.lock; this takes about a minute, once."
	@$(INSTALL) --require-hashes --requirement requirements-dev.lock
	@$(THIS)
	@touch $@ .venv/installed
