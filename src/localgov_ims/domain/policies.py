"""Policies: what becomes of a file for some of its faults, where refusing it would only bring it again."""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping
from typing import Final

from localgov_ims.domain.issues import CODES
from localgov_ims.errors import ConfigurationError


class Treatment(enum.Enum):
    """What a fault does to its file: refuses it, holds it for a person, or is recorded with it as a warning."""

    REFUSE = "refuse"
    HOLD = "hold"
    WARN = "warn"


RELAXABLE: Final = frozenset({"control-missing", "count-mismatch", "total-mismatch"})
"""Faults of what a file says about itself as a whole: every row of it was read all the same.

A fault of a row, of a balance or of the file's shape is never among them: a row would be lost, or a sum that is wrong
would be recorded as right.
"""

OF_STATEMENTS: Final = RELAXABLE | {"duplicate-id"}
"""Those of statements: some banks use an identifier again for another payment, and every line of both is kept."""


def check_policy(policy: Mapping[str, Treatment], where: str, relaxable: Collection[str] = RELAXABLE) -> None:
    """See that a policy relaxes only what is *relaxable*.

    Raises:
        ConfigurationError: A code is unknown, or cannot be relaxed (`bad_policy`).
    """
    for code, treatment in policy.items():
        if code not in CODES:
            message = f"{where}: {code!r} is not the code of a fault."
        elif treatment is not Treatment.REFUSE and code not in relaxable:
            message = (
                f"{where}: {code} always refuses a file, for something in it would be lost or wrong. Only "
                f"{', '.join(sorted(relaxable))} may be {treatment.value}."
            )
        else:
            continue
        raise ConfigurationError("bad_policy", message, fault=code)
