# Two commands matter: `make run` and `make test`. Everything else serves them.
# npm may run on any Node from 20 up; the programs run on the Node 26 that npm installs (node_modules/.bin/node).

SHELL := /bin/sh
NODE := node_modules/.bin/node
DEPS := node_modules/.package-lock.json
CONSOLE := dashboards/console/dist/index.html
CONSOLE_SOURCES := $(shell find dashboards/console protocol -type f -not -path '*/dist/*' -not -name '*.test.ts' 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help run build test check test-windows test-systemd test-update fault simulate bench bench-agent package generate format clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(DEPS) $(CONSOLE) ## set up and run everything on this machine (Ctrl-C stops it)
	@exec $(NODE) bin/labwatch.mjs up $(ARGS)

build: $(DEPS) $(CONSOLE) ## build the console

test: $(DEPS) $(CONSOLE) ## set up and run every check and every test
	@sh tests/tools/ensure-system.sh
	@$(MAKE) --no-print-directory check
	@PATH="$(CURDIR)/node_modules/.bin:$$PATH" $(NODE) node_modules/vitest/vitest.mjs run $(ARGS)

check: $(DEPS) ## types, lint, format and generated files
	@PATH="$(CURDIR)/node_modules/.bin:$$PATH" sh tests/tools/check.sh

test-windows: $(DEPS) ## run the Windows agent on Wine, which is laid into a cache the first time
	@sh tests/windows/prepare-wine.sh >/dev/null
	@$(NODE) node_modules/vitest/vitest.mjs run --config tests/windows/vitest.config.ts $(ARGS)

fault: $(DEPS) $(CONSOLE) ## the long proofs: every kill twenty times (FAULT_ROUNDS=20)
	@sh tests/tools/ensure-system.sh
	@FAULT_ROUNDS=$${FAULT_ROUNDS:-20} $(NODE) node_modules/vitest/vitest.mjs run tests/fault $(ARGS)

test-systemd: $(DEPS) $(CONSOLE) ## run the packaged agent as a service of a real systemd, in namespaces (root, cgroup v2)
	@sh tests/tools/ensure-system.sh
	@$(NODE) node_modules/vitest/vitest.mjs run --config tests/systemd/vitest.config.ts $(ARGS)

test-update: $(DEPS) $(CONSOLE) ## two packaged versions: the agent becomes the next one and goes back from a broken one (minutes)
	@TEST_UPDATE=1 PATH="$(CURDIR)/node_modules/.bin:$$PATH" $(NODE) node_modules/vitest/vitest.mjs run tests/update $(ARGS)

simulate: $(DEPS) ## larger labs than in the tests: a hundred copies at once, frozen machines for a quarter of a year
	@SIMULATE_PCS=$${SIMULATE_PCS:-100} SIMULATE_DAYS=$${SIMULATE_DAYS:-90} $(NODE) node_modules/vitest/vitest.mjs run tests/simulator --testTimeout 1800000 $(ARGS)

bench: $(DEPS) $(CONSOLE) ## measure: one line a figure, and JSON in tests/bench/out/
	@$(NODE) tests/bench/main.ts $(ARGS)

bench-agent: $(DEPS) $(CONSOLE) ## the agent beside zabbix, collectd, node_exporter and netdata, ten minutes (root; BENCH_SECONDS=600)
	@sh tests/bench/agent/ensure-peers.sh
	@PATH="$$PATH:/usr/sbin:/sbin" $(NODE) tests/bench/agent/main.ts $(ARGS)

package: $(DEPS) ## build the agent as one file for every system into dist/ (docs/package.md)
	@PATH="$(CURDIR)/node_modules/.bin:$$PATH" $(NODE) packaging/main.ts $(ARGS)

generate: $(DEPS) ## write the generated files (docs/api, tables in docs/, the console's client)
	@PATH="$(CURDIR)/node_modules/.bin:$$PATH" npm run --silent generate

format: $(DEPS) ## format the sources
	@PATH="$(CURDIR)/node_modules/.bin:$$PATH" npm run --silent format

clean: ## remove what was built and installed here (never the data folder)
	rm -rf node_modules dashboards/console/dist dist tests/out tests/bench/out

$(DEPS): package.json package-lock.json .npmrc
	@sh tests/tools/install.sh

$(CONSOLE): $(DEPS) $(CONSOLE_SOURCES)
	@PATH="$(CURDIR)/node_modules/.bin:$$PATH" $(NODE) node_modules/vite/bin/vite.js build dashboards/console --logLevel warn
	@touch $@
