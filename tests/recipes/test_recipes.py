"""Each recipe gives the rows of a plain loop: run as a program, as its reader would."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
import streams as s

from conftest import FOLDER
from streamfold.bulk import fold_record

ROOT = FOLDER.parents[1]
COUNT = 60


def stream(number):
    events = s.whole(*s.text_block(*(f" word{number}-{each}" for each in range(number % 20))))
    return events[: -(number % 7 == 0) or None]


RECORDS = [{"stream_id": f"s-{number}", "events": stream(number)} for number in range(COUNT)]
ROWS = [fold_record(record) for record in RECORDS]


def run(recipe, *arguments):
    command = [sys.executable, str(FOLDER / f"{recipe}.py"), *map(str, arguments)]
    done = subprocess.run(  # noqa: S603 - the programs are our own
        command, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def rows_of(text):
    rows = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    return sorted(rows, key=lambda row: int(row["stream_id"][2:]))


def write(path, objects):
    path.write_text("".join(json.dumps(each) + "\n" for each in objects))
    return path


def of(*recipes):
    def marked(test):
        test.recipes = recipes
        return test

    return marked


@of("with_processes", "with_dask", "with_ray")
def test_a_recipe_for_records_gives_the_rows_of_a_plain_loop(recipe, tmp_path):
    assert rows_of(run(recipe, write(tmp_path / "records.jsonl", RECORDS))) == ROWS


@of("with_beam")
def test_a_recipe_with_two_outputs_parts_the_rows(recipe, tmp_path):
    run(recipe, write(tmp_path / "records.jsonl", RECORDS), tmp_path / "rows")

    for kind, ok in (("well", True), ("unwell", False)):
        files = sorted(tmp_path.glob(f"rows-{kind}-*"))
        assert rows_of("".join(map(Path.read_text, files))) == [row for row in ROWS if row["ok"] is ok]


@of("with_duckdb")
def test_a_recipe_for_logs_restores_the_order(recipe, tmp_path):
    lines = [
        {"stream_id": record["stream_id"], "seq": seq, "event": event}
        for record in RECORDS
        for seq, event in enumerate(record["events"])
    ]
    random.Random(3).shuffle(lines)

    assert rows_of(run(recipe, write(tmp_path / "log.jsonl", lines))) == ROWS


def test_a_recipe_for_a_topic_shows_each_message_as_it_ends():
    kafka = pytest.importorskip("confluent_kafka")
    # librdkafka brings a broker to test with: it lives in the producer, and listens on loopback
    producer = kafka.Producer({"test.mock.num.brokers": 1})
    broker = next(iter(producer.list_topics().brokers.values()))
    for seq in range(max(len(record["events"]) for record in RECORDS)):
        for record in RECORDS:
            for event in record["events"][seq : seq + 1]:
                producer.produce("events", json.dumps(event), record["stream_id"], partition=0)
    producer.flush()

    shown = rows_of(run("with_kafka", f"{broker.host}:{broker.port}", "events", 20))

    assert {row["stream_id"]: row["id"] for row in shown} == {
        row["stream_id"]: json.loads(row["message"])["id"] for row in ROWS if row["ok"]
    }
    assert [row["message"] for row in shown] == [json.loads(row["message"])["message"] for row in ROWS if row["ok"]]
