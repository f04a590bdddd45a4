"""The memory of ``streamfold check`` on files that are much larger than it: flat, whatever their length.

``python tests/evidence/flat.py FOLDER [MEGABYTES ...]`` writes a file of each form and size into FOLDER, checks it in a
process of its own, prints how long that took and the peak of its resident memory, and removes the file.
"""

import argparse
import gzip
import json
import os
import subprocess
import sys
import time
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import streams as s

MEGA = 1_000_000


def answer(number):
    """Give the events of a stream that no other is like."""
    words = (f" word{number * 7919 + place}" for place in range(200))
    return s.whole(*s.text_block(*words), end=s.message_end(usage={"cached_tokens": number}))


def as_events(number):
    return "".join(json.dumps(event) + "\n" for event in answer(number))


def as_frames(number):
    frames = (f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in answer(number))
    return "".join(frames) + "data: [DONE]\n\n"


def as_records(number):
    return json.dumps({"stream_id": number, "events": answer(number)}) + "\n"


def as_log(number):
    """Mix ten streams, event by event."""
    mixed = zip(*(enumerate(answer(10 * number + each)) for each in range(10)), strict=True)
    records = (
        {"stream_id": 10 * number + each, "seq": seq, "event": event}
        for row in mixed
        for each, (seq, event) in enumerate(row)
    )
    return "".join(json.dumps(record) + "\n" for record in records)


FORMS = {
    "events.jsonl": (as_events, open),
    "events.jsonl.gz": (as_events, gzip.open),
    "streams.sse": (as_frames, open),
    "records.jsonl": (as_records, open),
    "log.jsonl": (as_log, open),
}


def write(path, size, text, opener):
    written = 0
    with opener(path, "wt") as file:
        for number in count():
            written += file.write(text(number))
            if written >= size:
                break
    return written


def measure(path):
    """Give the exit status of a check, its last line, its seconds, and the peak of its resident memory in bytes."""
    begin = time.perf_counter()
    command = [sys.executable, "-m", "streamfold", "check", str(path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own command
        told = process.stderr.read().strip()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, told, time.perf_counter() - begin, used.ru_maxrss * 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("megabytes", type=int, nargs="*", default=[10, 100, 1000])
    parser.add_argument("--form", choices=FORMS, action="append")
    given = parser.parse_args()
    for name in given.form or FORMS:
        text, opener = FORMS[name]
        for size in given.megabytes:
            path = given.folder / name
            written = write(path, size * MEGA, text, opener)
            stored = path.stat().st_size
            try:
                status, told, seconds, peak = measure(path)
            finally:
                path.unlink()
            print(
                f"{name:<16} {written / MEGA:7.0f} MB, {stored / MEGA:7.0f} stored: peak {peak / MEGA:5.1f} MB, "
                f"{seconds:6.1f} s, exit {status}, {told}",
                flush=True,
            )


if __name__ == "__main__":
    main()
