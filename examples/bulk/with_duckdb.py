"""Fold a log whose streams are interleaved, on one machine: python with_duckdb.py log.jsonl.

Each line is {"stream_id": …, "seq": …, "event": {…}}. DuckDB brings the lines of a stream together, on disk where
they do not fit into memory; their numbers restore the order.
"""

import json
import sys

import duckdb

from streamfold.bulk import fold_record

STREAMS = """
    SELECT stream_id, list(seq) AS seqs, list(event) AS events
    FROM read_ndjson(?, columns = {stream_id: 'VARCHAR', seq: 'BIGINT', event: 'JSON'})
    GROUP BY stream_id
"""


def main(path):
    found = duckdb.execute(STREAMS, [path])
    names = [column[0] for column in found.description]
    while records := found.fetchmany(256):
        for record in records:
            print(json.dumps(fold_record(dict(zip(names, record, strict=True)))))


if __name__ == "__main__":
    main(*sys.argv[1:])
