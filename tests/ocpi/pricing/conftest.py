"""Sessions of many readings take their time to make; fifty of them show what a rule is worth."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "pricing", max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("pricing")
