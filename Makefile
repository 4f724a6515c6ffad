# The common commands; `make help` lists them. Each is one line of shell that works by hand too.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup build test demo lint format docs tiers bench corpus install clean

# The toolchain's own crash reporter takes minutes for a test that wants a trap.
export SWIFT_BACKTRACE ?= enable=no
PREFIX ?= $(HOME)/.local
# Options of debug builds, the same for tests and documentation, so that one build serves both.
DEBUG_OPTIONS ?=
export DEBUG_OPTIONS
sources := Sources Tests Package.swift

help: ## list the commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | column -t -s '|'

setup: ## install the Debian packages that are missing
	@tools/install-dependencies.sh

build: setup ## build .build/release/letterpress
	swift build -c release --product letterpress

test: setup ## run all tests (debug build)
	swift test --disable-xctest $(DEBUG_OPTIONS)

demo: build ## render the sample corpus, make pictures, verify, train and evaluate small models; writes demo-output/
	@tools/demo.sh .build/release/letterpress demo-output

lint: ## check the format of all sources
	swift format lint --strict --recursive $(sources)

format: ## format all sources in place
	swift format --in-place --recursive $(sources)

docs: setup ## build the documentation of the libraries; writes out/docs/
	@tools/docs.sh out/docs

tiers: ## check in seconds that every target depends on lower tiers only
	@mkdir -p .build
	swiftc -parse-as-library -o .build/check-tiers tools/tiers.swift Tests/HouseTests/Tiers.swift \
		Tests/HouseTests/PackageDescription.swift
	swift package dump-package | .build/check-tiers

bench: setup ## list the benchmarks; make bench RUN='coverage --check' runs one (release build)
	swift build -c release --product letterpress-bench
	.build/release/letterpress-bench $(if $(RUN),$(RUN),--help)

corpus: setup ## list the recipes of corpora; make corpus NAME=installation-guide builds one
	@corpora/fetch $(NAME)

install: build ## copy the command to PREFIX/bin and its data to PREFIX/share/letterpress
	install -D -t "$(PREFIX)/bin" .build/release/letterpress
	install -D -m 644 -t "$(PREFIX)/share/letterpress/fonts" fonts/*.json
	mkdir -p "$(PREFIX)/share/letterpress/corpora"
	cp -R corpora/fetch corpora/recipes corpora/sample corpora/tasks "$(PREFIX)/share/letterpress/corpora/"
	cp -R models "$(PREFIX)/share/letterpress/"
	@tools/completions.sh "$(PREFIX)/bin/letterpress" "$(PREFIX)/share"
	@case ":$$PATH:" in *":$(PREFIX)/bin:"*) ;; *) echo 'put the command on your path: export PATH="$(PREFIX)/bin:$$PATH"';; esac

clean: ## remove everything that was built
	rm -rf .build .build-* .build_* out demo-output
