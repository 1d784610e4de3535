# The two commands that matter: `make run` and `make test`. Both set up what they need; a second time is quick.
# `make help` prints the rest.

SHELL := /bin/sh
BIN := .venv/bin
# A file of tests stays together on one core, as its fixtures are costly; PARALLEL= runs one test after the other.
# Files come in their order, browser first: by themselves, those with few and long tests would come last, on one core.
PARALLEL := -n auto --dist loadfile --no-loadscope-reorder
LONG := tests/browser/test_site.py tests/browser/test_every_address.py tests/browser/test_desk_people.py tests/browser/test_proving.py tests/browser/test_other_hands.py tests/browser/test_conversation.py tests/browser/test_records_page.py tests/browser/test_form_matrix.py \
	tests/browser/test_made_up_language.py tests/journeys/test_any_order.py tests/journeys/test_bad_lines.py \
	tests/journeys/test_ten_coordinators.py \
	tests/records/test_engine.py tests/records/long_zoo.py tests/records/long_pictures.py
LOCK := $(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url --no-emit-find-links

.DEFAULT_GOAL := help
.PHONY: help run test long bench lint lock catalogue fields site translations review-due pictures clean environment test-environment

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: environment ## set up and serve everything on http://localhost:8000, with letters kept in a folder
	@INTAKE_ENV=development exec $(BIN)/intake run

test: test-environment ## set up and run all tests (ARGS="tests/links -q" for some of them)
	@ops/components.sh
	@$(BIN)/python -m pytest $(PARALLEL) $(ARGS)

lint: test-environment ## look at the style of the code
	@$(BIN)/ruff check .

catalogue: environment ## collect every sentence that can be translated into intake/locale/intake.pot
	@$(BIN)/python ops/catalogue.py

fields: environment ## write the table of every field of the request into docs/maintainers/fields.md
	@$(BIN)/python -m ops.fields

site: environment ## build the guidance site into var/site
	@INTAKE_ENV=development $(BIN)/intake site

long: test-environment ## the long runs: every page in every size and light, the largest files, a gigabyte over bad lines
	@ops/components.sh
	@INTAKE_LONG=1 $(BIN)/python -m pytest $(PARALLEL) $(LONG) -q

bench: test-environment ## measure site, form, uploads and records page beside their peers, and the desk at a million cases
	@ops/components.sh
	@ops/environment.sh requirements.lock requirements-test.lock requirements-bench.lock
	@$(BIN)/python -m tests.benchmarks.lighthouse
	@$(BIN)/python -m tests.benchmarks.form_pages
	@$(BIN)/python -m tests.benchmarks.uploads
	@$(BIN)/python -m tests.benchmarks.records_page
	@$(BIN)/python -m tests.benchmarks.queue sqlite 1000 100000
	@$(BIN)/python -m tests.benchmarks.queue postgresql 1000 1000000

translations: environment ## list what is missing, fuzzy or behind in each further language of site and service
	@$(BIN)/python -m ops.translations

review-due: environment ## list the pages of the site whose next review is past
	@$(BIN)/python -m intake.site.due

lock: test-environment ## write the lock files anew (UPGRADE=--upgrade also chooses newer versions)
	@$(LOCK) $(UPGRADE) --output-file requirements.lock pyproject.toml
	@$(LOCK) $(UPGRADE) --extra test --constraint requirements.lock --output-file requirements-test.lock pyproject.toml
	@$(LOCK) $(UPGRADE) --extra bench --constraint requirements-test.lock --output-file requirements-bench.lock pyproject.toml

pictures: test-environment ## take the pictures of the README anew
	@INTAKE_PICTURES=docs/maintainers/images $(BIN)/python -m pytest -q tests/browser/test_readme_pictures.py

clean: ## throw away the environment, caches and what was built; var/ (keys, cases, records) stays
	@rm -rf .venv .pytest_cache .ruff_cache .hypothesis build *.egg-info tests/node_modules tests/benchmarks/node_modules var/site
	@find intake tests ops -name __pycache__ -type d -prune -exec rm -rf {} +

environment:
	@ops/environment.sh requirements.lock

test-environment:
	@ops/environment.sh requirements.lock requirements-test.lock
