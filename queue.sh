#!/bin/bash
cd /work/fashion2
export PYTHONPATH=/work/fashion2/src OMP_NUM_THREADS=1 OMP_WAIT_POLICY=passive MKL_NUM_THREADS=1
run() { local name=$1; shift
  [ -f runs/$name/learned.safetensors ] && return
  if [ -f runs/$name/checkpoint.safetensors ]; then A="--resume runs/$name"; else A="$* --out runs/$name"; fi
  /work/main/.venv/bin/python -m spikeloom --quiet train $A --threads 1 --json > runs/$name.log 2>&1
  date >> runs/$name.log; }
run f5-0 fashion-5.toml --seed 0
run f29-0 fashion-29.toml --seed 0
run f5-1 fashion-5.toml --seed 1
run f29-1 fashion-29.toml --seed 1
run f5-2 fashion-5.toml --seed 2
run f29-2 fashion-29.toml --seed 2
run f29-3 fashion-29.toml --seed 3
run f29-4 fashion-29.toml --seed 4
run f29-5 fashion-29.toml --seed 5
