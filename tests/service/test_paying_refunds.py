"""Refunds by Bacs: each in one payables file ever, proved before it is kept, and made again to the byte."""

from __future__ import annotations

import tomllib
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from attrs import evolve
from tests.service import money_in as at
from tests.service.money_in import item

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import Money
from localgov_ims.domain.payables import PayablesFile
from localgov_ims.domain.payers import Cheque, Payee
from localgov_ims.domain.refunds import RefundEventKind, RefundRequest, RefundState, Route
from localgov_ims.errors import ConfigurationError, NotFound, RuleViolation
from localgov_ims.files.writing.payables import PayablesWriter
from localgov_ims.service.installation import Installation
from localgov_ims.service.payments.receiving import receive_cheque
from localgov_ims.service.refunds.asking import RefundOf, refund_payment, view_refund
from localgov_ims.service.refunds.finishing import authorise_refund, finish_refund
from localgov_ims.service.refunds.paying import (
    PayablesSent,
    list_payables,
    send_payables,
    send_payables_again,
)
from localgov_ims.service.verifying import verify
from localgov_ims.storage import payables, refunds

COUNCIL = Path(__file__).parents[2] / "examples" / "small_council" / "council.toml"
TABLE: dict[str, Any] = tomllib.loads(COUNCIL.read_text("utf-8"))["payables"]
SEALED = ("unit", "ordinal", "seal")
PAYEE = Payee(name="Payer, A", sort_code="040004", account="01234567")


class Kept(dict[str, bytes]):
    def __call__(self, name: str, data: bytes) -> None:
        self[name] = data


def by_layout(desk: Installation, table: dict[str, Any]) -> Installation:
    return evolve(desk, council=evolve(desk.council, payables=table))


@pytest.fixture
def office(desk: Installation) -> Installation:
    return by_layout(desk, TABLE)


def wanted(office: Installation, amount: str = "30.00", *, payee: Payee = PAYEE) -> RefundRequest:
    cheque = Cheque(sort_code="200000", account="12345678", number="000123", name="A Payer")
    line = receive_cheque(office, [item(amount=amount)], cheque=cheque).lines[0].reference
    part = RefundOf(line=line, amount=Money(int(amount.replace(".", ""))))
    return refund_payment(
        office, [part], reason="Paid twice", route=Route.PAYABLES, payee=payee, evidence="letter"
    )


def authorised(office: Installation, amount: str = "30.00", *, payee: Payee = PAYEE) -> RefundRequest:
    return authorise_refund(at.second(office), wanted(office, amount, payee=payee).reference)


def test_what_is_authorised_goes_out_once_with_its_totals(office: Installation) -> None:
    kept = Kept()
    one, two = authorised(office), authorised(office, "12.50")
    waits = wanted(office, "9.99")
    sent = send_payables(office, kept)
    assert kept["payables-000001.csv"].decode() == (
        f'P,{one.reference},"Payer, A",040004,01234567,30.00\r\nP,{two.reference},"Payer, A",040004,01234567,12.50\r\n'
        "T,payables-000001,2,42.50\r\n"
    )
    assert sent.file is not None
    assert (sent.file.count, sent.file.total) == (2, Money(42_50))
    states = [view_refund(office, each.reference).state for each in (one, two, waits)]
    assert states == [RefundState.SUBMITTED, RefundState.SUBMITTED, RefundState.PROPOSED]
    assert send_payables(office, kept) == PayablesSent(file=None)
    finish_refund(office, at.refund_says(one.reference))
    assert view_refund(office, one.reference).state is RefundState.SUCCEEDED
    assert all(law.holds for law in verify(office))


def test_every_payables_file_is_the_sum_of_its_refunds_and_each_refund_is_sent_in_one_or_named_once(
    office: Installation,
) -> None:
    one, stray = authorised(office), authorised(office, "12.50")
    told = verify(office)[2].told
    assert [each for each in told if one.reference in each] == [
        f"Refund {one.reference} of £30.00 is authorised, and in no payables file yet."
    ]
    with office.unit("tamper") as unit:
        file = PayablesFile(
            id=new_id(), sequence=2, created_on=date(2026, 5, 14), suffix="csv", count=1, total=Money(99_00)
        )
        payables.add(unit, file, [one])
        number = sa.select(sa.func.max(refunds.events.c.number)).where(refunds.events.c.request == stray.id)
        event = dict.fromkeys(column.name for column in refunds.events.columns)
        event |= {
            "id": new_id(), "request": stray.id, "number": unit.connection.execute(number).scalar_one() + 1,
            "kind": RefundEventKind.SENT.value, "state": RefundState.SUBMITTED.value, "at": unit.at, "by": "nobody",
        }  # fmt: skip
        unit.record(
            refunds.events, [tuple(event[c.name] for c in refunds.events.columns if c.name not in SEALED)]
        )
        unit.commit()
    broken = "\n".join(verify(office)[2].broken)
    for sentence in (
        f"Refund {one.reference}: it is in a payables file, but still waits to be sent",
        f"Refund {stray.reference}: it was sent to the payables system, but is in no payables file",
        "Payables file 2: it says 1 refunds of £99.00, but its refunds are 1 of £30.00",
        "Payables file 2 follows file 0; one is missing",
    ):
        assert sentence in broken


def test_two_who_send_at_once_pay_each_refund_once(office: Installation) -> None:
    for amount in ("1.00", "2.00"):
        authorised(office, amount)
    kept = Kept()
    with ThreadPoolExecutor(2) as pool:
        sent = list(pool.map(lambda _: send_payables(office, kept), range(2)))
    assert sorted(each.file is not None for each in sent) == [False, True]
    assert [each.number for each in list_payables(office)] == ["payables-000001"]


def test_a_copy_has_the_same_bytes_and_no_new_number(office: Installation) -> None:
    kept, again = Kept(), Kept()
    authorised(office)

    def lost(_: str, __: bytes) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        send_payables(office, lost)
    assert send_payables(office, kept).file is None, "it may not be paid by a second file"
    assert send_payables_again(office, 1, again).copy
    assert send_payables_again(office, 1, kept).copy
    assert kept == again
    assert len(list_payables(office)) == 1
    changed = by_layout(office, TABLE | {"line_end": "LF"})
    with pytest.raises(RuleViolation, match="would not be the same"):
        send_payables_again(changed, 1, Kept())
    with pytest.raises(NotFound, match="no payables file 2"):
        send_payables_again(office, 2, Kept())


def test_a_refund_that_cannot_be_written_stops_the_file_and_shows_no_account(office: Installation) -> None:
    kept = Kept()
    latin = by_layout(office, TABLE | {"encoding": "cp1252"})
    fine, foreign = authorised(office), authorised(office, payee=evolve(PAYEE, name="Łukasz"))
    with pytest.raises(RuleViolation, match=foreign.reference) as refused:
        send_payables(latin, kept)
    assert PAYEE.account not in str(refused.value)
    assert (kept, list_payables(office)) == ({}, [])
    assert view_refund(office, fine.reference).state is RefundState.REQUESTED


def test_without_a_layout_there_is_no_file(desk: Installation) -> None:
    with pytest.raises(ConfigurationError, match=r"\[payables\]"):
        send_payables(desk, Kept())


def test_a_layout_that_could_not_be_proved_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"missing: payables\.count, payables\.total"):
        PayablesWriter.of({key: value for key, value in TABLE.items() if key != "trailer"})
    short = [each | ({"max": 7} if each["name"] == "account" else {}) for each in TABLE["field"]]
    with pytest.raises(ConfigurationError, match=r"7 places for refund\.account"):
        PayablesWriter.of(TABLE | {"field": short})


def test_what_says_otherwise_is_not_proved(office: Installation) -> None:
    kept, writer = Kept(), PayablesWriter.of(TABLE)
    request = authorised(office)
    send_payables(office, kept)
    (data,) = kept.values()
    writer.prove(data, [request])
    for old, new in (
        (b"01234567", b"01234568"),
        (b",30.00\r\nT", b",30.01\r\nT"),
        (b"1,30.00\r\n", b"2,30.00\r\n"),
    ):
        assert old in data
        with pytest.raises(RuleViolation, match="not a payables file") as refused:
            writer.prove(data.replace(old, new), [request])
        assert "0123456" not in str(refused.value)
