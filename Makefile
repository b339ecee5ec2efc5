# Two commands do everything on a fresh machine: `make run` and `make test`.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test soak long bench bench-speech rolling flood proof coverage lint types unit format lock clean

run: $(VENV)/.ready
	$(BIN)/python run.py --config realestate.yaml --simulate

test: lint types coverage unit

lint: $(VENV)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.ready
	$(BIN)/mypy

# Fifty calls at once that interrupt; half an hour and four hours on the virtual clock.
soak: $(VENV)/.ready
	$(BIN)/python -m tests.soak

long: $(VENV)/.ready
	$(BIN)/python -m tests.long

# Against a lean bridge and stock pipecat; needs two cores. BENCH=--quick, BENCH=--help
bench: $(VENV)/.ready
	$(BIN)/python -m tests.bench $(BENCH)

# The built-in model in real time: answers, barge-in, ears. SPEECH="--turns 10", SPEECH=--help
bench-speech: $(VENV)/.ready
	$(BIN)/python -m tests.bench_speech $(SPEECH)

# Two workers replaced under fifty calls: none may be lost.
rolling: $(VENV)/.ready
	$(BIN)/python -m tests.rolling

# Twenty calls among three hundred sockets that say nothing.
flood: $(VENV)/.ready
	$(BIN)/python -m tests.flood

unit: $(VENV)/.ready
	$(BIN)/python -m pytest -q -n 2

# Whole calls that nobody thought of, many more than `make test` tries. PROOF="--examples 5000"
proof: $(VENV)/.ready
	$(BIN)/python -m tests.proof $(PROOF)

# Every branch of the call's logic, by its own tests.
coverage: $(VENV)/.ready
	$(BIN)/python -m pytest -q -n 2 tests/processors/state --cov=processors/state --cov-branch \
	  --cov-report=term-missing:skip-covered --cov-fail-under=100

format: $(VENV)/.ready
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Everything the project needs, at the lock's versions and hashes.
$(VENV)/.ready: requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	touch $@

# Anew from pyproject.toml, into a file with hashes and no index address.
lock: $(VENV)/.ready
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --extra dev --extra local --extra tracing \
	  --no-emit-index-url --no-emit-find-links --no-header --upgrade \
	  --output-file requirements.lock pyproject.toml

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
