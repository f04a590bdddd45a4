"""What all tests share: how many examples Hypothesis tries, and threads that are switched at every turn."""

import sys

import pytest
from hypothesis import HealthCheck, settings

# A machine that is busy is no fault of a strategy.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("large", patient, max_examples=5_000)
settings.register_profile("default", patient)
settings.load_profile("default")


@pytest.fixture
def eager_switches():
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)
