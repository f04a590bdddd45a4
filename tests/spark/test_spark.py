"""Spark gives the rows that a plain loop gives: in one process, and on a cluster that loses a worker."""

import hashlib
import json
import random
from threading import Thread

import pytest
import streams as s
from spark.cluster import patiently, session_of

from streamfold import STRICT
from streamfold.bulk import COLUMNS, fold_record, spark


def stream(number):
    """Give a stream of its own; each seventh is cut, and each eleventh lost an event."""
    words = [f" word{number}-{each}" for each in range(number % 50)]
    events = s.whole(*s.text_block(*words))
    return events[: -(number % 7 == 0) or None]


def digest(rows):
    texts = sorted(json.dumps({name: row[name] for name in COLUMNS}) for row in rows)
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def records(count):
    return [(str(number), json.dumps(stream(number))) for number in range(count)]


def plainly(count, **options):
    return digest(fold_record({"stream_id": name, "events": events}, **options) for name, events in records(count))


def test_records_become_the_rows_of_a_plain_loop(local):
    frame = local.createDataFrame(records(200), "stream_id string, events string")

    assert digest(spark.fold_recordings(frame).collect()) == plainly(200)
    assert digest(spark.fold_recordings(frame, STRICT).collect()) == plainly(200, rules=STRICT)


def test_logs_in_any_order_become_the_same_rows(local):
    lines = [(str(number), seq, json.dumps(event)) for number in range(60) for seq, event in enumerate(stream(number))]
    lost = [line for line in lines if line[:2] != ("8", 3)]
    mixed = random.Random(5).sample([*lost, *lost[:40]], len(lost) + 40)
    frame = local.createDataFrame(mixed, "request string, n int, body string").repartition(7)

    rows = spark.fold_logs(frame, stream_id="request", seq="n", event="body").collect()

    whole = {row["stream_id"]: row for row in rows}
    assert whole["8"]["error_code"] == "sequence-gap"
    assert sum(row["doubled"] for row in rows) == 40
    for number in range(60):
        plain = fold_record({"stream_id": str(number), "events": stream(number)})
        assert number == 8 or {**whole[str(number)].asDict(), "doubled": 0} == plain


def test_what_is_no_record_is_a_row(local):
    frame = local.createDataFrame([("a", "no list"), (None, None)], "stream_id string, events string")

    rows = spark.fold_recordings(frame).collect()

    assert [row["error_code"] for row in rows] == ["record-unreadable", "record-unreadable"]


COUNT = 3_000


@pytest.mark.parametrize("kind", ["with both workers", "with one that is killed in the middle"])
def test_a_cluster_gives_the_rows_of_a_plain_loop(cluster, kind):
    with session_of(cluster.url, **{"executor.memory": "512m", "default.parallelism": 24}) as session:
        frame = session.createDataFrame(records(COUNT), "stream_id string, events string").repartition(24)
        wait_for_executors(session, 2)
        rows = []
        work = Thread(target=lambda: rows.extend(spark.fold_recordings(frame).collect()))
        work.start()
        if "killed" in kind:
            done = wait_until_in_the_middle(session)
            cluster.kill_worker()
            assert 0 < done < 24
        work.join()
        assert digest(rows) == plainly(COUNT)
        assert len(executors(session)) == (1 if "killed" in kind else 2)


def executors(session):
    """Give the places of the executors that are there; the driver is one of those that Spark lists."""
    return session.sparkContext._jsc.sc().statusTracker().getExecutorInfos()[1:]


def wait_for_executors(session, count):
    for _ in patiently():
        if len(executors(session)) == count:
            return
    raise AssertionError(f"{count} executors did not come")


def wait_until_in_the_middle(session):
    """Give how many tasks of the stage that folds are done, as soon as some are."""
    tracker = session.sparkContext.statusTracker()
    for _ in patiently(0.01):
        for stage in map(tracker.getStageInfo, tracker.getActiveStageIds()):
            if stage and stage.numTasks == 24 and stage.numCompletedTasks:
                return stage.numCompletedTasks
    raise AssertionError("no task came to its end")
