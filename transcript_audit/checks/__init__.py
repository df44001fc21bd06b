"""The closed set of check kinds: what each makes of a call's acts and episode.

A rule is data (`rules/checks/*.yaml`) that names a kind and its parameters. A kind answers with
evidence, or with why there is none; it never looks at words, only at acts. What finds something
missing also asks whether it may have been redacted: then nobody can tell.
"""

from transcript_audit.checks.calls import KINDS, check_call

__all__ = ["KINDS", "check_call"]
