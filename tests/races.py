"""Several threads at one value, at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier


def at_once(calls):
    """Do all *calls*, each in a thread of its own, and none before all threads have come."""
    barrier = Barrier(len(calls))

    def run(call):
        barrier.wait(10)
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))
