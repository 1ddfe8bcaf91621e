"""The files of a run folder and what they are chosen by, named without torch."""

from spikeloom.artefact import Format

CHECKPOINT = Format("training checkpoint", 4, "spikeloom train RECIPE")

CHECKPOINT_FILE = "checkpoint.safetensors"
LEARNED_FILE = "learned.safetensors"
BEST_FILE = "best.safetensors"
METRICS_FILE = "metrics.jsonl"
RECIPE_FILE = "run.toml"
LOCK_FILE = ".lock"
TENSORBOARD_FOLDER = "tensorboard"

METRIC = "unsampled_validation_accuracy"
"""Of an epoch, by which the best is chosen: the share of the validation split that the training network has right."""
