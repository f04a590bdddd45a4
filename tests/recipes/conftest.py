"""The recipes for engines: each is tested where its engine is installed."""

from importlib.util import find_spec
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "examples/bulk"
ENGINES = {
    "with_processes": "json",
    "with_duckdb": "duckdb",
    "with_dask": "dask",
    "with_ray": "ray",
    "with_beam": "apache_beam",
    "with_kafka": "confluent_kafka",
}
MISSING = sorted(engine for engine in ENGINES.values() if find_spec(engine) is None)


def pytest_report_header():
    return f"recipes: not tested for want of {', '.join(MISSING)}" if MISSING else "recipes: all are tested"


def pytest_generate_tests(metafunc):
    if "recipe" in metafunc.fixturenames:
        there = [name for name, engine in ENGINES.items() if engine not in MISSING]
        metafunc.parametrize("recipe", [name for name in there if name in metafunc.function.recipes])
