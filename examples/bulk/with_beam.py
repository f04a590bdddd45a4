"""Fold a file of records with Apache Beam: python with_beam.py records.jsonl rows [pipeline options].

Rows that are well and rows that are not go to two places: rows-well… and rows-unwell….
"""

import json
import sys

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions

from streamfold.bulk import fold_record


def by_outcome(row):
    return beam.pvalue.TaggedOutput("well" if row["ok"] else "unwell", json.dumps(row))


def main(path, rows, *options):
    with beam.Pipeline(options=PipelineOptions(options)) as pipeline:
        records = pipeline | beam.io.ReadFromText(path)
        outcomes = records | beam.Map(fold_record) | beam.Map(by_outcome).with_outputs("well", "unwell")
        outcomes.well | "write what is well" >> beam.io.WriteToText(f"{rows}-well")
        outcomes.unwell | "write what is not" >> beam.io.WriteToText(f"{rows}-unwell")


if __name__ == "__main__":
    main(*sys.argv[1:])
