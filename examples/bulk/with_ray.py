"""Fold a file of records with Ray: python with_ray.py records.jsonl [cluster address]."""

import json
import sys

import ray

from streamfold.bulk import fold_record


def fold_line(line):
    return fold_record(line["text"])


def main(path, address="local"):
    ray.init(address, log_to_driver=False, configure_logging=False)
    for row in ray.data.read_text(path).map(fold_line).iter_rows():
        print(json.dumps(row))
    ray.shutdown()


if __name__ == "__main__":
    main(*sys.argv[1:])
