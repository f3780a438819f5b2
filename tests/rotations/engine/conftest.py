"""How many random plans are tried: a few hundred, or 20,000 with ``HYPOTHESIS_PROFILE=nightly``."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile("normal", max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("nightly", settings.get_profile("normal"), max_examples=20_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "normal"))
