"""The office's files read back, independently of the library's own readers."""

import csv
import io
from datetime import date, datetime
from xml.etree import ElementTree

from attrs import frozen

from localgov_ims.domain.money import Money

_IN = "{*}"


@frozen(kw_only=True)
class Line:
    """A line as printed."""

    account: str
    booked_on: date
    position: int
    amount: Money
    text: str
    end_to_end: str | None = None


@frozen(kw_only=True)
class Printed:
    """A statement as printed; `totals` are counts and sums of credits and debits, where it gives them."""

    number: int | None
    opening: Money
    closing: Money
    lines: tuple[Line, ...]
    totals: tuple[tuple[int, Money], ...] = ()
    balances: tuple[Money, ...] = ()


def camt(data: bytes) -> Printed:
    """Read a camt.053 with one statement."""
    statement = ElementTree.fromstring(data)[0].find(f"{_IN}Stmt")
    balances = {_text(b, "Tp/CdOrPrtry/Cd"): _money(b) for b in statement.findall(f"{_IN}Bal")}
    sums = [statement.find(f"{_IN}TxsSummry/{_IN}{name}") for name in ("TtlCdtNtries", "TtlDbtNtries")]
    return Printed(
        number=int(_text(statement, "ElctrncSeqNb")), opening=balances["OPBD"], closing=balances["CLBD"],
        lines=tuple(_entry(n, e) for n, e in enumerate(statement.findall(f"{_IN}Ntry"), start=1)),
        totals=tuple((int(_text(s, "NbOfNtries")), Money.parse(_text(s, "Sum"))) for s in sums),
    )  # fmt: skip


def lloyds(data: bytes) -> Printed:
    """Read an export of Lloyds Commercial Banking Online."""
    opening, *rows, closing = csv.DictReader(io.StringIO(data.decode(), newline=""))
    assert (opening["Type"], closing["Type"]) == ("Opening Ledger Balance", "Closing Ledger Balance")
    return Printed(
        number=None, opening=Money.parse(opening["Balance"]), closing=Money.parse(closing["Balance"]),
        lines=tuple(_row(n, row) for n, row in enumerate(rows, start=1)),
        balances=tuple(Money.parse(row["Balance"]) for row in rows),
    )  # fmt: skip


def _row(position: int, row: dict[str, str]) -> Line:
    return Line(
        account="cash-office", booked_on=datetime.strptime(row["Post Date"], "%d/%m/%Y").date(),
        position=position, amount=Money.parse(row["Amount"]),
        text="\n".join(filter(None, (row["Transaction Detail"], row["Customer Reference"]))),
    )  # fmt: skip


def _entry(position: int, entry: ElementTree.Element) -> Line:
    details = entry.findall(f"{_IN}NtryDtls/{_IN}TxDtls")
    assert Money.total(map(_money, details)) == _money(entry)
    texts = [
        e.text for d in details for name in ("Ustrd", "Nm") for e in d.iter() if e.tag.endswith("}" + name)
    ]
    return Line(
        account="main", booked_on=date.fromisoformat(_text(entry, "BookgDt/Dt")), position=position,
        amount=_money(entry), text="\n".join(texts), end_to_end=_text(details[0], "Refs/EndToEndId"),
    )  # fmt: skip


def _money(element: ElementTree.Element) -> Money:
    amount = Money.parse(_text(element, "Amt"))
    return amount if _text(element, "CdtDbtInd") == "CRDT" else -amount


def _text(element: ElementTree.Element, path: str) -> str:
    return element.find("/".join(_IN + name for name in path.split("/"))).text
