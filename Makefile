# Everything a fresh machine needs: `make reproduce` runs the main job, `make test` the tests.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready

.PHONY: setup data reproduce test lint bench docs gallery torture zoo clean

setup: $(READY) data

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@# NeuroBench alone: of what it depends on, its metrics need only what is there
	$(BIN)/pip install --quiet --constraint constraints.txt --no-deps neurobench tqdm
	touch $@

data: $(READY)
	$(BIN)/spikeloom data fetch mnist

reproduce: setup
	$(BIN)/spikeloom reproduce --out reproduction

test: setup
	$(BIN)/pytest

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup
	$(BIN)/spikeloom bench
	$(BIN)/python -m benchmarks

# Tables and figures of README and docs, from model cards, profiles and formats; then the site, its notebooks run anew, into build/site.
docs: setup
	$(BIN)/python tools/documents.py
	$(BIN)/sphinx-build -q -W --keep-going docs build/site

# The pictures of docs/see.md and the README's first; the latter needs Chromium.
gallery: setup
	$(BIN)/python tools/gallery.py
	$(BIN)/python -m tools.screenshot

# Damaged files, kills, full disks, neighbours and long runs: the table of docs/reliability.md.
MINUTES ?= 10
torture: setup
	$(BIN)/python -m tools.torture $(MINUTES) $(TORTURE)

# Trains the shipped networks that have a recipe's name anew; six hours on two cores. The cards of the others say how.
NETWORKS := mnist-5 mnist-30 mnist-5-paper mnist-30-paper mnist-30-paper-long mnist-30-annealed \
	mnist-5-deployed mnist-5-long mnist-5-frugal mnist-5-small mnist-13 mnist-29 mnist-29-bent fashion-5 fashion-29

zoo: setup
	for name in $(NETWORKS); do \
		$(BIN)/spikeloom train $$name --out runs/zoo/$$name && \
		$(BIN)/spikeloom pack network $$name runs/zoo/$$name --out src/spikeloom/zoo || exit 1; \
	done

clean:
	rm -rf .venv reproduction
