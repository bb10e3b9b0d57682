# TempoFit. `make` lists what there is; `make run` and `make test` set everything up by themselves.

PYTHON ?= python3
STAGE ?= dev
VENV := .venv
BIN := $(VENV)/bin
NODE := PATH="$(CURDIR)/$(BIN):$$PATH" npm --prefix frontend
# Node and npm come from the environment; the CDK command comes from npm, always the same version.
CDK_COMMAND := PATH="$(CURDIR)/$(BIN):$$PATH" npm exec --yes --package=aws-cdk@2.1148.1
CDK := $(CDK_COMMAND) -- cdk
# Without AWS_ENDPOINT_URL, cdklocal speaks to localhost.localstack.cloud:4566, which is this machine.
CDKLOCAL := $(CDK_COMMAND) --package=aws-cdk-local@3.0.4 -- cdklocal
ISSUER := https://s3.localhost.localstack.cloud:4566/tempofit-issuer
# A PYTHON that is named, and is not the one of the environment, makes the environment anew.
VERSION := -c 'import sys; print("%d.%d" % sys.version_info[:2])'
OTHER := $(shell test "$(origin PYTHON)" = file || test ! -x $(BIN)/python || \
  test "`$(BIN)/python $(VERSION)`" = "`$(PYTHON) $(VERSION) 2>/dev/null`" || echo other-python)
PACKAGES := events lambdas infra local simulator catalog evaluation planning benchmarks tempofit tests

.DEFAULT_GOAL := help
.PHONY: other-python help setup hdf5 audio strap run test check fast format lint types page pipeline fuzz bench mutants screenshots synth bootstrap deploy destroy localstack lock clean

help: ## List these targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

setup: $(VENV)/.installed frontend/dist/index.html ## Install what the project needs and build the page

hdf5: $(VENV)/.hdf5 ## Install what reads the Million Song Dataset's own files

audio: $(VENV)/.audio ## Install what reads music files: `tempofit songs import FOLDER` needs it

strap: $(VENV)/.strap ## Install what speaks Bluetooth: `tempofit strap` needs it

run: setup ## Run everything on this machine with 25 simulated athletes
	@exec $(BIN)/tempofit up --athletes 25

test: check pipeline ## Everything that CI runs

check: setup audio hdf5 strap format lint types fast page ## Format, lint, types and the fast tests

format:
	@$(BIN)/ruff format --check $(PACKAGES)

lint:
	@$(BIN)/ruff check $(PACKAGES)
	@$(BIN)/lint-imports --no-logo

types:
	@$(BIN)/mypy

fast:
	@$(BIN)/pytest -q --numprocesses 2 --dist loadfile --cov --cov-report= tests/test_rooms.py tests/test_commands.py tests/test_python.py tests/test_trust.py tests/domain tests/events tests/adapters tests/simulator tests/catalog tests/evaluation tests/planning tests/benchmarks tests/fuzz
	@$(BIN)/python -m tests.covered

page: setup
	@$(NODE) run --silent typecheck
	@$(NODE) run --silent lint
	@$(NODE) run --silent test

# These have real processes, sockets and a browser. What fails is tried once more, and the run's end
# shows where and why: that is a fault to be found, in the test or beside it.
LIVE := $(BIN)/pytest -q -p no:randomly --numprocesses 2 --dist loadfile --reruns 1
pipeline: setup .tempofit/supysonic/.installed
	@$(LIVE) tests/infra tests/local tests/pipeline
	@$(LIVE) tests/browser

MINUTES ?= 10
fuzz: setup ## Try every reader of what comes from outside with strange input for MINUTES (10)
	@TEMPOFIT_FUZZ_SECONDS=$$(($(MINUTES) * 40)) $(BIN)/pytest -q tests/fuzz
	@VITE_FUZZ_SECONDS=$$(($(MINUTES) * 4)) $(NODE) run --silent fuzz

bench: setup audio ## Run every benchmark, in about fifty minutes
	@$(BIN)/tempofit bench pipeline
	@$(BIN)/tempofit bench average
	@$(BIN)/tempofit bench websocket
	@$(BIN)/tempofit bench flood
	@$(BIN)/tempofit bench overload
	@$(BIN)/tempofit bench growth --seconds 30
	@$(BIN)/tempofit bench imports
	@$(BIN)/tempofit bench tempo
	@$(BIN)/tempofit bench page

ROOM ?= lambdas/domain
TESTS ?= tests/$(notdir $(ROOM))
mutants: $(VENV)/.installed ## Change a room's functions one by one; tell what its tests miss (ROOM=lambdas/domain TESTS=tests/domain)
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --target .tempofit/mutmut --require-hashes -r requirements/mutants.txt
	@$(BIN)/python -m tests.mutants $(ROOM) $(TESTS)

screenshots: setup ## Take pictures of every state of the page in every size, and those of the README
	@$(BIN)/python -m benchmarks.screenshots

synth: setup ## Synthesize the CDK app with its bundle into cdk.out (STAGE=dev or prod)
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m infra.app $(STAGE)

bootstrap: setup ## Prepare your AWS account and region for the CDK, once
	@place=$$($(BIN)/python -m tempofit.operations.bootstrap) && $(CDK) bootstrap "$$place"

deploy: setup ## Put a stage and its page on AWS (STAGE=dev or prod, CONTEXT="-c name=value")
	@$(BIN)/tempofit preflight --stage "$(STAGE)" $(CONTEXT)
	@$(CDK) deploy -c stage="$(STAGE)" $(CONTEXT) --require-approval never; done=$$?; \
	  if [ "$(STAGE)" = prod ]; then $(BIN)/tempofit protect --stage prod || exit 1; fi; exit $$done
	@$(BIN)/tempofit deploy-page --stage "$(STAGE)"

destroy: setup ## Take a stage off AWS (STAGE=dev, or STAGE=prod CONFIRM=prod)
	@if [ "$(STAGE)" != prod ]; then $(BIN)/tempofit deploy-page --stage "$(STAGE)" --remove; \
	  elif [ "$(CONFIRM)" = prod ]; then $(BIN)/tempofit protect --stage prod --off; \
	  else echo "This takes the songs, the login and the page of prod from everybody. Its tables, streams, queue," \
	    "page bucket and people stay and are paid for, as docs/aws.md says. If you mean it:" \
	    "make destroy STAGE=prod CONFIRM=prod"; exit 1; fi
	@$(CDK) destroy -c stage="$(STAGE)" -c checks=none --force

localstack: setup ## Deploy the dev stage into a LocalStack on this machine
	@$(BIN)/python -c 'from urllib.request import urlopen; urlopen("http://localhost:4566/_localstack/health", timeout=5)' 2>/dev/null || \
	  { echo "No LocalStack answers at http://localhost:4566: start one, as docs/localstack.md says."; exit 1; }
	@$(CDKLOCAL) bootstrap -c stage=dev
	@$(CDKLOCAL) deploy -c stage=dev --require-approval never -c oidc_issuer=$(ISSUER) \
	  -c oidc_audience=tempofit -c oidc_jwks_url=$(ISSUER)/jwks.json

lock: $(VENV)/.installed ## Lock the dependencies anew
	@for name in uv lambdas all mutants hdf5 supysonic audio strap; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	    --no-annotate --no-emit-index-url --no-emit-find-links \
	    requirements/$$name.in -o requirements/$$name.txt || exit 1; done

clean: ## Remove everything that was installed or built
	rm -rf $(VENV) .tempofit cdk.out frontend/node_modules frontend/dist frontend/src/wire/generated
	rm -rf .mypy_cache .ruff_cache .import_linter_cache .pytest_cache .hypothesis *.egg-info

# uv creates the environment when the machine has it, and comes from pip when it has not.
$(VENV)/.installed: requirements/all.txt pyproject.toml $(OTHER)
	@$(if $(OTHER),,test -x $(BIN)/python ||) case "`$(PYTHON) $(VERSION) 2>/dev/null`" in \
	  3.11|3.12|3.13|3.14) $(PYTHON) -m venv --clear $(VENV) ;; \
	  *) echo "TempoFit runs on Python 3.11 to 3.14, and $(PYTHON) is `$(PYTHON) --version 2>&1 | tail -n 1`:" \
	    "name one of these with make PYTHON=..."; exit 1 ;; esac
	@echo "Installing the packages of `$(BIN)/python --version`; the first time takes a minute."
	@$(BIN)/python -m uv --version >/dev/null 2>&1 || \
	  $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/uv.txt
	@$(BIN)/python -m uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/all.txt
	@$(BIN)/python -m uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

$(VENV)/.hdf5: $(VENV)/.installed requirements/hdf5.txt
	@$(BIN)/python -m uv pip install --quiet --python $(BIN)/python --no-deps --require-hashes -r requirements/hdf5.txt
	@touch $@

# A music server for the browser's tests, apart from what the project imports.
.tempofit/supysonic/.installed: requirements/supysonic.txt $(VENV)/.installed
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --target $(@D) --require-hashes -r $<
	@touch $@

$(VENV)/.audio: requirements/audio.txt $(VENV)/.installed
	@echo "Installing what reads music files."
	@$(BIN)/python -m uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/audio.txt
	@touch $@

$(VENV)/.strap: $(VENV)/.installed requirements/strap.txt
	@echo "Installing what speaks Bluetooth."
	@$(BIN)/python -m uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/strap.txt
	@touch $@

frontend/node_modules/.installed: $(VENV)/.installed frontend/package-lock.json
	@echo "Installing the page's packages."
	@$(NODE) ci --silent --no-audit --no-fund
	@touch $@

frontend/dist/index.html: frontend/node_modules/.installed $(shell find frontend/src frontend/worker frontend/public frontend/index.html frontend/vite.config.ts frontend/scripts events/asyncapi.json 2>/dev/null)
	@echo "Building the page."
	@$(NODE) run --silent build
	@touch $@
