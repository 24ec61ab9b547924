"""Money: whole pence in pounds sterling, exact by construction (law 1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from attrs import Attribute, frozen

from localgov_ims.domain.quoting import quoted
from localgov_ims.errors import InvalidValue

LIMIT = 2**63
"""Amounts lie strictly between -LIMIT and LIMIT pence: what a BIGINT column holds."""

_TEXT = re.compile(r"([+-]?)([0-9]{1,15})(?:\.([0-9]{1,2}))?", re.ASCII)


_LEAST, _set = -LIMIT, object.__setattr__


@frozen(repr=False, init=False)
class Money:
    """An amount in pounds sterling, kept as a whole number of pence.

    Positive is money in, negative is money out.

        >>> Money.parse("12.34") + Money(66)
        Money('13.00')
    """

    pence: int

    def __init__(self, pence: int) -> None:
        """Keep whole pence; checked here and not by a validator, for money is what most is made of.

        Raises:
            InvalidValue: It is no whole number (a float, a truth value), or more than a database keeps.
        """
        # `type is int` rather than isinstance: True is not money, and a float never becomes it.
        if type(pence) is not int or not _LEAST < pence < LIMIT:
            message = f"An amount of money must be a whole number of pence, not {pence!r}."
            raise InvalidValue("amount_not_whole_pence", message, value=pence)
        _set(self, "pence", pence)

    @classmethod
    def parse(cls, text: str) -> Money:
        """Read pounds as printed: `12`, `12.3`, `12.34`, `-5.00`.

        Raises:
            InvalidValue: The text is anything else: a third decimal, a thousands separator,
                an exponent, a digit outside 0 to 9. Nothing is rounded and nothing is guessed.
        """
        found = _TEXT.fullmatch(text)
        if found is None:
            message = f"'{quoted(text)}' is not an amount in pounds with at most two decimals, such as 12.34."
            raise InvalidValue("amount_not_money", message, value=text)
        sign, pounds, pence = found.groups(default="")
        amount = int(pounds) * 100 + int(pence.ljust(2, "0"))
        return cls(-amount if sign == "-" else amount)

    @classmethod
    def total(cls, amounts: Iterable[Money]) -> Money:
        """Add amounts up; none at all is nothing."""
        return cls(sum(amount.pence for amount in amounts))

    def split(self, parts: int) -> tuple[Money, ...]:
        """Divide into *parts* that differ by a penny at most and add back up to exactly this.

            >>> Money(100).split(3)
            (Money('0.34'), Money('0.33'), Money('0.33'))

        Raises:
            InvalidValue: *parts* is less than one.
        """
        return self.share([1] * parts)

    def share(self, weights: Sequence[int]) -> tuple[Money, ...]:
        """Divide in proportion to whole *weights*, by largest remainder.

        A penny left over goes to the largest remainder, of equals to the first; a negative amount
        is divided as its mirror. The shares add back up to exactly this amount.

        Raises:
            InvalidValue: No weights, a negative one, or none above zero.
        """
        whole = sum(weights)
        if whole <= 0 or min(weights) < 0:
            message = f"Money cannot be shared by the weights {list(weights)!r}: give at least one above 0."
            raise InvalidValue("bad_shares", message, value=tuple(weights))
        size = abs(self.pence)
        shares = [size * weight // whole for weight in weights]
        by_remainder = sorted(range(len(weights)), key=lambda i: -(size * weights[i] % whole))
        for i in by_remainder[: size - sum(shares)]:
            shares[i] += 1
        return tuple(Money(share if self.pence >= 0 else -share) for share in shares)

    def __add__(self, other: Money) -> Money:
        """Add two amounts."""
        return Money(self.pence + other.pence) if isinstance(other, Money) else NotImplemented

    def __sub__(self, other: Money) -> Money:
        """Take one amount from another."""
        return Money(self.pence - other.pence) if isinstance(other, Money) else NotImplemented

    def __neg__(self) -> Money:
        """Return the same amount the other way."""
        return Money(-self.pence)

    def __abs__(self) -> Money:
        """Return the size of the amount, without its direction."""
        return Money(abs(self.pence))

    def __lt__(self, other: Money) -> bool:
        """Tell whether it is less; written out, as what compares amounts compares very many."""
        return self.pence < other.pence if isinstance(other, Money) else NotImplemented

    def __le__(self, other: Money) -> bool:
        """Tell whether it is no more."""
        return self.pence <= other.pence if isinstance(other, Money) else NotImplemented

    def __gt__(self, other: Money) -> bool:
        """Tell whether it is more."""
        return self.pence > other.pence if isinstance(other, Money) else NotImplemented

    def __ge__(self, other: Money) -> bool:
        """Tell whether it is no less."""
        return self.pence >= other.pence if isinstance(other, Money) else NotImplemented

    def __bool__(self) -> bool:
        """Tell whether it is anything but nothing."""
        return self.pence != 0

    def __str__(self) -> str:
        """Return pounds with two decimals and no separators, as files want them: `-1234.50`."""
        pounds, pence = divmod(abs(self.pence), 100)
        return f"{'-' if self.pence < 0 else ''}{pounds}.{pence:02d}"

    def __repr__(self) -> str:
        """Return what a person debugging reads."""
        return f"Money('{self}')"

    def shown(self, currency: str = "GBP") -> str:
        """Return it as people read it: `£1,234.50`, `-£5.00`; of another currency `EUR 1,234.50`."""
        pounds, pence = divmod(abs(self.pence), 100)
        unit = "£" if currency == "GBP" else f"{currency} "
        return f"{'-' if self.pence < 0 else ''}{unit}{pounds:,}.{pence:02d}"


NOTHING = Money(0)
"""No money at all."""

LARGEST = Money(10**12)
"""No person or program enters more at once: ten thousand million pounds, of which sums still fit a database."""


def enterable(_: object, attribute: Attribute[Any], amount: Money | None) -> None:
    """Refuse, as an attrs validator, an amount that nobody means; none passes where the field allows it.

    Raises:
        InvalidValue: It is beyond `LARGEST`, in or out (`amount_too_large`).
    """
    if amount is not None and abs(amount) > LARGEST:
        name = attribute.name.strip("_").replace("_", " ")
        message = f"The {name} must not be more than {LARGEST.shown()}, but is {amount.shown()}. Check it."
        raise InvalidValue("amount_too_large", message, field=attribute.name, value=str(amount))
