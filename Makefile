# `make demo` and `make test` are all a newcomer needs: they install what is missing and build.
PREFIX ?= /usr/local
DESTDIR ?=
LIBRARY = $(DESTDIR)$(PREFIX)/lib/eastwatch
UNITS = $(DESTDIR)/etc/systemd/system
CONFIG = $(DESTDIR)/etc/eastwatch
SOURCES = eastwatch.ts build.mjs tsconfig.json package.json $(shell find build program sensor shared console demo test -type f -not -path 'shared/generated/*' -not -path 'sensor/capture/native/build/*' 2>/dev/null)

.PHONY: build demo test test-quick lint lab native-check capture-rates storms bench service-cost soak soak-hour fuzz install clean

build: dist/.built

# libpcap's headers are what the capture binding is built with.
node_modules/.installed: package-lock.json
	@sh build/need-tools.sh
	@sh build/install-modules.sh
	@touch $@

dist/.built: node_modules/.installed $(SOURCES)
	npm run --silent build
	@touch $@

demo: build
	node dist/eastwatch.js demo

test: build
	@sh build/need-test-tools.sh
	node dist/test/run.js

lint: build
	npm run --silent lint

# Labelled TLS handshakes between real stacks, and how the sensor's verdicts compare; needs root. About half an hour.
LAB ?= /tmp/eastwatch-lab
lab: build
	@sh build/need-lab-tools.sh
	node dist/test/lab/lab.js make $(LAB)
	node dist/test/lab/lab.js judge $(LAB)

# What capturing costs and loses beside dumpcap and tcpdump; needs root. Two to three minutes.
capture-rates: build
	@sh build/need-capture-tools.sh
	node dist/test/load/capture-rates.js

# Memory of a sensor in storms of a million connections, holes, fragments, hosts. Five minutes; a short form is in `make test`.
storms: build
	node dist/test/load/storms.js

# The capture binding under sanitizers and valgrind, over files and on loopback; needs root for the latter.
native-check: build
	@sh build/need-capture-tools.sh
	sh sensor/capture/native/check.sh

bench: build
	npm run --silent bench

# What looking on costs the service looked at at rising rates, beside tcpdump and dumpcap; needs root. About twenty minutes.
service-cost: build
	npm run --silent bench:cost

# Mixed load and what memory does; needs root. Ten minutes, or SOAK="SECONDS CALLS_PER_SECOND FILE-FOR-SAMPLES".
SOAK ?= 600
soak: build
	node dist/test/soak/soak.js $(SOAK)

# An hour at a pace that leaves the machine to others, with a console; the last half hour's memory by process and thread.
soak-hour: build
	node dist/test/soak/soak.js 3600 600 $(or $(SAMPLES),/tmp/eastwatch-soak.ndjson)

fuzz: build
	npm run --silent fuzz

# Program, units and a commented configuration. An existing configuration is left alone.
install: build
	install -d $(LIBRARY) $(DESTDIR)$(PREFIX)/bin $(UNITS) $(CONFIG)
	cp -R dist package.json package-lock.json node_modules $(LIBRARY)/
	rm -rf $(LIBRARY)/dist/test
	cd $(LIBRARY) && npm prune --omit=dev --no-audit --no-fund --ignore-scripts --offline
	ln -sfn $(PREFIX)/lib/eastwatch/dist/eastwatch.js $(DESTDIR)$(PREFIX)/bin/eastwatch
	install -m 644 systemd/eastwatch-sensor.service systemd/eastwatch-console.service $(UNITS)/
	test -e $(CONFIG)/eastwatch.yaml || node dist/eastwatch.js check-config --example > $(CONFIG)/eastwatch.yaml
	@echo "Installed. Set capture.interface and deliver.console in $(CONFIG)/eastwatch.yaml, then:"
	@echo "  systemctl daemon-reload && systemctl enable --now eastwatch-sensor   (or eastwatch-console)"

clean:
	rm -rf dist node_modules shared/generated
