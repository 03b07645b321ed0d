# Spark Control. `make demo` to see it, `make test` to check it, `make run` to use it with your own Sparks.
# Node 24 comes with the packages (node_modules/.bin/node), so any Node from 20 on with npm is enough to begin.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

installed := node_modules/.package-lock.json

.PHONY: help demo run test soak check unit deps needs build gallery pictures docs bench eval simulate format clean

help: ## What there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(installed): package.json package-lock.json .npmrc
	@command -v npm >/dev/null || { echo 'npm is missing. Install Node 20 or newer with npm, then try again.' >&2; exit 1; }
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

build: $(installed) ## Build dist/
	@npm run --silent build

demo: build ## Two simulated Sparks over real SSH and the appliance; PORT=9999, DATA_DIR= a temp folder
	@exec node_modules/.bin/node scripts/demo.ts

run: build ## The appliance alone, for your own Sparks; PORT=9999 HOST=127.0.0.1 DATA_DIR=./data
	@exec node_modules/.bin/node dist/server/main.js

deps: ## Debian packages that the tests need (as root)
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends openssh-server openssh-client chromium >/dev/null

needs:
ifeq ($(CI),true)
	@if command -v sshd >/dev/null || [ -x /usr/sbin/sshd ]; then command -v chromium >/dev/null || $(MAKE) deps; else $(MAKE) deps; fi
endif
	@[ -x /usr/sbin/sshd ] || command -v sshd >/dev/null || { echo 'sshd is missing: the tests talk to a real one. Run: sudo make deps' >&2; exit 1; }
	@command -v ssh >/dev/null || { echo 'ssh is missing. Run: sudo make deps' >&2; exit 1; }
	@command -v chromium >/dev/null || { echo 'chromium is missing: the tests click in a real browser. Run: sudo make deps' >&2; exit 1; }

test: needs build ## Everything CI runs: format, lint, types, import law, dead code, and all tests
	@npm run --silent check
	@npm run --silent test

soak: needs build ## The long versions of the tests, for docs/RELIABILITY.md; ONLY=kills SEED=1 COUNT= SECONDS=
	@exec node_modules/.bin/node scripts/soak.ts

check: $(installed) ## Format, lint, types, import law, dead code
	@npm run --silent check

unit: build ## Tests without a browser or an sshd: fast
	@npm run --silent test -- --exclude 'tests/e2e/**' --exclude 'tests/adapters/ssh*' --exclude 'tests/sim/doors*'

gallery: build ## Every page and part in every state, to look at
	@node_modules/.bin/node node_modules/.bin/tsx scripts/gallery.ts

pictures: build ## The gallery, and a picture of every failure, light and dark, desk and phone, in tmp/gallery
	@node_modules/.bin/node node_modules/.bin/tsx scripts/gallery.ts --pictures

docs: $(installed) ## Write the generated pages under docs/
	@node_modules/.bin/node node_modules/.bin/tsx scripts/schema.ts

bench: build ## The figures of docs/FIGURES.md
	@node_modules/.bin/node node_modules/.bin/tsx scripts/bench.ts

simulate: $(installed) ## Whole lives of a cluster in virtual time; LIVES=2000 SEED=1 JOBS=1 CANARIES=200 RECORD=file
	@node_modules/.bin/node scripts/simulate.ts
eval: build ## Inference against published recipes, docs/INFERENCE.md; CORPUS=/path/to/cases EVAL=/path/to/recipes.mjs
	@node_modules/.bin/node node_modules/.bin/tsx scripts/eval.ts '$(CORPUS)' '$(EVAL)'

format: $(installed) ## Put the source in its form
	@npx biome check --write .

clean: ## Remove what was built and installed
	rm -rf dist node_modules
