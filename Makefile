# po-intake: `make demo` and `make test` work on a fresh Debian or Ubuntu with Python 3.11 or newer.
VENV := .venv
BIN := $(VENV)/bin
export OMP_THREAD_LIMIT := 1
export DO_NOT_TRACK := 1
export PREFECT_SERVER_ANALYTICS_ENABLED := false

.PHONY: help install system system-test demo test torture lint types check lock samples clean

help:            ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 16

install: system $(VENV)/.installed   ## set everything up: Tesseract and its languages, Python packages into .venv

system:
	@scripts/system-packages run

system-test:
	@scripts/system-packages run test

$(VENV)/.installed: requirements.lock pyproject.toml
	@scripts/system-packages venv
	"$$(scripts/find-python)" -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: install    ## the whole path on the shipped samples, in a throw-away workspace
	$(BIN)/po-intake demo

test: system-test $(VENV)/.installed   ## every test, against real Dovecot, PostgreSQL and Tesseract
	$(BIN)/python -m pytest -n 2 --dist loadgroup

torture: system-test $(VENV)/.installed   ## the long forms of the tests: every kill point, many more mutations (an hour)
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m torture

lint: $(VENV)/.installed   ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed  ## mypy --strict
	$(BIN)/mypy

check: lint types test     ## what CI runs

lock:            ## resolve the versions anew (needs uv)
	uv pip compile --universal --python-version 3.11 pyproject.toml --group dev --generate-hashes \
	  --custom-compile-command "make lock" -o requirements.lock --upgrade --quiet

samples: $(VENV)/.installed   ## make the shipped samples anew
	$(BIN)/python -m sample_docs.make

clean:           ## remove what make made
	rm -rf $(VENV) *.egg-info .mypy_cache .ruff_cache
