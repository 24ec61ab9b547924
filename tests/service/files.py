"""Files made for tests: statements of Small Council's accounts, and a payout of its card provider."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date

from localgov_ims.domain.money import Money
from localgov_ims.service.files.receiving import Incoming
from localgov_ims.simulator.bank import Entry, camt053, lloyds_csv

MAIN, CASH_OFFICE = "20000012345678", "30000087654321"
MONDAY = date(2026, 5, 11)


def entry(pounds: str, text: str = "", *, end_to_end: str = "NOTPROVIDED", name: str | None = None) -> Entry:
    """Make a booked line; a text beginning with a minus is money out."""
    return Entry(amount=Money.parse(pounds), text=text, end_to_end=end_to_end, name=name)


def camt(
    *entries: Entry,
    day: date = MONDAY,
    number: int = 1,
    opening: str = "1000.00",
    account: str = MAIN,
    name: str = "main.xml",
) -> Incoming:
    """Make a proved camt.053 of the main account."""
    data = camt053(account=account, day=day, number=number, opening=Money.parse(opening), entries=entries)
    return Incoming(name=name, stream=io.BytesIO(data))


def csv(
    *entries: Entry, day: date = MONDAY, opening: str = "50.00", name: str = "cash-office.csv"
) -> Incoming:
    """Make a proved CSV of the cash office's account."""
    data = lloyds_csv(
        account=CASH_OFFICE, holder="SMALL COUNCIL", day=day, opening=Money.parse(opening), entries=entries
    )
    return Incoming(name=name, stream=io.BytesIO(data))


def days_csv(
    days: Sequence[tuple[date, Sequence[Entry]]], opening: str = "50.00", name: str = "cash-office.csv"
) -> Incoming:
    """Make one CSV of several days, as a download that overlaps others has them."""
    rows, balance, first = [], Money.parse(opening), True
    for day, entries in days:
        made = lloyds_csv(
            account=CASH_OFFICE, holder="SMALL COUNCIL", day=day, opening=balance, entries=entries
        )
        lines = made.decode().splitlines(keepends=True)
        rows += lines[: 2 if first else 0] + lines[2:-1]
        closing = lines[-1]
        balance += Money.total(entry.amount for entry in entries)
        first = False
    return Incoming(name=name, stream=io.BytesIO("".join([*rows, closing]).encode()))


PAYOUT_HEADER = (
    "automatic_payout_id,automatic_payout_effective_at_utc,balance_transaction_id,created_utc,available_on_utc,"
    "currency,gross,fee,net,reporting_category,source_id,description"
)


def payout(
    *charges: tuple[str, str, str], reference: str = "po_1", paid_on: date = MONDAY, name: str = "payout.csv"
) -> Incoming:
    """Make an itemised payout of (charge, gross, fee) in pounds."""
    rows = [PAYOUT_HEADER]
    for charge, gross, fee in charges:
        net = Money.parse(gross) - Money.parse(fee)
        at = f"{paid_on.isoformat()} 00:00:00"
        rows.append(f"{reference},{at},txn_{charge},{at},{at},gbp,{gross},{fee},{net},charge,{charge},")
    return Incoming(name=name, stream=io.BytesIO("\n".join([*rows, ""]).encode()))
