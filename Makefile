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
# SAM's environment has cfn-lint and the transformation too.
sam_tools := $(LATCHKEY_TOOLS_DIR)/aws-sam-cli/bin
sam := $(sam_tools)/sam
checkov := $(LATCHKEY_TOOLS_DIR)/checkov/bin/checkov
cargo_lambda := $(LATCHKEY_TOOLS_DIR)/cargo-lambda/bin/cargo-lambda
# The stage that `make deploy` goes to, as samconfig.toml names it.
stage ?= dev
# How many pictures `make captchas` draws.
count ?= 200
# What `make build` compiles for, if not for what samconfig.toml says: architecture=x86_64. arm64 needs
# rustup target add aarch64-unknown-linux-gnu
architecture ?=
# What `make deploy` changes beyond samconfig.toml: parameters="UsersQueryAccess=off". Others stay as they are deployed.
parameters ?=
# Whether `make deploy` asks for everything first: guided=yes
guided ?=
# What this machine can run itself.
system := $(shell uname -s)
own_architecture := $(if $(filter aarch64 arm64,$(shell uname -m)),arm64,x86_64)

.DEFAULT_GOAL := help
.PHONY: help dev reset test laptop check clients templates build artefact deploy smoke schema bench profile captchas tools

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

test: ## Everything a change must pass: check, unit tests, stories on both engines, laptop, clients, templates, artefact
	@$(MAKE) --no-print-directory check
	cargo test --workspace
	@$(MAKE) --no-print-directory laptop
	@$(fetch) dynamodb-local
	infra/tools/with-dynamodb-local cargo test --workspace --test stories
	@$(MAKE) --no-print-directory clients
	@$(MAKE) --no-print-directory templates
	@$(if $(filter Linux,$(system)),$(MAKE) --no-print-directory artefact,echo "Left out: make artefact, which only Linux can do")

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

templates: ## Validate, lint and test the CloudFormation templates, and what goes with them
	@$(fetch) aws-sam-cli
	@$(fetch) checkov
	$(sam) validate --lint
	$(sam) validate --lint --template-file infra/tables.yaml
	$(sam) validate --lint --template-file infra/mail.yaml
	$(sam) validate --lint --template-file infra/watch.yaml
	$(sam_tools)/cfn-lint --regions us-east-1 eu-central-1 -- infra/*.yaml
	$(checkov) --directory infra --framework cloudformation --skip-download --compact --quiet
	$(sam_tools)/python -m unittest discover -s infra/tests

build: ## Compile for Lambda: make build architecture=x86_64
	@$(fetch) cargo-lambda
	@$(fetch) aws-sam-cli
	PATH="$(dir $(cargo_lambda)):$$PATH" $(sam) build --config-env $(stage) $(if $(architecture),--parameter-overrides Architecture=$(architecture))

artefact: ## Compile for Lambda on this machine's processor, and run what would be uploaded behind a gateway (Linux only)
	@test $(system) = Linux || { echo "Lambda runs programs of Linux, which $(system) does not" >&2; exit 1; }
	@$(MAKE) --no-print-directory build architecture=$(own_architecture)
	LATCHKEY_ARTEFACT="$(CURDIR)/.aws-sam/build/GraphqlFunction" cargo test --workspace --test artefact

deploy: ## Deploy to AWS: make deploy stage=dev, for the first time with guided=yes
	$(if $(architecture),$(error samconfig.toml says what a stage runs on, for build and deploy alike))
	@$(MAKE) --no-print-directory build
	$(sam) deploy --config-env $(stage) $(if $(guided),--guided) $(if $(parameters),--parameter-overrides '$(parameters)')

smoke: ## Ask a deployed service whether it is up and right: make smoke URL=https://...
	@infra/tools/smoke "$(URL)"

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

captchas: ## Draw captchas to be looked at, and what they say: make captchas count=200
	cargo build --workspace --example captchas
	"$(CARGO_TARGET_DIR)/debug/examples/captchas" $(count) "$(CARGO_TARGET_DIR)/captchas"

tools: ## Fetch every tool now, for work without a network
	@for tool in cargo-lambda graphiql dynamodb-local aws-sam-cli checkov; do $(fetch) $$tool || exit; done
