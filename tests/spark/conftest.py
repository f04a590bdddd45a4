"""What the tests here have in common: a Spark, where the machine has one."""

from importlib.metadata import version

import pytest
from spark.cluster import MISSING, cluster_in, session_of

collect_ignore_glob = ["test_*.py"] if MISSING else []


def pytest_report_header():
    return f"Spark: not tested, {MISSING}" if MISSING else f"Spark: {version('pyspark')}"


@pytest.fixture
def local():
    with session_of("local[2]") as session:
        yield session


@pytest.fixture
def cluster(tmp_path):
    with cluster_in(tmp_path) as started:
        yield started
