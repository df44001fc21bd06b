"""How often Python looks for garbage, in a process that is there to audit.

Rules, model and words are hundreds of thousands of objects that stay, and audits are many small
ones without cycles. Python, left alone, goes through all of them again and again, for a quarter of
an audit's time, and finds nothing.
"""

import gc

ALLOCATED = 50_000
"""Objects made, and not given up, until garbage is looked for; Python has 700."""


def collect_seldom() -> None:
    """Has garbage looked for seldom in this process; memory stays bounded."""
    gc.set_threshold(ALLOCATED)


def leave_loaded() -> None:
    """Leaves out what is there by now, as rules and model, whenever garbage is looked for."""
    gc.freeze()
