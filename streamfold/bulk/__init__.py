"""Batches of recorded streams in, rows out: a failure is a row, never an exception. Adapters for engines stand beside.

``streamfold.bulk.arrow`` folds Arrow batches, and ``streamfold.bulk.spark`` Spark's data frames.
"""

from ._rows import COLUMNS, Row, fold_batch, fold_record

__all__ = ["COLUMNS", "Row", "fold_batch", "fold_record"]
