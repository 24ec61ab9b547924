"""A small builder of BAI2 for the tests: valid by default, one thing changed at a time."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field

from localgov_ims.files import reading
from localgov_ims.files.events import Event
from localgov_ims.files.readers import Options
from localgov_ims_bai2 import Bai2


@dataclass
class Ent:
    """One record 16: signed pence, and what follows the amount; `more` are continuations."""

    pence: int
    type: str | None = None
    rest: str = "Z,BANKREF,CUSTREF,J SMITH"
    more: Sequence[str] = ()

    def lines(self) -> list[str]:
        """Return its records."""
        type_ = self.type or ("142" if self.pence >= 0 else "451")
        return [f"16,{type_},{abs(self.pence)},{self.rest}", *(f"88,{text}" for text in self.more)]


@dataclass
class Acc:
    """One account; its closing balance ties unless it is given."""

    entries: Sequence[Ent] = ()
    opening: int = 10_000
    closing: int | None = None
    number: str = "12345678"
    currency: str = "GBP"
    extra: str = ""

    def lines(self) -> tuple[list[str], int]:
        """Return its records and its control total."""
        closing = self.opening + sum(e.pence for e in self.entries) if self.closing is None else self.closing
        body = [line for entry in self.entries for line in entry.lines()]
        control = self.opening + closing + sum(abs(e.pence) for e in self.entries)
        head = f"03,{self.number},{self.currency},010,{self.opening},,,015,{closing},,{self.extra}/"
        return [head, *body, f"49,{control},{len(body) + 2}/"], control


@dataclass
class Doc:
    """A file of one group; `changed` replaces texts in it before it is read."""

    accounts: Sequence[Acc] = field(default_factory=lambda: [Acc()])
    group: str = "02,COUNCIL,BANK,1,261005,2359,GBP,2/"
    changed: Sequence[tuple[str, str]] = ()
    end: str = "\n"
    raw: str = ""

    def text(self) -> str:
        """Return the file; *raw* is one that is there already."""
        if self.raw:
            return self.raw
        found = [account.lines() for account in self.accounts]
        body = [line for lines, _ in found for line in lines]
        control = sum(total for _, total in found)
        lines = [
            "01,BANK,COUNCIL,261006,0600,1,,,2/",
            self.group,
            *body,
            f"98,{control},{len(found)},{len(body) + 2}/",
            f"99,{control},1,{len(body) + 4}/",
        ]
        text = self.end.join(lines) + self.end
        for old, new in self.changed:
            assert old in text
            text = text.replace(old, new, 1)
        return text


def events(what: Doc | Acc | Sequence[Ent], options: Options | None = None) -> list[Event]:
    """Read a file, an account or entries."""
    if not isinstance(what, (Doc, Acc)):
        what = Acc(what)
    if isinstance(what, Acc):
        what = Doc([what])
    return list(reading.events(Bai2(), io.BytesIO(what.text().encode()), options))
