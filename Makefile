# Every target works on a fresh machine: it sets up what is missing first.
.PHONY: help demo test fmt lint suite surface dist bench fuzz setup setup-demo setup-dist
.SILENT:

help:
	echo 'make demo     set a tag in a real git repository, both ways, and show the commits'
	echo 'make test     run everything that CI runs'
	echo 'make suite    run the tests only; ARGS="-E test(name)" chooses'
	echo 'make surface  write what is made from the options: action.yml, templates, reference'
	echo 'make lint     check formatting, lints and documentation'
	echo 'make dist     make what a release consists of; ARGS=x86_64-unknown-linux-musl chooses'
	echo 'make bench    measure beside git, yq and kustomize; BENCH_QUICK=1 tries it out'
	echo 'make fuzz     look for inputs that break the planner, for an hour; FUZZ_SECONDS=60 for less'
	echo 'make fmt      format the sources'

setup:
	tests/setup.sh test

setup-demo:
	tests/setup.sh demo

setup-dist:
	tests/setup.sh dist

demo: setup-demo
	tests/demo.sh

# The runner's summary comes last.
test:
	bash .ci/run

suite: setup
	cargo nextest run --workspace --locked $(ARGS)

# What the tests compare, they write.
surface: setup-demo
	BLESS=1 cargo nextest run --workspace --locked -E 'test(/^surface::/) | test(/^reference::/)'

fmt:
	cargo fmt --all

lint: setup-demo
	tests/ci.sh lint

dist: setup-dist
	packaging/dist.sh $(ARGS)
	packaging/check.sh

bench: setup
	cargo bench --package towpath --locked --bench bench -- $(ARGS)

fuzz:
	fuzz/run.sh $(or $(FUZZ_SECONDS),3600)
