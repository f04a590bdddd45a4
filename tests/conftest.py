"""What all tests share: how many examples Hypothesis tries."""

from hypothesis import settings

settings.register_profile("large", max_examples=5_000, deadline=None)
settings.register_profile("default", deadline=None)
settings.load_profile("default")
