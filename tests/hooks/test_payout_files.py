"""A payout that was fetched is written down so that its reader proves it, and no other provider's knows it."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from attrs import evolve

from localgov_ims.domain.money import Money
from localgov_ims.domain.settlements import SettlementKind, SettlementLine
from localgov_ims.domain.statements import Evidence
from localgov_ims.errors import UnexpectedAnswer
from localgov_ims.files.events import Closed
from localgov_ims.files.reading import events, read
from localgov_ims.hooks import Download, PaidOut, PayoutFiles

FILES = PayoutFiles("acme-payout", "acme")
ON = date(2026, 5, 11)
PAYMENT = PaidOut(
    item="i1", kind=SettlementKind.PAYMENT, payment="p,1", currency="GBP", gross=10000, fee=150, net=9850, occurred_on=ON
)  # fmt: skip
REFUND = evolve(PAYMENT, item="i2", kind=SettlementKind.REFUND, payment="p2", gross=-2000, fee=0, net=-2000)


def _file(*lines: PaidOut, paid: int = 7850) -> Download:
    return FILES.file("po_1", paid=Money(paid), currency="GBP", arrives_on=date(2026, 5, 13), lines=lines)


def _events(download: Download) -> list[Any]:
    return list(events(FILES.reader(), io.BytesIO(download.content)))


def test_a_payout_reads_back_as_it_was_written_and_comes_to_nothing_with_itself() -> None:
    opened, *lines, closed = _events(_file(PAYMENT, REFUND))
    assert (opened.number, opened.account, opened.currency) == ("po_1", "acme", "GBP")
    assert isinstance(closed, Closed)
    assert (closed.evidence, closed.computed.net, closed.paid_on) == (Evidence.COUNTED, 0, date(2026, 5, 13))
    own = [line for line in lines if isinstance(line, SettlementLine)]
    assert [(line.identifier, line.kind, line.provider_reference) for line in own] == [
        ("i1", SettlementKind.PAYMENT, "p,1"), ("i2", SettlementKind.REFUND, "p2"), ("po_1", SettlementKind.PAYOUT, None),
    ]  # fmt: skip
    assert [(line.amount.pence, line.fee.pence, line.net.pence) for line in own] == [
        (10000, 150, 9850), (-2000, 0, -2000), (-7850, 0, -7850),
    ]  # fmt: skip


def test_lines_that_do_not_come_to_what_was_paid_make_no_file() -> None:
    with pytest.raises(UnexpectedAnswer, match=r"£78\.49, and its lines come to £78\.50") as caught:
        _file(PAYMENT, REFUND, paid=7849)
    assert (caught.value.code, caught.value.data["payout"]) == ("payout_does_not_add_up", "po_1")


def test_a_line_whose_gross_less_fee_is_not_its_net_is_found_by_the_reader() -> None:
    download = _file(evolve(PAYMENT, fee=149), REFUND)
    found = read([FILES.reader()], io.BytesIO(download.content))
    assert [issue.code for entry in found.entries for issue in entry.issues] == ["total-mismatch"]


def test_no_other_providers_reader_knows_the_file() -> None:
    head = _file(PAYMENT, REFUND).content[:4096]
    assert FILES.reader().recognise(head)
    assert not PayoutFiles("other-payout", "other").reader().recognise(head)


def test_the_same_payout_gives_the_same_bytes() -> None:
    assert _file(PAYMENT, REFUND) == _file(PAYMENT, REFUND)
