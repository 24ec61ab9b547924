"""Service users: the numbers by which Bacs knows a council, and who in it owns each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from attrs import field, frozen

from localgov_ims.domain.policies import Treatment, check_policy
from localgov_ims.domain.texts import text
from localgov_ims.errors import ConfigurationError

_NUMBER: Final = re.compile(r"[0-9A-Z]{6}", re.ASCII)
_LONGEST_WAIT: Final = 60


@frozen(kw_only=True)
class ServiceUser:
    """A service user number (SUN) of the council.

    Attributes:
        number: Six characters, as Bacs prints it.
        owner: Who acts on what comes for it: a team, a system.
        source: The source whose bank lines bring its collections and take its unpaids back.
        mop: The method of payment of its Direct Debits, by which an unpaid is recorded that takes back no receipt here.
        advice_days: Working days, after an advice was reported, by which somebody is to have acted on it.
        fund: Where such an unpaid goes if no rule places it; none: into suspense.
        policy: What becomes of its reports for some of their faults, by their codes; every other refuses them.

    Raises:
        ConfigurationError: The number is none, it has a source and no method of payment, nobody waits so long, or it relaxes
            what cannot be.
    """

    number: str
    owner: str = field(validator=text(100))
    source: str | None = None
    mop: str | None = None
    fund: str | None = None
    advice_days: int = 3
    policy: Mapping[str, Treatment] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        """Refuse what could not be acted on."""
        check_policy(self.policy, f"[service_users.{self.number}] policy")
        faults = {
            "a service user number has six figures": _NUMBER.fullmatch(self.number) is None,
            "source needs mop, the method of payment of its Direct Debits": self.source is not None
            and self.mop is None,
            f"advice_days must be 0 to {_LONGEST_WAIT}, not {self.advice_days}": not 0
            <= self.advice_days
            <= _LONGEST_WAIT,
        }
        for fault, present in faults.items():
            if present:
                message = f"[service_users.{self.number}]: {fault}."
                raise ConfigurationError("bad_service_user", message, service_user=self.number)
