# make demo       set everything up, load the sample village, publish, print, serve on 127.0.0.1:8000
#                 (SERVE=0 does all but serve, PORT=8080 changes the port)
# make test       set everything up and run every check that CI runs
# make test-fast  only what needs no browser, PDF, PostgreSQL or large files
# make bench      measure against the figures in the README
# make audit      run the auditors of web pages (Lighthouse, axe, Nu HTML checker and others from npm; needs Node, Java)
#                 over every page type of the reader
# make chaos      kill, cut the power of, fill the disk of an office thousands of times (a good half hour);
#                 counts and seed can be set: make chaos KILLS=50 CUTS=50 FULL=20 HISTORIES=200 SERVED=5 SEED=7
# make propose    add the solver that proposes days (OR-Tools, about 100 MB)
# make s3         add what sends the site to S3-compatible storage (s3fs)
# make messages   gather the texts of office, paper and reader into the catalogues, for the translator
# make lock       lock the dependencies anew after a change in pyproject.toml
# make clean      remove .venv, build (with the demo's home) and caches

.POSIX:
.NOTPARALLEL:

VENV = .venv
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip --quiet --disable-pip-version-check
CATALOGUES = server/translations
LOCALES = ru en kk
# The lock names everything: resolving dependencies anew would ask for newer ones than are pinned.
INSTALL = $(PIP) install --no-deps --require-hashes
# The tests and the programs that they start keep their compiled modules, also where the environment forbids it.
PYTEST = PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -q -rfER -n auto --dist loadscope
LOCK = $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

.PHONY: help setup setup-test demo propose s3 test test-fast lint bench audit chaos lock messages clean translations

help:
	@sed -n '/^$$/q; s/^# //p' Makefile

setup: $(VENV)/.app translations

setup-test: $(VENV)/.system-test $(VENV)/.dev setup

demo: setup
	@case "$${SERVE:-1}" in 0) serve=--no-serve ;; *) serve= ;; esac; \
	exec $(BIN)/korablik demo --port "$${PORT:-8000}" $$serve

propose: setup
	@echo "Installing the solver that proposes days"
	@$(INSTALL) -r requirements-propose.txt

s3: setup
	@echo "Installing what sends the site to S3-compatible storage"
	@$(INSTALL) -r requirements-s3.txt

test: setup-test lint
	@$(PYTEST)

test-fast: $(VENV)/.dev setup
	@$(PYTEST) -m "not browser and not pdf and not postgres and not large"

lint: $(VENV)/.dev
	@$(BIN)/ruff check --quiet .
	@broken=$$($(BIN)/lint-imports --no-logo) || { echo "$$broken"; exit 1; }

bench: $(VENV)/.dev setup
	@for bench in tests/bench/bench_*.py; do echo "$$bench"; $(BIN)/python "$$bench" || exit 1; done

audit: $(VENV)/.dev setup
	@$(BIN)/python .ci/audit/audit.py

chaos: $(VENV)/.dev setup
	@$(BIN)/python -m tests.chaos --kills "$${KILLS:-1000}" --served "$${SERVED:-60}" --cuts "$${CUTS:-500}" \
		--full "$${FULL:-200}" --histories "$${HISTORIES:-10000}" $${SEED:+--seed "$$SEED"}

lock: $(VENV)/.dev
	@$(LOCK) --extra build pyproject.toml -o requirements.txt
	@$(LOCK) --extra build --extra propose pyproject.toml -o requirements-propose.txt
	@$(LOCK) --extra build --extra s3 pyproject.toml -o requirements-s3.txt
	@$(LOCK) --extra build --extra propose --extra s3 --extra dev pyproject.toml -o requirements-dev.txt

messages: $(VENV)/.app
	@mkdir -p build
	@$(BIN)/pybabel -q extract -F pyproject.toml -k _l -k lazy_gettext --add-location=file --no-wrap \
		--project=korablik -o build/messages.pot server printables site
	@for locale in $(LOCALES); do \
		$(BIN)/pybabel -q update -i build/messages.pot -d $(CATALOGUES) -l $$locale \
			--init-missing --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --no-wrap || exit 1; \
	done
	@$(BIN)/python .ci/fill-english $(CATALOGUES)/en/LC_MESSAGES/messages.po

clean:
	@rm -rf build $(VENV) .pytest_cache .hypothesis .ruff_cache .import_linter_cache
	@find server printables sync site tests -name __pycache__ -type d -prune -exec rm -rf {} +
	@find $(CATALOGUES) -name '*.mo' -exec rm -f {} +

# From here on: each step leaves a stamp in .venv/ and is done again only when what it read is newer.

$(VENV)/.system: .ci/system-packages .ci/python
	@.ci/system-packages run
	@mkdir -p $(VENV) && touch $@

# Before .system, so that one line tells everything that is missing.
$(VENV)/.system-test: .ci/system-packages .ci/python
	@.ci/system-packages test
	@mkdir -p $(VENV) && touch $@
	@[ -e $(VENV)/.system ] || touch $(VENV)/.system

$(VENV)/.python: $(VENV)/.system
	@python=$$(.ci/python) && "$$python" -m venv $(VENV) && touch $@

$(VENV)/.requirements: $(VENV)/.python requirements.txt
	@echo "Installing Python packages"
	@$(INSTALL) -r requirements.txt && touch $@

$(VENV)/.dev: $(VENV)/.requirements requirements-dev.txt
	@echo "Installing Python packages for tests"
	@$(INSTALL) -r requirements-dev.txt && touch $@

$(VENV)/.app: $(VENV)/.requirements pyproject.toml
	@$(PIP) install --no-deps --no-build-isolation -e . && touch $@

# The compiled catalogues are not in git.
translations: $(VENV)/.app
	@newer=; if [ -e $(VENV)/.translations ]; then newer="-newer $(VENV)/.translations"; fi; \
	if [ -n "$$(find .ci/compile-catalogues $(CATALOGUES) -type f ! -name '*.mo' $$newer)" ]; then \
		$(BIN)/python .ci/compile-catalogues $(CATALOGUES) && touch $(VENV)/.translations; \
	fi
