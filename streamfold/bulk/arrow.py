"""Arrow batches of records in, Arrow batches of rows out: for engines that speak Arrow. It needs pyarrow."""

from collections.abc import Iterable, Iterator
from typing import Final

import pyarrow as pa

from .. import Limits, Rules
from ..limits import DEFAULT
from ..rules import STANDARD
from ._rows import COLUMNS, fold_batch

_TYPES: Final = {str: pa.string(), int: pa.int64(), bool: pa.bool_()}

SCHEMA: Final = pa.schema([(name, _TYPES[kind]) for name, kind in COLUMNS.items()])


def fold_batches(
    batches: Iterable[pa.RecordBatch], rules: Rules = STANDARD, limits: Limits = DEFAULT
) -> Iterator[pa.RecordBatch]:
    r"""Yield for each batch of records a batch of rows, as `streamfold.bulk.fold_batch` does.

    Examples:
        >>> import pyarrow as pa
        >>> records = pa.RecordBatch.from_pydict({"stream_id": ["a"], "recording": ["data: [DONE]\n\n"]})
        >>> [rows] = fold_batches([records])
        >>> rows["error_code"].to_pylist()
        ['no-message-end']
    """
    for batch in batches:
        yield pa.RecordBatch.from_pydict(fold_batch(batch.to_pydict(), rules, limits), SCHEMA)
