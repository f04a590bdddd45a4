"""The corpus is not part of the project: these tests run where STREAMFOLD_CORPUS names its folder."""

import os
from pathlib import Path

CORPUS = os.environ.get("STREAMFOLD_CORPUS")
collect_ignore_glob = [] if CORPUS else ["test_*.py"]


def pytest_report_header():
    return f"corpus: {CORPUS}" if CORPUS else "corpus: not tested, STREAMFOLD_CORPUS names no folder"


def pytest_generate_tests(metafunc):
    for kind in ("recording", "sample"):
        if kind in metafunc.fixturenames:
            folder = Path(CORPUS) / {"recording": "recordings", "sample": "documentation"}[kind]
            files = sorted(path for path in folder.iterdir() if path.suffix in (".sse", ".jsonl"))
            metafunc.parametrize(kind, files, ids=lambda path: path.name)
