# Works from a fresh clone with Python 3.11 or later and make; everything goes into .venv.
#
#   make audit    audit the sample calls
#   make test     run the tests
#   make coverage run the tests of the modules that judge; each needs 95 % of its branches run
#   make mutants  change these modules a bit at a time; each needs 85 % of the changes noticed
#   make check    lint, types, floors, rule files, generated pages
#   make bench    measure on labelled calls, and the speed (into docs/performance.md)
#   make bench-check   measure the speed, and say which ratios got worse
#   make train    train the learned model anew from benchmarks/calls/
#   make accuracy put the measurements into docs/accuracy.md and docs/fairness.md
#   make readme   put the report of the sample calls into README.md, a record into docs/scripts.md
#   make rules    write docs/rules.md and rules/schema/ from the rule files, docs/formats.md from the readers,
#                 docs/schema/ from the records, the table of modules
#   make fuzz SECONDS=3600   feed the readers, rule files and audits with changed bytes (docs/security.md)
#   make constraints   pin the newest versions that fit into constraints.txt
#   make dist     build the sdist, and from it the wheel, into dist/
#   make try-wheel   try that wheel in an empty environment elsewhere; PYTHONS="python3.12 python3.13" in several
#   make licences write docs/licences.md, the licences of all dependencies
#   make sbom     write the bill of materials, build/sbom.cdx.json
#   make vulnerabilities   ask whether a pinned package has a known vulnerability; ADVISORIES=all.zip needs no network

PYTHON ?= python3
PYTHONS ?= $(PYTHON)
JOBS ?= 2
SECONDS ?= 600
VENV := .venv
BIN := $(VENV)/bin
RUN := $(BIN)/transcript-audit
NAME_PATTERN := (?P<started_at>\d{4}-\d\d-\d\d)_(?P<call_id>[A-Z]{2}-\d+)_(?P<agent>[a-z]+)
NEEDS := Makefile pyproject.toml constraints.txt

.DEFAULT_GOAL := audit
.PHONY: audit test check bench bench-check train accuracy readme rules fuzz constraints dist try-wheel licences sbom vulnerabilities coverage mutants clean

audit: $(VENV)/installed
	@$(RUN) audit sample_transcripts --no-store --name-pattern '$(NAME_PATTERN)'

test: $(VENV)/installed-dev
	$(BIN)/python -m pytest

# docs/testing.md says which modules these are
coverage: $(VENV)/installed-dev
	$(BIN)/python benchmarks/tested.py coverage

mutants: $(VENV)/installed-release
	nice $(BIN)/python benchmarks/tested.py mutants --jobs $(JOBS)

check: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(RUN) rules lint
	$(RUN) rules docs --check
	$(RUN) formats docs --check
	$(RUN) rules schema --check
	$(RUN) schema --check
	$(RUN) rules test
	$(BIN)/python benchmarks/fill.py README.md --check
	$(BIN)/python benchmarks/fill.py docs/scripts.md --check
	$(BIN)/python benchmarks/fill.py docs/architecture.md --check

bench: $(VENV)/installed-dev
	$(RUN) evaluate benchmarks/calls/dev.jsonl --jobs $(JOBS)
	$(BIN)/python benchmarks/roles.py benchmarks/calls/dev.jsonl
	$(BIN)/python benchmarks/fill.py docs/performance.md

bench-check: $(VENV)/installed-dev
	$(BIN)/python benchmarks/speed.py --check

train: $(VENV)/installed-dev
	$(RUN) model train benchmarks/calls/train.jsonl benchmarks/calls/more.jsonl \
		--sayings benchmarks/calls/sayings.jsonl --jobs $(JOBS) --card docs/model-card.md

accuracy: $(VENV)/installed-dev
	$(BIN)/python benchmarks/fill.py docs/accuracy.md
	$(BIN)/python benchmarks/fill.py docs/fairness.md
	$(BIN)/python benchmarks/reliability.py

readme: $(VENV)/installed
	$(BIN)/python benchmarks/fill.py README.md
	$(BIN)/python benchmarks/fill.py docs/scripts.md

rules: $(VENV)/installed
	$(RUN) rules docs
	$(RUN) formats docs
	$(RUN) rules schema
	$(RUN) schema
	$(BIN)/python benchmarks/fill.py docs/architecture.md

fuzz: $(VENV)/installed-fuzz
	$(BIN)/python tests/fuzz/run.py --seconds $(SECONDS) --into build/fuzz

# The comments at the head of the file stay.
constraints:
	$(PYTHON) -m venv --clear build/pin
	build/pin/bin/python -m pip install --quiet --disable-pip-version-check --upgrade setuptools -e ".[release,fuzz]"
	{ grep '^#' constraints.txt; build/pin/bin/python -m pip freeze --all --exclude pip --exclude-editable; } > build/constraints.txt
	mv build/constraints.txt constraints.txt

# The time that goes into them is that of the commit, or of no day where there is none.
dist sbom: export SOURCE_DATE_EPOCH ?= $(or $(shell git log -1 --format=%ct 2>/dev/null),1577836800)

# What is published as a wheel is what somebody who has only the sdist can build.
dist: $(VENV)/installed-dev
	rm -rf dist build/sdist
	mkdir -p build/sdist
	$(BIN)/python -m hatchling build -t sdist -d dist
	tar -xzf dist/*.tar.gz -C build/sdist --strip-components 1
	cd build/sdist && "$(abspath $(BIN)/python)" -m hatchling build -t wheel -d ../../dist
	rm -rf build/sdist

try-wheel: $(VENV)/installed
	$(BIN)/python supply_chain/try_wheel.py dist/*.whl $(addprefix --python ,$(PYTHONS))

licences: $(VENV)/installed-release
	$(BIN)/python supply_chain/licences.py

sbom: $(VENV)/installed-release
	$(BIN)/python supply_chain/sbom.py

vulnerabilities: $(VENV)/installed-release
	$(BIN)/python supply_chain/vulnerabilities.py $(and $(ADVISORIES),--advisories $(ADVISORIES))

clean:
	rm -rf $(VENV) build dist mutants

# A stamp is written last, so an interrupted setup is taken up again.
$(VENV)/installed: $(NEEDS)
	$(call set_up,.)

$(VENV)/installed-dev: $(NEEDS)
	$(call set_up,".[dev]")
	@touch $(VENV)/installed

# What a release takes, and the tests of shared storage: as many packages again.
$(VENV)/installed-release: $(NEEDS)
	$(call set_up,".[release]")
	@touch $(VENV)/installed $(VENV)/installed-dev

# atheris is there for Linux alone.
$(VENV)/installed-fuzz: $(NEEDS)
	$(call set_up,".[dev$(comma)fuzz]")

comma := ,

define set_up
@$(PYTHON) -c 'import sys; sys.version_info < (3, 11) and sys.exit("Python 3.11 or later is needed, this is " + sys.version.split()[0] + "; name another: make PYTHON=python3.12")'
@echo "setting up $(VENV), once; this takes a minute or two" >&2
@$(PYTHON) -m venv $(VENV) || { echo "no venv could be made; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e $(1)
@touch $@
endef
