# Everything a newcomer needs: `make help`. Only git, make and Python 3.11 or later are assumed.

UV_VERSION := 0.13.9
# The first Python that is new enough and can make virtual environments (a shim that answers with an error is passed by).
ifndef PYTHON
PYTHON := $(shell for name in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	if "$$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
	then command -v "$$name"; break; fi; done)
endif
UV := .tools/uv/bin/uv
READY := .venv/.ready
KLIK_HOME ?= .klik

# Behind a company's proxy the system's certificates are the ones that count. pip and uv ask for them by different names.
SYSTEM_CERTS := $(firstword $(wildcard /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem))
ifneq ($(SYSTEM_CERTS),)
export PIP_CERT ?= $(SYSTEM_CERTS)
export SSL_CERT_FILE ?= $(SYSTEM_CERTS)
endif
export UV_SYSTEM_CERTS ?= 1
export UV_PYTHON_DOWNLOADS ?= never
export PIP_DISABLE_PIP_VERSION_CHECK ?= 1

.DEFAULT_GOAL := help
.PHONY: help setup demo run check test bench bench-assignment bench-million bench-docs lock

help: ## Show these lines
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: $(READY) ## Make the environment in .venv (INSTALLER=pip does it without uv)

demo: $(READY) ## Show a small day at an energy company, and why each customer got whom
	@.venv/bin/klik demo

run: $(READY) ## Start the service on http://127.0.0.1:8080, its records in .klik/
	@mkdir -p "$(KLIK_HOME)"
	@exec env KLIK_HOME="$(KLIK_HOME)" .venv/bin/klik serve

check: $(READY) ## Style, formatting and types
	@.venv/bin/ruff check --no-cache .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy

test: check ## Everything that must hold: check, then every test
	@.venv/bin/python -m pytest -n 2

bench: $(READY) ## Measure, and print each figure beside its target and its limit
	@.venv/bin/python -m benchmarks

bench-assignment: $(READY) ## Measure each way of solving an assignment beside scipy, lapx and OR-tools
	@.venv/bin/python -m benchmarks.assignment
	@.venv/bin/python -m benchmarks.assignment.mixed
	@.venv/bin/python -m benchmarks.assignment_extra

bench-million: $(READY) ## Measure portfolios of a million customers: minutes, 300 MB of disk
	@for what in "a mapped file" "20 languages"; do \
	.venv/bin/python -m benchmarks.assignment.portfolios --million --only "$$what"; done

bench-docs: $(READY) ## Measure, and write the figures to docs/reference/benchmarks.md
	@.venv/bin/python -m benchmarks --update

$(READY): pyproject.toml uv.lock requirements.lock
	@test -n "$(PYTHON)" || { echo "Klik needs Python 3.11 or later with venv and pip (on Debian: apt install python3-venv)." >&2; exit 1; }
ifeq ($(INSTALLER),pip)
	@$(MAKE) --no-print-directory install-with-pip
else
	@$(MAKE) --no-print-directory install-with-uv || { \
	echo "uv cannot do it here; pip does the same from requirements.lock, more slowly." >&2; \
	$(MAKE) --no-print-directory install-with-pip; }
endif
	@touch $@

$(UV):
	@$(PYTHON) -m venv .tools/uv
	@.tools/uv/bin/python -m pip install --quiet "uv==$(UV_VERSION)"

.PHONY: install-with-uv install-with-pip
install-with-uv: $(UV)
	@test -x .venv/bin/python || $(UV) venv --quiet --python "$(PYTHON)" .venv
	@$(UV) sync --quiet --frozen --all-extras

install-with-pip:
	@test -x .venv/bin/python || $(PYTHON) -m venv .venv
	@test -x .venv/bin/pip || .venv/bin/python -m ensurepip >/dev/null
	@.venv/bin/python -m pip install --quiet --require-hashes -r requirements.lock
	@.venv/bin/python -m pip install --quiet --no-deps -e .

lock: $(UV) ## Renew uv.lock and requirements.lock after a change in pyproject.toml
	@$(UV) lock
	@$(UV) export --quiet --frozen --all-extras --all-groups --no-emit-project --no-header --no-annotate -o requirements.lock >/dev/null
