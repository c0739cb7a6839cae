# Every target installs what it needs first: `npm ci` once (again when the lock file changes).
# The scripts behind the targets stand in build/; products go to dist/.

SHELL := /bin/sh
TSX := node_modules/.bin/tsx
NPM_STAMP := node_modules/.installed
NODE_LEAST := $(shell sed -n 's/.*"node": ">=\(.*\)".*/\1/p' package.json)

.PHONY: all help demo test test-all check bundle ipk apk release release-key set-version feed bench simulate-fleet standalone server lambda deploy luci luci-screenshots clean clean-cache

all: bundle

## make demo               plays the whole story on this machine
## make test               every test that this machine can run; make test-all: the long ones too
## make check              types, lint, format, house rules, shellcheck, budgets
## make bundle             dist/lambda-ddns.js, one ES module for qjs -m
## make ipk, make apk      the packages; VARIANT=standalone TARGET=… takes the one with the engine inside
## make luci               the page for LuCI as ipk and apk; make luci-screenshots: its pictures
## make standalone TARGET=…  engine and program in one static executable
## make feed               a folder for OpenWrt's SDK
## make server             the service on this machine
## make lambda             dist/lambda.zip for the function
## make deploy DOMAIN=…    the service on AWS, new or updated; HOST=home adds a first host, EMAIL=… is told of trouble
## make release            everything of one version, with signed feeds; make release-key: their keys
## make set-version VERSION=…  the version, everywhere it stands
## make simulate-fleet     100,000 routers that return at once, with and without the queue
## make bench              measures against the peers installed here
## make clean              removes dist/; make clean-cache: the engines and compilers that were fetched or built
help:
	@sed -n 's/^## //p' Makefile

# Says what is missing in place of what would go wrong later.
$(NPM_STAMP): package-lock.json package.json
	@command -v node > /dev/null && command -v npm > /dev/null || \
		{ echo "Node is missing, or its npm: install Node $(NODE_LEAST) or newer" >&2; exit 1; }
	@node -e 'process.exit(Number(process.versions.node.localeCompare("$(NODE_LEAST)", "en", { numeric: true }) < 0))' || \
		{ echo "Node $$(node -v) is too old: install $(NODE_LEAST) or newer" >&2; exit 1; }
	@echo 'installing npm packages (half a minute, once)';
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

bundle: $(NPM_STAMP)
	@$(TSX) build/bundle.ts

demo: $(NPM_STAMP)
	@$(TSX) build/bundle.ts
	@$(TSX) test/demo/demo.ts

test: $(NPM_STAMP)
	@$(TSX) build/test.ts

test-all: $(NPM_STAMP)
	@LAMBDA_DDNS_TEST_ALL=1 $(TSX) build/test.ts

check: $(NPM_STAMP)
	@$(TSX) build/check.ts

ipk: $(NPM_STAMP)
	@$(TSX) build/ipk.ts $(if $(VARIANT),--variant $(VARIANT)) $(if $(TARGET),--target $(TARGET))

apk: $(NPM_STAMP)
	@$(TSX) build/apk.ts $(if $(VARIANT),--variant $(VARIANT)) $(if $(TARGET),--target $(TARGET))

luci: $(NPM_STAMP)
	@$(TSX) build/luci.ts

luci-screenshots: $(NPM_STAMP)
	@$(TSX) test/luci/screenshots.ts

release: $(NPM_STAMP)
	@$(TSX) build/release.ts

set-version: $(NPM_STAMP)
	@$(TSX) build/set-version.ts "$(VERSION)"

release-key: $(NPM_STAMP)
	@$(TSX) build/release-key.ts

feed: $(NPM_STAMP)
	@$(TSX) build/feed.ts

standalone: $(NPM_STAMP)
	@$(TSX) build/standalone.ts $(if $(TARGET),--target $(TARGET))

bench: $(NPM_STAMP)
	@$(TSX) test/bench/bench.ts

simulate-fleet: $(NPM_STAMP)
	@$(TSX) test/fleet/simulate-fleet.ts

server: $(NPM_STAMP)
	@$(TSX) src/server/local/main.ts

lambda: $(NPM_STAMP)
	@$(TSX) build/lambda.ts

deploy: $(NPM_STAMP)
	@$(TSX) build/lambda.ts
	@$(TSX) src/server/admin/main.ts deploy $(if $(DOMAIN),--domain "$(DOMAIN)") $(if $(ZONE),--zone "$(ZONE)") $(if $(HOST),--host "$(HOST)") $(if $(EMAIL),--email "$(EMAIL)") $(DEPLOY)

clean:
	rm -rf dist

clean-cache:
	rm -rf node_modules/.cache
