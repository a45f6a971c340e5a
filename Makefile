# Every target sets up what it needs. A fresh machine needs Python 3.11 with venv, and make.
SHELL := /bin/sh
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check
PACKAGES := libs/protos libs/common $(sort $(wildcard services/*)) clients/cli
LOCKS := requirements/run.txt requirements/dev.txt
# vLLM pins another torch: it lives beside the house.
VLLM := .venv-vllm
# Tests of services share two cores with their servers: more threads than cores only spin.
export OMP_NUM_THREADS ?= 2
# From here a demo counts its seconds, setting up included.
export MADELEINE_DEMO_STARTED_AT := $(shell date +%s)

# -- For people -------------------------------------------------------------------------------------------------------

.PHONY: help
help: ## Lists these targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  \033[36mmake %-11s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: $(VENV)/run.ok clients/web/dist/index.html ## Sets everything up and plays one real day through the public API
	@$(BIN)/madeleine demo

.PHONY: up
up: $(VENV)/run.ok clients/web/dist/index.html ## Starts everything in the foreground; Ctrl-C stops it
	@$(BIN)/madeleine up

.PHONY: down
down: $(VENV)/run.ok ## Stops what `up` started
	@$(BIN)/madeleine down

.PHONY: status
status: $(VENV)/run.ok ## Shows every process with its memory
	@$(BIN)/madeleine status

# -- For developers ---------------------------------------------------------------------------------------------------

.PHONY: test
test: $(VENV)/dev.ok clients/web/dist/index.html ## Runs all tests, on real servers
	@$(BIN)/python -m madeleine_inference.models
	@$(BIN)/pytest

.PHONY: test-fast
test-fast: $(VENV)/dev.ok ## Runs the tests that need neither the model nor the whole stack
	@$(BIN)/pytest -m "not model and not stack"

.PHONY: test-vllm
test-vllm: $(VENV)/run.ok $(VLLM)/ok ## Runs the tests of the vLLM engine, in an environment of its own
	@$(BIN)/python -m madeleine_inference.models
	@echo "Running the engines' contract over vLLM (each start of it takes half a minute)"
	@MADELEINE_TEST_ENGINES=vllm $(VLLM)/bin/python -m pytest -W default --timeout 240 \
		$(addprefix services/inference/tests/test_,engine.py engine_sharing.py vllm_parts.py vllm_engine.py)

.PHONY: lint
lint: $(VENV)/dev.ok helm-check ## Runs every check of style, types, layers, contracts and chart
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/buf lint proto
	$(BIN)/buf format --diff --exit-code proto
	@tools/buf_breaking.sh $(BIN)/buf
	$(BIN)/python tools/generate_protos.py --check
	@$(BIN)/python tools/golden_events.py --check

.PHONY: format
format: $(VENV)/dev.ok ## Formats the code and the contracts
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/buf format --write proto

.PHONY: protos
protos: $(VENV)/dev.ok ## Regenerates libs/protos from proto/
	$(BIN)/python tools/generate_protos.py

.PHONY: golden
golden: $(VENV)/dev.ok ## Keeps the bytes of new events and of new versions in proto/golden
	@$(BIN)/python tools/golden_events.py

.PHONY: helm-check
helm-check: $(VENV)/dev.ok ## Lints, renders and validates the chart
	$(BIN)/python tools/helm_check.py

.PHONY: chaos
chaos: $(VENV)/dev.ok ## Kills every part again and again under load, and checks that nothing is lost or doubled
	@$(BIN)/python bench/chaos.py

.PHONY: bench-events
bench-events: $(VENV)/dev.ok ## Measures the event backbone against its peers; its last line is JSON
	@$(BIN)/python bench/events.py

.PHONY: bench-inference
bench-inference: $(VENV)/dev.ok $(VLLM)/ok ## Measures the model's engine against its peers; its last line is JSON
	@$(BIN)/python bench/inference.py

.PHONY: bench-memory
bench-memory: $(VENV)/dev.ok ## Measures what memory finds, keeps and forgets, and how fast; its last line is JSON (ONLY=part)
	@$(BIN)/python bench/memory.py $(if $(ONLY),--only $(ONLY))

.PHONY: bench-chat
bench-chat: $(VENV)/dev.ok ## Measures the AI in groups, fan-out, first token and open streams; its last line is JSON (ONLY=part)
	@$(BIN)/python bench/chat.py $(if $(ONLY),--only $(ONLY))

.PHONY: bench-miniapp
bench-miniapp: $(VENV)/dev.ok ## Measures the making, changing, asking and live editing of apps; its last line is JSON (ONLY=part)
	@$(BIN)/python bench/miniapp.py $(if $(ONLY),--only $(ONLY))

.PHONY: fit-recall
fit-recall: $(VENV)/dev.ok ## Fits the ranking's weights: make fit-recall DATA=FOLDER
	@PYTHONPATH=bench $(BIN)/python -m remembering.fit $(or $(DATA),../shared/data/locomo_dev)

.PHONY: fit-turns
fit-turns: $(VENV)/dev.ok ## Fits when the AI speaks in auto mode; DATA is measured on only: make fit-turns DATA=FOLDER
	@PYTHONPATH=bench $(BIN)/python -m chatting.fit_turns $(or $(DATA),../shared/data)

.PHONY: fit-tools
fit-tools: $(VENV)/dev.ok ## Fits which tool a message to the AI asks for
	@PYTHONPATH=bench $(BIN)/python -m chatting.fit_tools

.PHONY: fit-forgetting
fit-forgetting: $(VENV)/dev.ok ## Fits what lasts, ends and repeats: make fit-forgetting DATA=FOLDER
	@PYTHONPATH=bench $(BIN)/python -m remembering.fit_forgetting $(or $(DATA),../shared/data)

.PHONY: bench-demo
bench-demo: $(VENV)/run.ok clients/web/dist/index.html ## Measures the demo; its last line is JSON
	@$(BIN)/python bench/demo.py

.PHONY: web
web: ## Builds the web client
	@rm -f clients/web/dist/index.html
	@$(MAKE) --no-print-directory clients/web/dist/index.html

.PHONY: lock
lock: ## Pins the newest versions that requirements/*.in allow
	@tools/lock.sh $(PYTHON)

.PHONY: clean
clean: ## Removes what these targets made (not the data of `up`)
	rm -rf $(VENV) $(VLLM) .venv-node clients/web/dist clients/web/node_modules build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# -- What targets are made of -----------------------------------------------------------------------------------------

# Our own packages without their dependencies: versions are pinned once, in the lock.
$(VENV)/run.ok: requirements/run.txt $(addsuffix /pyproject.toml,$(PACKAGES))
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is not there: install Python 3.11 with venv, or say PYTHON=..."; exit 1; }
	@test -x $(BIN)/python || { echo "Making $(VENV)"; $(PYTHON) -m venv $(VENV); }
	@echo "Installing $(words $(shell grep -v '^#' requirements/run.txt)) packages (the first time some minutes)"
	@$(PIP) --requirement requirements/run.txt
	@$(PIP) --no-deps --no-build-isolation $(addprefix --editable ./,$(PACKAGES))
	@touch $@

$(VENV)/dev.ok: requirements/dev.txt $(VENV)/run.ok
	@echo "Installing the developer's tools"
	@$(PIP) --requirement requirements/dev.txt
	@touch $@

# Without dependencies: torchvision, torchaudio and torchcodec, which vLLM names, don't match the CPU build of torch.
$(VLLM)/ok: requirements/vllm.txt requirements/vllm-house.txt $(addsuffix /pyproject.toml,libs/protos libs/common services/inference)
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is not there: install Python 3.11 with venv, or say PYTHON=..."; exit 1; }
	@test -x $(VLLM)/bin/python || { echo "Making $(VLLM)"; $(PYTHON) -m venv $(VLLM); }
	@echo "Installing $(words $(shell grep -hv '^#' requirements/vllm.txt requirements/vllm-house.txt)) packages for vLLM (the first time some minutes)"
	@$(VLLM)/bin/python -m pip install --quiet --quiet --disable-pip-version-check --no-deps \
		--requirement requirements/vllm.txt --requirement requirements/vllm-house.txt
	@$(VLLM)/bin/python -m pip install --quiet --quiet --disable-pip-version-check --no-deps --no-build-isolation \
		--editable ./libs/protos --editable ./libs/common --editable ./services/inference
	@touch $@

clients/web/dist/index.html: clients/web/package-lock.json $(shell find clients/web/src clients/web/public clients/web/index.html clients/web/vite.config.ts clients/web/vite.offline.config.ts -type f 2>/dev/null)
	@tools/build_web.sh $(PYTHON)
	@touch $@
