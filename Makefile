# Works from a fresh clone with Python 3.11 or later and make; everything goes into .venv.
#
#   make audit    audit the sample calls
#   make test     run the tests
#   make check    lint, types, floors, rule files, generated pages
#   make bench    measure on labelled calls, and the speed (into docs/performance.md)
#   make bench-check   measure the speed, and say which ratios got worse
#   make train    train the learned model anew from benchmarks/calls/
#   make accuracy put the measurements into docs/accuracy.md and docs/fairness.md
#   make readme   put the report of the sample calls into README.md, a record into docs/scripts.md
#   make rules    write docs/rules.md and rules/schema/ from the rule files, docs/formats.md from the readers,
#                 docs/schema/ from the records
#   make constraints   pin the newest versions that fit into constraints.txt

PYTHON ?= python3
JOBS ?= 2
VENV := .venv
BIN := $(VENV)/bin
RUN := $(BIN)/transcript-audit
NAME_PATTERN := (?P<started_at>\d{4}-\d\d-\d\d)_(?P<call_id>[A-Z]{2}-\d+)_(?P<agent>[a-z]+)
NEEDS := Makefile pyproject.toml constraints.txt

.DEFAULT_GOAL := audit
.PHONY: audit test check bench bench-check train accuracy readme rules constraints clean

audit: $(VENV)/installed
	@$(RUN) audit sample_transcripts --no-store --name-pattern '$(NAME_PATTERN)'

test: $(VENV)/installed-dev
	$(BIN)/python -m pytest

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

# The comments at the head of the file stay.
constraints:
	$(PYTHON) -m venv --clear build/pin
	build/pin/bin/python -m pip install --quiet --disable-pip-version-check --upgrade setuptools -e ".[dev]"
	{ grep '^#' constraints.txt; build/pin/bin/python -m pip freeze --all --exclude pip --exclude-editable; } > build/constraints.txt
	mv build/constraints.txt constraints.txt

clean:
	rm -rf $(VENV) build dist

# A stamp is written last, so an interrupted setup is taken up again.
$(VENV)/installed: $(NEEDS)
	$(call set_up,.)

$(VENV)/installed-dev: $(NEEDS)
	$(call set_up,".[dev]")
	@touch $(VENV)/installed

define set_up
@$(PYTHON) -c 'import sys; sys.version_info < (3, 11) and sys.exit("Python 3.11 or later is needed, this is " + sys.version.split()[0] + "; name another: make PYTHON=python3.12")'
@echo "setting up $(VENV), once; this takes a minute or two" >&2
@$(PYTHON) -m venv $(VENV) || { echo "no venv could be made; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e $(1)
@touch $@
endef
