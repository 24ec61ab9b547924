"""The totals a statement declares, and with which of its entries they agree."""

from __future__ import annotations

from typing import Final

from localgov_ims.files.events import NO_TOTALS, Totals
from localgov_ims.files.totals import Tally, differences
from localgov_ims_camt.elements import SUMMARY, Summary
from localgov_ims_camt.printed import Printed

_COUNTS: Final = {"count": "number", "credit_count": "credit_number", "debit_count": "debit_number"}
_SUMS: Final = ("entries", "credits", "debits", "net")


def declared(summary: Summary, statement: str, printed: Printed) -> Totals:
    """Read the totals of the *statement* at that place."""
    if not any(summary):
        return NO_TOTALS
    place = f"{statement}/TxsSummry"
    read: dict[str, int | None] = {}
    for name, printed_as in _COUNTS.items():
        if (text := getattr(summary, printed_as)) is not None:
            read[name] = printed.count(text, place, SUMMARY[printed_as][0])
    for name in _SUMS:
        if (text := getattr(summary, name)) is not None:
            read[name] = printed.amount(text, place, SUMMARY[name][0])
    if read.get("net") is not None:
        sign = printed.sign(summary.net_direction, place, SUMMARY["net_direction"][0])
        read["net"] = None if sign is None else (read["net"] or 0) * sign
    return Totals(**read)


def compare(
    totals: Totals, booked: Tally, others: Tally, place: str, printed: Printed, currency: str
) -> None:
    """Compare *totals* with all entries as printed, and if that fails with the booked ones alone."""
    everything = added(booked, others).totals
    if any(True for _ in differences(totals, everything, place)):
        for issue in differences(totals, booked.totals, place, currency):
            printed.emit(issue)


def added(one: Tally, other: Tally) -> Tally:
    """Return both tallies in one."""
    return Tally(
        credits=one.credits + other.credits, debits=one.debits + other.debits,
        credit_count=one.credit_count + other.credit_count, debit_count=one.debit_count + other.debit_count,
    )  # fmt: skip
