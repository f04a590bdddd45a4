"""What all tests share: how many examples Hypothesis tries, and threads that are switched at every turn."""

import sys

import pytest
from hypothesis import settings

settings.register_profile("large", max_examples=5_000, deadline=None)
settings.register_profile("default", deadline=None)
settings.load_profile("default")


@pytest.fixture
def eager_switches():
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)
