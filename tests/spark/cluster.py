"""A real Spark on loopback, for a moment: in one process, and as a cluster of a master and two workers."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).parents[2]
try:
    import pyspark
    from pyspark.sql import SparkSession
except ImportError:
    MISSING = "PySpark is not installed: the extra spark brings it"
else:
    MISSING = "" if shutil.which("java") else "there is no Java"


def patiently(pause=0.1):
    """Let a loop look again and again for five minutes: the machine may be busy."""
    for _ in range(round(300 / pause)):
        yield
        time.sleep(pause)


def new_session(master, **settings):
    builder = SparkSession.builder.master(master).config("spark.ui.enabled", "false")
    for name, value in {"driver.bindAddress": "127.0.0.1", "driver.host": "127.0.0.1", **settings}.items():
        builder = builder.config(f"spark.{name}", value)
    return builder.getOrCreate()


class Cluster:
    """A master and two workers, each a process of its own with a process for each executor."""

    def __init__(self, folder):
        self.folder = folder
        self.processes = []
        self.workers = []

    def start(self):
        master = self._start("master.Master", "--host", "127.0.0.1", "--port", "0", "--webui-port", "0")
        self.url = self._wait_for(master, r"spark://127\.0\.0\.1:\d+")
        self.workers = [self._worker() for _ in range(2)]
        for worker in self.workers:
            self._wait_for(worker, "Successfully registered with master")

    def _worker(self):
        places = "--host", "127.0.0.1", "--webui-port", "0", "--work-dir", str(self.folder / "work")
        return self._start("worker.Worker", "--cores", "1", "--memory", "1g", *places, self.url)

    def _start(self, name, *arguments):
        log = (self.folder / f"{name}-{len(self.processes)}.log").open("w+")
        spark = [f"{Path(pyspark.__file__).parent}/bin/spark-class", f"org.apache.spark.deploy.{name}"]
        process = subprocess.Popen(  # noqa: S603 - Spark's own program
            [*spark, *arguments], stdout=log, stderr=subprocess.STDOUT, env=environment()
        )
        self.processes.append((process, log))
        return process, log

    def _wait_for(self, started, pattern):
        process, log = started
        for _ in patiently():
            found = re.search(pattern, Path(log.name).read_text())
            if found:
                return found[0]
            assert process.poll() is None, Path(log.name).read_text()
        raise AssertionError(Path(log.name).read_text())

    def kill_worker(self):
        """End the first worker and its executors at once, as a machine that is switched off does."""
        process, _ = self.workers[0]
        for child in [*children(process.pid), process.pid]:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        process.wait()

    def stop(self):
        for process, log in self.processes[::-1]:
            process.terminate()
            process.wait()
            log.close()


def children(pid):
    """Give the processes that *pid* started, and those that they did."""
    mine = [int(each.name) for each in Path("/proc").glob("[0-9]*") if fields_of(each.name)[1] == str(pid)]
    return [process for child in mine for process in (*children(child), child)]


def fields_of(pid):
    """Give the state of a process, its parent, and what else the system counts; zeros where it has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ["0"] * 50


def environment():
    mine = {"SPARK_HOME": str(Path(pyspark.__file__).parent), "SPARK_LOCAL_IP": "127.0.0.1"}
    return {**os.environ, **mine, "PYTHONPATH": str(ROOT), "PYSPARK_PYTHON": sys.executable}


@contextmanager
def session_of(master, **settings):
    os.environ.update(environment())
    session = new_session(master, **settings)
    try:
        yield session
    finally:
        session.stop()


@contextmanager
def cluster_in(folder):
    cluster = Cluster(folder)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
