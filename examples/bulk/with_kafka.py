"""Fold the streams of a Kafka topic as they end: python with_kafka.py localhost:9092 topic [seconds to wait].

The key of each record is the stream's, and its value one event as JSON: so all of a stream lie in one partition, in
order. Offsets are committed only when no stream is open, so that one that was cut off by a restart is read again.
"""

import json
import sys

from confluent_kafka import Consumer

from streamfold import LENIENT, State, StreamError, finish, step
from streamfold.conversation import to_json


def main(servers, topic, seconds=60):
    settings = {"bootstrap.servers": servers, "group.id": "streamfold", "auto.offset.reset": "earliest"}
    consumer = Consumer({**settings, "enable.auto.commit": False})
    consumer.subscribe([topic])
    states = {}
    try:
        while (record := consumer.poll(float(seconds))) is not None:
            key, event = record.key().decode(), json.loads(record.value())
            states[key] = step(states.get(key, State()), event, LENIENT)
            if states[key].ended:
                show(key, states.pop(key))
            if not states:
                consumer.commit(asynchronous=False)
    finally:
        consumer.close()


def show(key, state):
    try:
        print(json.dumps({"stream_id": key, **to_json(finish(state))}))
    except StreamError as error:
        print(json.dumps({"stream_id": key, "error": str(error), **to_json(error.partial)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
