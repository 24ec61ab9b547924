"""Offices: where income is taken."""

from __future__ import annotations

from attrs import field, frozen

from localgov_ims.domain.texts import text


@frozen(kw_only=True)
class Office:
    """A place at which the council takes money.

    Attributes:
        code: At most 2 characters.
        name: At most 50.
    """

    code: str = field(validator=text(2))
    name: str = field(validator=text(50))
