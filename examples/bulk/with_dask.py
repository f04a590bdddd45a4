"""Fold a file of records with Dask: python with_dask.py records.jsonl [scheduler address]."""

import json
import sys

import dask.bag
from dask.distributed import Client

from streamfold.bulk import fold_record


def main(path, address=None):
    with Client(address) if address else Client(n_workers=2, threads_per_worker=1, dashboard_address=":0"):
        records = dask.bag.read_text(path, blocksize="16MiB")
        for row in records.map(fold_record).compute():
            print(json.dumps(row))


if __name__ == "__main__":
    main(*sys.argv[1:])
