"""How many examples the property tests try: a few in CI, many with HYPOTHESIS_PROFILE=deep."""

from __future__ import annotations

from hypothesis import settings


def examples(count: int) -> settings:
    """Settings for `count` examples under the profile "ci", and in proportion under "deep"."""
    return settings(max_examples=count * settings.default.max_examples // 100)
