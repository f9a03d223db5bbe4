# Two commands: `make grade` and `make test`. Both set up .venv first, with pip alone.

PYTHON ?= python3
SUBMISSIONS ?= tests/example_batch/submissions
OUTPUT ?= graded
JOBS ?= 2

AUTOGRADER = .venv/bin/autograder

.PHONY: grade test lint audit soak bench figures release clean

grade: .venv/ready ## grade the example batch, or: make grade SUBMISSIONS=folder OUTPUT=folder
	$(AUTOGRADER) grade $(SUBMISSIONS) --output $(OUTPUT)

test: .venv/ready ## all tests
	.venv/bin/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder

lint: .venv/ready ## style and types
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy autograder

soak: .venv/ready ## the long repetitions
	.venv/bin/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder -m soak

audit: .venv/ready ## whether the cases can be trusted: known mistakes, right variants, mutants
	$(AUTOGRADER) audit

bench: .venv/ready ## speed and memory, as ratios measured in one run
	.venv/bin/python -m tests.benchmarks

figures: .venv/ready ## draw the handout's pictures again
	@for script in $(filter-out %/style.py,$(wildcard assignment/figures/*.py)); do \
	  echo $$script; .venv/bin/python $$script || exit 1; done

release: .venv/ready ## derive student_template/ and dist/ from assignment/ and solutions/
	$(AUTOGRADER) release

clean: ## remove what the commands above made
	rm -rf .venv graded dist *.egg-info .hypothesis .mypy_cache .ruff_cache

.venv/ready: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(None if (3, 11) <= sys.version_info < (3, 14) else "Python 3.11, 3.12 or 3.13 is needed, this is %d.%d: make PYTHON=python3.12 ..." % sys.version_info[:2])'
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check torch==2.13.0
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[test,figures]'
	touch .venv/ready
