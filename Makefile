# The verbs. `make` alone lists them.

# One place for everything that is compiled, so that cargo, cargo-lambda and the lines below agree on it.
export CARGO_TARGET_DIR ?= $(CURDIR)/target
export LATCHKEY_TOOLS_DIR ?= $(CURDIR)/.tools
export LATCHKEY_DATA_DIR ?= .local
export SAM_CLI_TELEMETRY = 0
# SAM wants a region even where it only reads files.
export AWS_DEFAULT_REGION ?= eu-central-1

fetch := infra/tools/fetch
clients := tests/clients
sam := $(LATCHKEY_TOOLS_DIR)/aws-sam-cli/bin/sam
cargo_lambda := $(LATCHKEY_TOOLS_DIR)/cargo-lambda/bin/cargo-lambda
# The stage that `make deploy` goes to, as samconfig.toml names it.
stage ?= dev
# What the functions run on. arm64 needs: rustup target add aarch64-unknown-linux-gnu
architecture ?= arm64

.DEFAULT_GOAL := help
.PHONY: help dev reset test laptop check clients templates build deploy schema bench profile tools

help: ## List the verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

dev: ## Run everything on this laptop: function, database, mailbox, GraphiQL (Ctrl-C ends it)
	@$(fetch) cargo-lambda
	@$(fetch) graphiql
	@echo "Compiling Latchkey (some minutes the first time) ..."
	@cargo build --workspace --bins
	@exec "$(CARGO_TARGET_DIR)/debug/local"

reset: ## Forget the accounts, letters and secret that make dev has kept
	rm -rf "$(LATCHKEY_DATA_DIR)"

test: ## Everything a change must pass: check, unit tests, stories on both engines, laptop, clients, templates
	@$(MAKE) --no-print-directory check
	cargo test --workspace
	@$(MAKE) --no-print-directory laptop
	@$(fetch) dynamodb-local
	infra/tools/with-dynamodb-local cargo test --workspace --test stories
	@$(MAKE) --no-print-directory clients
	@$(MAKE) --no-print-directory templates

laptop: ## Start make dev on free ports, use it as a person does, and end it by Ctrl-C (a part of make test)
	cargo test --workspace --test laptop -- --nocapture --test-threads=1

check: ## Format and lints only, the quick part of make test
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

clients: $(clients)/node_modules/.package-lock.json ## Real clients of every dialect, against the local stack
	@$(fetch) cargo-lambda
	@$(fetch) graphiql
	@cargo build --workspace --bins
	npm --prefix $(clients) --silent run generate
	npm --prefix $(clients) --silent run build
	npm --prefix $(clients) --silent test

$(clients)/node_modules/.package-lock.json: $(clients)/package-lock.json
	npm --prefix $(clients) ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

templates: ## Validate the CloudFormation templates
	@$(fetch) aws-sam-cli
	$(sam) validate --lint
	$(sam) validate --lint --template-file infra/tables.yaml
	$(sam) validate --lint --template-file infra/mail.yaml
	$(sam) validate --lint --template-file infra/watch.yaml

build: ## Compile for Lambda: make build architecture=x86_64
	@$(fetch) cargo-lambda
	@$(fetch) aws-sam-cli
	PATH="$(dir $(cargo_lambda)):$$PATH" $(sam) build --parameter-overrides Architecture=$(architecture)

deploy: build ## Deploy to AWS: make deploy stage=dev
	$(sam) deploy --config-env $(stage) --parameter-overrides Architecture=$(architecture)

schema: ## Compare the schemas in functions/graphql/schema with what the service serves
	cargo test --workspace schema

bench: ## Measure and write docs/performance.md: make bench, or make bench only=load
	@echo "Compiling for release (some minutes the first time) ..."
	@cargo build --release --workspace --bin graphql --bin bench --bin bare_function --bin bare_hash
	@"$(CARGO_TARGET_DIR)/release/bench" $(only)

profile: ## Count the instructions of two acts into docs/performance.md (needs valgrind, builds for long)
	@cargo build --profile profiling --workspace --bin graphql
	@cargo build --release --workspace --bin graphql --bin bench
	@"$(CARGO_TARGET_DIR)/release/bench" profile

tools: ## Fetch every tool now, for work without a network
	@for tool in cargo-lambda graphiql dynamodb-local aws-sam-cli; do $(fetch) $$tool || exit; done
