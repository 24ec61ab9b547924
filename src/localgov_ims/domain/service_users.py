"""Service users: the numbers by which Bacs knows a council, and who in it owns each."""

from __future__ import annotations

import re
from typing import Final

from attrs import field, frozen

from localgov_ims.domain.texts import text
from localgov_ims.errors import ConfigurationError

_NUMBER: Final = re.compile(r"[0-9A-Z]{6}", re.ASCII)


@frozen(kw_only=True)
class ServiceUser:
    """A service user number (SUN) of the council.

    Attributes:
        number: Six characters, as Bacs prints it.
        owner: Who acts on what comes for it: a team, a system.
        source: The source whose bank lines bring its collections and take its unpaids back.
        mop: The method of payment of its Direct Debits, by which an unpaid is recorded that takes back no receipt here.
        fund: Where such an unpaid goes if no rule places it; none: into suspense.

    Raises:
        ConfigurationError: The number is none, or it has a source and no method of payment.
    """

    number: str
    owner: str = field(validator=text(100))
    source: str | None = None
    mop: str | None = None
    fund: str | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse what could not be acted on."""
        faults = {
            "a service user number has six figures": _NUMBER.fullmatch(self.number) is None,
            "source needs mop, the method of payment of its Direct Debits": self.source is not None
            and self.mop is None,
        }
        for fault, present in faults.items():
            if present:
                message = f"[service_users.{self.number}]: {fault}."
                raise ConfigurationError("bad_service_user", message, service_user=self.number)
