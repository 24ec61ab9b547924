"""Periods as finance systems print them. None is guessed: 202605, 202602 and 202702 are all May 2026."""

from __future__ import annotations

import enum
from typing import Final

from attrs import frozen

from localgov_ims.domain.periods import LAST_MONTH, PeriodNumber

_YEAR_END: Final = 3


class PeriodStyle(enum.Enum):
    """How a period is printed, for 14 May 2026: 202605, 202602 (the year begins), 202702 (the year ends)."""

    CALENDAR = "calendar"
    START_YEAR = "start_year"
    END_YEAR = "end_year"


@frozen(kw_only=True)
class PeriodPrinter:
    """Prints periods; under `calendar` a ledger must say what it calls the months 13 and 14 of 31 March's year."""

    style: PeriodStyle
    period_13: str = ""
    period_14: str = ""

    def of(self, period: PeriodNumber) -> str | None:
        """Return six digits, or none where settings do not say what 13 and 14 are called."""
        if self.style is PeriodStyle.START_YEAR:
            return f"{period.year:04d}{period.number:02d}"
        if self.style is PeriodStyle.END_YEAR:
            return f"{period.year + 1:04d}{period.number:02d}"
        if period.number > LAST_MONTH:
            late = self.period_13 if period.number == LAST_MONTH + 1 else self.period_14
            return f"{period.year + 1:04d}{late}" if late else None
        return period.first_on.strftime("%Y%m")
