"""What attributes and texts of a report say: amounts, days and counts, with an Issue for each that does not say it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from attrs import define, field

from localgov_ims.domain.issues import Issue
from localgov_ims.files.text import AmountFormat, iso_day

POUNDS: Final = AmountFormat()
_COUNT: Final = re.compile(r"[0-9]{1,9}", re.ASCII)
_DAY: Final = len("2026-10-07")
SERVICE_USER: Final = re.compile(r"[0-9A-Z]{6}", re.ASCII)
"""A service user number: six characters, of which bureaux have letters."""


@define
class Said:
    """The values of one element, or of several that make one thing; `issues` collects what is wrong with them."""

    values: Mapping[str, str]
    place: str
    issues: list[Issue] = field(factory=list)

    def text(self, name: str) -> str:
        """Return a text as it stands, without blanks at its ends; empty where there is none."""
        return self.values.get(name, "").strip()

    def required(self, name: str, what: str) -> str:
        """Return a text that must be there."""
        found = self.text(name)
        if not found:
            self.fault(
                "missing-field", name, f"There is no {what}. Ask Bacs or your bureau for the report again."
            )
        return found

    def pence(self, name: str, what: str) -> int:
        """Return an amount printed in pounds, without a sign; 0 where it is none."""
        text = self.required(name, what)
        pence = POUNDS.pence(text) if text else 0
        if pence is None:
            self.fault(
                "bad-amount", name, f"The {what} must be pounds and pence without a sign, such as 145.00."
            )
        return pence or 0

    def count(self, name: str, what: str) -> int:
        """Return a number of things; 0 where it is none."""
        text = self.required(name, what)
        if text and _COUNT.fullmatch(text) is None:
            self.fault("bad-field", name, f"The {what} must be a whole number.")
            return 0
        return int(text or 0)

    def day(self, name: str, what: str) -> date | None:
        """Return a day that must be there."""
        return self._day(name, what) if self.required(name, what) else None

    def optional_day(self, name: str, what: str) -> date | None:
        """Return a day that may be there."""
        return self._day(name, what) if self.text(name) else None

    def service_user(self, name: str) -> str:
        """Return a service user number."""
        found = self.required(name, "service user number")
        if found and SERVICE_USER.fullmatch(found) is None:
            self.fault("bad-field", name, "A service user number has six figures.")
        return found

    def account(self, sort_code: str, number: str) -> str | None:
        """Return sort code and account number as 14 digits, or none where they are not there."""
        found = self.text(sort_code).replace("-", "") + self.text(number)
        return found or None

    def fault(self, code: str, name: str, message: str) -> None:
        """Collect an Issue."""
        self.issues.append(
            Issue(code=code, place=self.place, field=name, value=self.text(name), message=message)
        )

    def _day(self, name: str, what: str) -> date | None:
        text = self.text(name)
        day = iso_day(text) if len(text) == _DAY else None
        if day is None:
            self.fault("bad-date", name, f"The {what} must be a day such as 2026-10-07.")
        return day
