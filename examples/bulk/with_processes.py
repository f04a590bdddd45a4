"""Fold a file of records on all cores of one machine: python with_processes.py records.jsonl."""

import json
import sys
from concurrent.futures import ProcessPoolExecutor

from streamfold.bulk import fold_record


def main(path):
    with open(path, "rb") as records, ProcessPoolExecutor() as pool:
        for row in pool.map(fold_record, records, chunksize=64):
            print(json.dumps(row))


if __name__ == "__main__":
    main(*sys.argv[1:])
