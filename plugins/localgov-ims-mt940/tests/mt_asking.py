"""Writing messages, valid by default, and asking what came of them."""

from __future__ import annotations

import io
from collections.abc import Sequence

from localgov_ims.domain.issues import Issue
from localgov_ims.domain.statements import BankLine
from localgov_ims.files import reading
from localgov_ims.files.events import Closed, Event
from localgov_ims_mt940 import Mt940, Mt940Options, Mt942


def amount(pence: int) -> str:
    return f"{abs(pence) // 100},{abs(pence) % 100:02d}"


def balance(tag: str, pence: int, day: str = "261005") -> str:
    return f":{tag}:{'C' if pence >= 0 else 'D'}{day}GBP{amount(pence)}"


def entry(pence: int, text: str = "TEXT", *, mark: str = "", rest: str = "NTRFREF1//BANK1") -> list[str]:
    mark = mark or ("C" if pence >= 0 else "D")
    return [f":61:2610051005{mark}{amount(pence)}{rest}", f":86:{text}"]


def statement(
    entries: Sequence[int | list[str]] = (), *, opening: int = 10_000, closing: int | None = None, number: str = "7/1",
    tags: tuple[str, str] = ("60F", "62F"), account: str = "200000/12345678", end: Sequence[str] = ("-",),
) -> str:  # fmt: skip
    """Return a message; its closing balance ties unless it is given."""
    known = sum(each for each in entries if isinstance(each, int))
    body = [line for each in entries for line in (entry(each) if isinstance(each, int) else each)]
    closing = opening + known if closing is None else closing
    lines = [":20:R1", f":25:{account}", f":28C:{number}", balance(tags[0], opening), *body]
    return "\r\n".join([*lines, balance(tags[1], closing), *end, ""])


def report(*lines: str, floor: str = ":34F:GBP0,") -> str:
    head = [":20:I1", ":25:200000/12345678", ":28C:1/1", floor, ":13D:2610051200+0100"]
    return "\r\n".join([*head, *lines, "-", ""])


def events(text: str | bytes, **options: object) -> list[Event]:
    """Read it by the reader that recognises it."""
    data = text if isinstance(text, bytes) else text.encode()
    [reader] = [known for known in (Mt940(), Mt942()) if known.recognise(data)]
    return list(reading.events(reader, io.BytesIO(data), Mt940Options(**options)))  # type: ignore[arg-type]


def codes(found: Sequence[Event]) -> list[str]:
    return [event.code for event in found if isinstance(event, Issue) and event.stops]


def issue(found: Sequence[Event]) -> Issue:
    return next(event for event in found if isinstance(event, Issue))


def lines(found: Sequence[Event]) -> list[BankLine]:
    return [event for event in found if isinstance(event, BankLine)]


def closed(found: Sequence[Event]) -> list[Closed]:
    return [event for event in found if isinstance(event, Closed)]
