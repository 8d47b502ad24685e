# Two commands on a fresh machine with Python 3.11, make and git: `make demo` and `make test`.
.DELETE_ON_ERROR:
.PHONY: demo test format generate bench lock browser hsm containers clean

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
UV := $(BIN)/uv --system-certs --quiet
PIP := $(UV) pip install --python $(BIN)/python --require-hashes

# Modules are compiled once, not at every start: Prefect's and Great Expectations' take seconds.
unexport PYTHONDONTWRITEBYTECODE

export DO_NOT_TRACK := 1
export GX_ANALYTICS_ENABLED := false
export PREFECT_SERVER_ANALYTICS_ENABLED := false

demo: .venv/runtime ## run the main job: the demo plant's six batches, end to end
	@$(BIN)/batchproof demo --out demo

test: .venv/dev browser hsm containers ## everything CI does
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m expectations.generate --check
	$(BIN)/python -m expectations.overview --check
	$(BIN)/python -m pytest -n 2 --dist loadfile --quiet

format: .venv/dev ## write what `make test` would only check
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

generate: .venv/dev ## write the compiled suites and the strategy's overview
	$(BIN)/python -m expectations.generate
	$(BIN)/python -m expectations.overview

READINGS ?= 10000000
bench: .venv/dev .venv/bench ## judging and sealing beside what others offer; minutes
	@$(BIN)/python -m infra.bench.series --readings $(READINGS) $(BENCH)
	@$(BIN)/python -m infra.bench.ordinary
	@$(BIN)/python -m infra.bench.seal --readings $(READINGS)

lock: .venv/bin/uv ## resolve the dependencies anew: versions and hashes, no addresses
	$(UV) pip compile --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --extra postgresql --extra s3 --group build pyproject.toml -o requirements.lock
	$(UV) pip compile --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --extra postgresql --extra s3 --extra dask --group build --group dev \
	  -c requirements.lock pyproject.toml -o requirements-dev.lock
	$(UV) pip compile --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --extra dask --extra ray --group bench -c requirements.lock \
	  pyproject.toml -o requirements-bench.lock

browser: ## the browser that the page's tests open: Debian's, only if there is none
	@command -v chromium >/dev/null || { apt-get update -qq && apt-get install -y -qq chromium >/dev/null; }

hsm: ## the key device in software that one test signs with: Debian's, only if there is none
	@command -v softhsm2-util >/dev/null || { apt-get update -qq && apt-get install -y -qq softhsm2 >/dev/null; }

containers: ## what one test runs the compose file with: Debian's, only if they are missing
	@{ command -v bwrap && command -v curl && ls /usr/lib/postgresql/*/bin/initdb; } >/dev/null 2>&1 \
	  || { apt-get update -qq && apt-get install -y -qq bubblewrap curl postgresql >/dev/null; }

clean: ## forget everything that was made here, but keep the environment
	rm -rf .batchproof demo screenshots .hypothesis .mypy_cache .pytest_cache .ruff_cache

.venv/bin/uv: requirements-uv.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.venv/runtime: requirements.lock pyproject.toml .venv/bin/uv
	@echo "Setting up .venv (once) ..."
	@$(PIP) -r requirements.lock
	@$(UV) pip install --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev: requirements-dev.lock .venv/runtime
	@$(PIP) -r requirements-dev.lock
	@touch $@

.venv/bench: requirements-bench.lock .venv/runtime
	@$(PIP) -r requirements-bench.lock
	@touch $@
