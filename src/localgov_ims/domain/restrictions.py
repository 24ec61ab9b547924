"""Restricted accounts: those of staff themselves, and those kept from everybody without a reason to see them."""

from __future__ import annotations

import enum
from datetime import datetime
from uuid import UUID

from attrs import field, frozen

from localgov_ims.domain.people import key
from localgov_ims.errors import InvalidValue


class RestrictionKind(enum.Enum):
    """Whom a restriction keeps out.

    OWN: the users it names, whose own account it is, or a relative's.
    SAFEGUARDING: everybody without `account.restricted`.
    """

    OWN = "own"
    SAFEGUARDING = "safeguarding"


def _keys(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({key(name) for name in names}))


@frozen(kw_only=True)
class Restriction:
    """An account that some may not take money for, refund, move or clear.

    Attributes:
        number: Of the account's records: 1 for the first, and the latest counts.
        users: The users it names, in small letters.
        reason: Why, without names or other personal data.
        lifted: Whether this record ends the restriction.

    Raises:
        InvalidValue: It names nobody though it is of kind `own`, or gives no reason.
    """

    id: UUID
    fund: str
    account_reference: str
    number: int
    kind: RestrictionKind
    users: tuple[str, ...] = field(default=(), converter=_keys)
    reason: str
    lifted: bool = False
    by: str
    at: datetime

    def __attrs_post_init__(self) -> None:
        """Refuse what says too little."""
        if self.kind is RestrictionKind.OWN and not self.users:
            raise InvalidValue("no_users", "A restriction of kind 'own' names the users whose account it is.")
        if not self.reason.strip():
            raise InvalidValue("no_reason", "Say why: a restriction, or its end, needs a reason.")

    def names(self, user: str) -> bool:
        """Tell whether it names a user."""
        return key(user) in self.users
