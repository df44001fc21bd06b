"""Trains the learned recogniser from labelled calls; the same seed gives the same model.

Needs scikit-learn (`pip install "transcript-audit[train]"`); auditing doesn't.
"""

from transcript_audit.training.fits import SEED
from transcript_audit.training.lessons import (
    LABELS,
    Lesson,
    Saying,
    prepare_lesson,
    read_sayings,
)
from transcript_audit.training.rounds import (
    FOLDS,
    HeldOut,
    Training,
    audit_held_out,
    fold_calls,
    shift_model,
    train,
)

__all__ = [
    "FOLDS",
    "LABELS",
    "SEED",
    "HeldOut",
    "Lesson",
    "Saying",
    "Training",
    "audit_held_out",
    "fold_calls",
    "prepare_lesson",
    "read_sayings",
    "shift_model",
    "train",
]
