"""Spark data frames of records or of log lines in, data frames of rows out. It needs PySpark; the session is yours."""

from functools import partial
from typing import Final

from pyspark.sql import DataFrame
from pyspark.sql import functions as sql

from .. import Limits, Rules
from ..limits import DEFAULT
from ..rules import STANDARD
from ._rows import COLUMNS
from .arrow import fold_batches

_TYPES: Final = {str: "string", int: "bigint", bool: "boolean"}

SCHEMA: Final = ", ".join(f"{name} {_TYPES[kind]}" for name, kind in COLUMNS.items())


def fold_recordings(frame: DataFrame, rules: Rules = STANDARD, limits: Limits = DEFAULT) -> DataFrame:
    """Give a row for each record of *frame*, whose columns are the fields of `streamfold.bulk.fold_record`.

    One record is one stream, so nothing is shuffled: this is the form to store streams in.
    """
    return frame.mapInArrow(partial(fold_batches, rules=rules, limits=limits), SCHEMA)


def fold_logs(  # noqa: PLR0913 - a log calls its columns what it likes
    frame: DataFrame,
    rules: Rules = STANDARD,
    limits: Limits = DEFAULT,
    *,
    stream_id: str = "stream_id",
    seq: str = "seq",
    event: str = "event",
) -> DataFrame:
    """Give a row for each stream of *frame*, which has a row for each event, in any order.

    Args:
        frame: one row for each event.
        rules: which breaches are errors.
        limits: of each stream.
        stream_id: the name of the column that says of which stream an event is.
        seq: the name of the column of integers that puts the events of a stream in order.
        event: the name of the column of events, as JSON text.
    """
    numbered = sql.struct(sql.col(seq).alias("seq"), sql.col(event).alias("event"))
    streams = frame.groupBy(sql.col(stream_id).alias("stream_id")).agg(sql.collect_list(numbered).alias("numbered"))
    records = streams.select(
        sql.col("stream_id").cast("string"),
        sql.col("numbered.seq").alias("seqs"),
        sql.col("numbered.event").alias("events"),
    )
    return fold_recordings(records, rules, limits)
