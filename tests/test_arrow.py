"""Arrow batches in, Arrow batches out: the rows of fold_batch, with the types of its columns."""

import json

import pyarrow as pa
import streams as s

from streamfold import LENIENT
from streamfold.bulk import fold_batch
from streamfold.bulk.arrow import SCHEMA, fold_batches

HELLO = s.whole(*s.text_block("Hel", "lo"))


def test_a_batch_of_records_becomes_a_batch_of_rows():
    columns = {"stream_id": ["a", "b"], "events": [json.dumps(HELLO), json.dumps(HELLO[:3])]}
    batch = pa.RecordBatch.from_pydict(columns)

    first, second = fold_batches([batch, batch], LENIENT)

    assert first == second
    assert first.schema == SCHEMA
    assert first.to_pydict() == fold_batch(columns, LENIENT)


def test_lists_of_events_with_their_numbers_are_records_too():
    texts = [json.dumps(event) for event in HELLO]
    batch = pa.RecordBatch.from_pydict({"events": [texts[::-1]], "seqs": [[5, 4, 3, 2, 1, 0]]})

    [rows] = fold_batches([batch])

    assert rows["ok"].to_pylist() == [True]


def test_an_empty_batch_has_the_same_columns():
    [rows] = fold_batches([pa.RecordBatch.from_pydict({"events": pa.array([], pa.string())})])

    assert (rows.schema, rows.num_rows) == (SCHEMA, 0)
