"""Payers: what is kept of a person who pays. Personal data, which may be retired lawfully."""

from __future__ import annotations

from attrs import AttrsInstance, asdict, field, frozen
from attrs.validators import optional

from localgov_ims.domain.texts import blank_is_none, digits, text, written


@frozen(kw_only=True)
class Payer:
    """Who pays: name, address lines (3 town, 4 county) and postcode, as far as they were given."""

    name: str | None = field(default=None, converter=blank_is_none, validator=written(50))
    address_1: str | None = field(default=None, converter=blank_is_none, validator=written(50))
    address_2: str | None = field(default=None, converter=blank_is_none, validator=written(50))
    address_3: str | None = field(default=None, converter=blank_is_none, validator=written(50))
    address_4: str | None = field(default=None, converter=blank_is_none, validator=written(50))
    postcode: str | None = field(default=None, converter=blank_is_none, validator=written(10))
    email: str | None = field(default=None, converter=blank_is_none, validator=written(255))


@frozen(kw_only=True)
class Cheque:
    """A cheque as it was handed in: sort code of 6 digits, number of 6, account of 8, and the drawer's name."""

    sort_code: str = field(validator=digits(6))
    account: str = field(validator=digits(8))
    number: str = field(validator=digits(6))
    name: str = field(validator=text(50))


@frozen(kw_only=True)
class Card:
    """What a provider says of a card; nothing else of it exists here (PCI DSS)."""

    first_six: str | None = field(default=None, validator=optional(digits(6)))
    last_four: str | None = field(default=None, validator=optional(digits(4)))
    brand: str | None = field(default=None, validator=text(50))
    kind: str | None = field(default=None, validator=text(50))
    commercial: bool | None = None
    """True or false as the provider says; none: unknown."""


@frozen(kw_only=True)
class Payee:
    """Whom a refund by the payables route is paid to; shown back as the account's last two digits."""

    name: str = field(validator=text(50))
    sort_code: str = field(validator=digits(6))
    account: str = field(validator=digits(8))

    @property
    def masked(self) -> str:
        """The account as it may be shown."""
        return f"{self.name}, account ending {self.account[-2:]}"


NOBODY = Payer()
"""A payer of whom nothing is known."""


def kept(record: AttrsInstance) -> dict[str, object]:
    """Return what is known of a person, by field; what is not known is left out."""
    return asdict(record, filter=lambda _, value: value is not None)
