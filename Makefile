# `make grade` and `make test`, and what maintainers need besides. All set up .venv first, with pip alone.

PYTHON ?= python3
JOBS ?= 2
# The example batch has a folder of its own, so that a class finds `graded` empty.
ifndef SUBMISSIONS
SUBMISSIONS = tests/example_batch/submissions
OUTPUT ?= graded-example
endif
OUTPUT ?= graded

# A name that is misspelt would go unnoticed, and the example batch be graded in a class's place.
TYPED := $(foreach name,$(.VARIABLES),$(if $(filter command,$(origin $(name))),$(name)))
UNKNOWN := $(filter-out SUBMISSIONS OUTPUT PYTHON JOBS,$(TYPED))
ifneq ($(UNKNOWN),)
$(error There is no variable $(UNKNOWN). These can be set: SUBMISSIONS, OUTPUT, PYTHON, JOBS)
endif

# The shell gets these from the environment, where a blank, a quotation mark or a `$` does no harm.
override SUBMISSIONS := $(value SUBMISSIONS)
override OUTPUT := $(value OUTPUT)
override PYTHON := $(value PYTHON)
export SUBMISSIONS OUTPUT PYTHON

OF = import sys; print("%d.%d" % sys.version_info[:2])
ifneq ($(and $(filter PYTHON,$(TYPED)),$(wildcard .venv/ready)),)
ifneq ($(shell '$(subst ','\'',$(PYTHON))' -c '$(OF)'),$(shell .venv/bin/python -c '$(OF)'))
$(error .venv is of another Python than $(PYTHON). Remove it and type the command again: rm -r .venv)
endif
endif

# Not .venv/bin/autograder or .venv/bin/pip: their first line names this folder, and not every name fits there.
RUN = .venv/bin/python -m
AUTOGRADER = $(RUN) autograder.cli
INSTALL = $(RUN) pip install --quiet --disable-pip-version-check
PYTEST = $(RUN) pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder

.PHONY: grade test test-all lint audit soak matrix bench figures release clean

grade: .venv/ready ## grade the example batch, or: make grade SUBMISSIONS='a zip or folder' OUTPUT=folder
	$(AUTOGRADER) grade --output "$$OUTPUT" -- "$$SUBMISSIONS"

test: .venv/ready-to-test ## some tests of everything
	$(PYTEST) -m 'not soak and not thorough'

test-all: .venv/ready-to-test ## all tests, some of which are many alike
	$(PYTEST)

lint: .venv/ready-to-test ## style and types
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy autograder

soak: .venv/ready-to-test ## the long repetitions
	$(PYTEST) -m soak

audit: .venv/ready ## whether the cases can be trusted: known mistakes, right variants, mutants
	$(AUTOGRADER) audit

bench: .venv/ready-to-test ## speed and memory, as ratios measured in one run
	$(RUN) tests.benchmarks

matrix: .venv/ready ## the self-check with the oldest and the newest libraries, on every Python that is there
	$(RUN) tests.matrix

figures: .venv/ready ## draw the handout's pictures again
	@for script in $(filter-out %/style.py,$(wildcard assignment/figures/*.py)); do \
	  echo "$$script"; .venv/bin/python "$$script" || exit 1; done

release: .venv/ready ## derive student_template/ and dist/ from assignment/ and solutions/
	$(AUTOGRADER) release

clean: ## remove what the commands above made, but for OUTPUT, which may hold a class's marks
	rm -rf .venv graded-example dist build *.egg-info .hypothesis .mypy_cache .ruff_cache

.venv/ready: pyproject.toml # what grading needs
	"$$PYTHON" -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed, this is %d.%d: make PYTHON=python3.12 ..." % sys.version_info[:2])'
	"$$PYTHON" -m venv .venv
	$(INSTALL) torch==2.13.0
	$(INSTALL) --editable .
	touch $@

.venv/ready-to-test: .venv/ready # what tests, style and types need beside
	$(INSTALL) --editable '.[test]'
	touch $@
