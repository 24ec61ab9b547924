"""The bank: a day's booked lines as the files it sends, a camt.053 or a CSV, each proving its totals."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from xml.sax.saxutils import escape, quoteattr

from attrs import frozen

from localgov_ims.domain.money import NOTHING, Money

_NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
_TYPES: Mapping[str, str] = {
    "FPI": "Faster Payment", "BGC": "Bank Giro Credit", "CSH": "Cash Credit", "CHG": "Charge",
}  # fmt: skip
_COLUMNS = (
    "Post Date", "Account Number", "Account Name", "Type", "Amount", "Customer Reference",
    "Transaction Detail", "Balance",
)  # fmt: skip
_LONGEST_CUSTOMER_REFERENCE = 18
_NAME_WIDTH = 18


@frozen(kw_only=True)
class Entry:
    """A booked line: money in (above zero) or out, and what is said of it.

    Attributes:
        name: The other side's name, where the bank gives it.
        end_to_end: The payer's own reference, as far as it has survived.
        code: The bank's three letters for the kind of transaction.
        parts: Payments inside a batch, which add up to the amount; they say what there is to say.
    """

    amount: Money
    text: str = ""
    name: str | None = None
    end_to_end: str = "NOTPROVIDED"
    code: str = "FPI"
    parts: tuple[Entry, ...] = ()


def closing(opening: Money, entries: Iterable[Entry]) -> Money:
    """Return the balance after *entries*."""
    return opening + Money.total(entry.amount for entry in entries)


def camt053(*, account: str, day: date, number: int, opening: Money, entries: Sequence[Entry]) -> bytes:
    """Write a day's statement as camt.053.001.08, with both balances, totals and its running number."""
    made = _leaf("CreDtTm", f"{(day + timedelta(days=1)).isoformat()}T05:30:00")
    identifier = f"SC{day:%Y%m%d}"
    header = _tag("GrpHdr", _leaf("MsgId", f"{identifier}MSG"), made)
    statement = _tag(
        "Stmt",
        _leaf("Id", identifier), _leaf("ElctrncSeqNb", str(number)), made,
        _tag("Acct", _tag("Id", _tag("Othr", _leaf("Id", account))), _leaf("Ccy", "GBP")),
        _balance("OPBD", opening, day), _balance("CLBD", closing(opening, entries), day),
        _tag("TxsSummry", _sum("TtlCdtNtries", entries, 1), _sum("TtlDbtNtries", entries, -1)),
        *(_entry(identifier, day, position, entry) for position, entry in enumerate(entries, start=1)),
    )  # fmt: skip
    document = (
        f"<Document xmlns={quoteattr(_NAMESPACE)}>{_tag('BkToCstmrStmt', header, statement)}</Document>\n"
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{document}'.encode()


def lloyds_csv(*, account: str, holder: str, day: date, opening: Money, entries: Sequence[Entry]) -> bytes:
    """Write a day's lines as Lloyds Commercial Banking Online exports them, with a running balance."""
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(_COLUMNS)
    same = (f"{day:%d/%m/%Y}", f"{account[:6]}-{account[6:]} GBP", holder)
    rows.writerow((*same, "Opening Ledger Balance", "", "", "", opening))
    balance = opening
    for entry in entries:
        balance += entry.amount
        customer = entry.text if entry.name and len(entry.text) <= _LONGEST_CUSTOMER_REFERENCE else ""
        detail = f"{entry.name:<{_NAME_WIDTH}}{entry.text}" if entry.name else entry.text
        rows.writerow((*same, _TYPES[entry.code], entry.amount, customer, detail, balance))
    rows.writerow((*same, "Closing Ledger Balance", "", "", "", balance))
    return text.getvalue().encode()


def _tag(name: str, *inside: str) -> str:
    return f"<{name}>{''.join(inside)}</{name}>"


def _leaf(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>"


def _amount(amount: Money) -> str:
    return f'<Amt Ccy="GBP">{abs(amount)}</Amt>{_leaf("CdtDbtInd", "DBIT" if amount < NOTHING else "CRDT")}'


def _balance(code: str, amount: Money, day: date) -> str:
    kind = _tag("Tp", _tag("CdOrPrtry", _leaf("Cd", code)))
    return _tag("Bal", kind, _amount(amount), _tag("Dt", _leaf("Dt", day.isoformat())))


def _sum(name: str, entries: Iterable[Entry], sign: int) -> str:
    amounts = [entry.amount for entry in entries if entry.amount.pence * sign > 0]
    return _tag(name, _leaf("NbOfNtries", str(len(amounts))), _leaf("Sum", str(abs(Money.total(amounts)))))


def _entry(statement: str, day: date, position: int, entry: Entry) -> str:
    named = f"{statement}{position:04d}"
    batch = _leaf("NbOfTxs", str(len(entry.parts))) + f'<TtlAmt Ccy="GBP">{abs(entry.amount)}</TtlAmt>'
    details = (_tag("Btch", batch), *map(_detail, entry.parts)) if entry.parts else (_detail(entry),)
    return "\n" + _tag(
        "Ntry",
        _leaf("NtryRef", named), _amount(entry.amount), _tag("Sts", _leaf("Cd", "BOOK")),
        _tag("BookgDt", _leaf("Dt", day.isoformat())), _tag("ValDt", _leaf("Dt", day.isoformat())),
        _leaf("AcctSvcrRef", f"ASR{named}"), _tag("BkTxCd", _tag("Prtry", _leaf("Cd", entry.code))),
        _tag("NtryDtls", *details),
    )  # fmt: skip


def _detail(entry: Entry) -> str:
    side = "Cdtr" if entry.amount < NOTHING else "Dbtr"
    party = _tag("RltdPties", _tag(side, _tag("Pty", _leaf("Nm", entry.name)))) if entry.name else ""
    written = _tag("RmtInf", _leaf("Ustrd", entry.text)) if entry.text else ""
    return _tag(
        "TxDtls", _tag("Refs", _leaf("EndToEndId", entry.end_to_end)), _amount(entry.amount), party, written
    )
