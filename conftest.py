"""How hard generated tests try, alike for the tests of the house and of every plugin: `HYPOTHESIS_PROFILE=thorough`.

Where a change is decided upon (`CI` is set), the same code meets the same examples; at desks they differ from run to run.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "default", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow],
    derandomize="CI" in os.environ,
)  # fmt: skip
settings.register_profile("thorough", max_examples=1000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
