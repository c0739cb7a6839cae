# Every target installs what it needs first: `npm ci` once (again when the lock file changes).
# The scripts behind the targets stand in build/; products go to dist/.

SHELL := /bin/sh
TSX := node_modules/.bin/tsx
NPM_STAMP := node_modules/.installed
NODE_LEAST := $(shell sed -n 's/.*"node": ">=\(.*\)".*/\1/p' package.json)

.PHONY: all demo test test-all check bundle ipk apk release release-key set-version feed bench simulate-fleet standalone server lambda luci luci-screenshots clean

all: bundle

# Says what is missing in place of what would go wrong later.
$(NPM_STAMP): package-lock.json package.json
	@command -v node > /dev/null && command -v npm > /dev/null || \
		{ echo "Node is missing, or its npm: install Node $(NODE_LEAST) or newer" >&2; exit 1; }
	@node -e 'process.exit(Number(process.versions.node.localeCompare("$(NODE_LEAST)", "en", { numeric: true }) < 0))' || \
		{ echo "Node $$(node -v) is too old: install $(NODE_LEAST) or newer" >&2; exit 1; }
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

clean:
	rm -rf dist
