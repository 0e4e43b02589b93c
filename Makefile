# The two commands that matter: `make run` and `make test`. `make help` lists the rest.
SHELL := /bin/bash
.DEFAULT_GOAL := help

PORT ?= 8080
DATA ?= data
TARGET := $(if $(CARGO_TARGET_DIR),$(CARGO_TARGET_DIR),target)
GALLERIA := $(TARGET)/release/galleria

.PHONY: help run test faults bench fmt lint build tools

help: ## show what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18

run: ## build what is missing and start the whole platform with two demo shops on http://localhost:8080
	@echo "Building (the first time takes a quarter of an hour on two cores; cargo shows how far it is) …"
	@cargo build --release --package galleria
	@if curl -fsS -o /dev/null --max-time 2 http://127.0.0.1:$(PORT)/healthz 2>/dev/null; then \
		echo "Something answers on http://localhost:$(PORT) already; nothing was started."; \
		[ ! -f $(DATA)/demo-keys.json ] || echo "The keys of the demo are in $(DATA)/demo-keys.json."; \
	else \
		$(GALLERIA) demo --data $(DATA) --listen 127.0.0.1:$(PORT) && echo && \
		echo "Open http://localhost:$(PORT) — Ctrl+C stops it." && \
		exec $(GALLERIA) serve --data $(DATA) --listen 127.0.0.1:$(PORT) --list-shops; \
	fi

test: tools lint ## every check and every test
	cargo build --workspace --all-targets
	cargo test --workspace --doc --quiet
	@if cargo nextest --version >/dev/null 2>&1; then \
		cargo nextest run --workspace --no-fail-fast; done=$$?; \
		sh tests/slowest.sh target/nextest/default/junit.xml; exit $$done; \
	else \
		cargo test --workspace --no-fail-fast --lib --bins --tests; \
	fi

faults: tools ## the long form of the fault tests
	cargo build --workspace --all-targets
	GALLERIA_FAULTS=long cargo test --package galleria-tests --test suite -- --nocapture --test-threads=1 faults travel killed_server histories contract
	GALLERIA_FAULTS=long cargo test --package store --test store -- --nocapture --test-threads=1 killed moving many_writers

bench: tools ## the budgets, as ratios in one run
	cargo build --release --package galleria --package galleria-load
	$(TARGET)/release/bench $(ARGS)

fmt: ## format
	cargo fmt --all

lint: ## formatting, clippy, and licences where cargo-deny is there
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- --deny warnings
	@if command -v cargo-deny >/dev/null; then cargo deny check; fi

build: ## everything, without running it
	cargo build --workspace --all-targets

# What the tests start as real parts, from Debian's packages, PyPI and npm.
tools:
	@for needs in tests/needs.sh crates/*/tests/needs.sh; do sh $$needs || exit 1; done
