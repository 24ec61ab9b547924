"""Ageing suspense as at any day: every item that stood then, proved against the fund's balance of that day."""

from __future__ import annotations

from datetime import date, timedelta

from attrs import frozen

from localgov_ims.domain.ageing import BANDS, Aged, AgedItem, added_up
from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.money import Money
from localgov_ims.domain.permissions import Permission
from localgov_ims.errors import InvalidValue
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit
from localgov_ims.storage import ageing as stored


@frozen(kw_only=True)
class Ageing:
    """Suspense as at the end of a day.

    Attributes:
        items: Each that stood then, the oldest first, then the largest.
        by_band, by_reason, by_kind: The same added up; kinds are import types, else channels.
        balance: Of the suspense fund at the end of that day, from its lines alone.
    """

    on: date
    items: tuple[AgedItem, ...]
    by_band: tuple[Aged, ...]
    by_reason: tuple[Aged, ...]
    by_kind: tuple[Aged, ...]
    balance: Money

    @property
    def total(self) -> Money:
        """What the items come to."""
        return Money.total(item.amount for item in self.items)

    @property
    def proved(self) -> bool:
        """Whether the items come to the fund's balance."""
        return self.total == self.balance


def age_suspense(installation: Installation, *, on: date | None = None) -> Ageing:
    """Return what stood in suspense at the end of a day (today, if none is given), by what was recorded until then.

    Ages count from the day on which the payer paid. What was recorded later changes nothing of a past day.

    Raises:
        NotPermitted: The permission suspense.view is missing.
        InvalidValue: The day has not come yet (`day_in_future`).
    """
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.SUSPENSE_VIEW)
        today = local_day(installation.clock())
        day = on or today
        if day > today:
            message = f"{day:%d %B %Y} has not come yet; today is {today:%d %B %Y}."
            raise InvalidValue("day_in_future", message, value=day.isoformat())
        fund, until = installation.council.suspense_fund.code, day + timedelta(days=1)
        items = tuple(stored.items_on(connection, fund, day, until))
        balance = stored.balance_before(connection, fund, until)
    return Ageing(
        on=day, items=items, balance=balance,
        by_band=tuple(added_up(items, lambda item: item.band.name, [band.name for band in BANDS])),
        by_reason=tuple(added_up(items, lambda item: item.reason.value)),
        by_kind=tuple(added_up(items, lambda item: item.kind)),
    )  # fmt: skip
