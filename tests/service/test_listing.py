"""Lists of what is open: complete, in order, within one's own funds, and asked of the database at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from tests.builders import pounds
from tests.conftest import MovableClock
from tests.persons import with_user
from tests.service import money_in as at
from tests.service.money_in import item, paid, pay, says

from localgov_ims.domain.observations import Said
from localgov_ims.domain.permissions import Permission
from localgov_ims.errors import InvalidValue, NotPermitted
from localgov_ims.service.enquiries.listing import list_refunds, pending_payments
from localgov_ims.service.installation import Installation
from localgov_ims.service.payments.finishing import finish_payment
from localgov_ims.service.refunds.asking import RefundOf, refund_payment
from localgov_ims.service.refunds.finishing import finish_refund

P = Permission


def refunded(desk: Installation, line: str, amount: str = "1.00") -> str:
    return refund_payment(desk, [RefundOf(line=line, amount=pounds(amount))], reason="Paid twice").reference


def statements(ask: Callable[[], object]) -> int:
    """Count the queries that *ask* makes."""
    seen: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        ask()
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    return len(seen)


def test_pending_is_what_nobody_has_answered_the_oldest_first(
    desk: Installation, clock: MovableClock
) -> None:
    first = pay(desk)
    clock.moment += timedelta(minutes=31)
    second, answered, unknown = pay(desk), pay(desk), pay(desk)
    finish_payment(desk, says(answered))
    finish_payment(desk, says(unknown, Said.UNKNOWN, theirs="P2"))
    found = pending_payments(desk)
    assert [each.reference for each in found.rows] == [first.reference, second.reference, unknown.reference]
    assert [(str(each.amount), each.lines) for each in found.rows] == [("125.50", 2)] * 3
    assert [each.provider_reference for each in found.rows] == [None, None, "P2"]
    assert found.more is False
    old = pending_payments(desk, older_than=timedelta(minutes=30))
    assert [each.reference for each in old.rows] == [first.reference]
    few = pending_payments(desk, limit=2)
    assert (len(few.rows), few.more) == (2, True)


def test_lists_have_only_what_lies_wholly_in_ones_own_funds(desk: Installation) -> None:
    own, mixed = pay(desk, item("05", "TEN1", "1.00")), pay(desk, item("05", "TEN1", "1.00"), item())
    done = paid(desk, item("05", "TEN1", "10.00"), item())
    (rent_line, tax_line) = (line.reference for line in done.lines)
    both = refund_payment(
        desk,
        [RefundOf(line=rent_line, amount=pounds("1.00")), RefundOf(line=tax_line, amount=pounds("1.00"))],
        reason="x",
    ).reference
    finish_refund(desk, at.refund_says(both))
    alone = refunded(desk, rent_line)
    sees = (P.TRANSACTION_LIST, P.REFUND_VIEW)
    rents = with_user(desk, "rents", *sees, funds=["05"])
    none = with_user(desk, "none", *sees)
    assert [each.reference for each in pending_payments(rents).rows] == [own.reference]
    assert [each.reference for each in list_refunds(rents).rows] == [alone]
    assert (pending_payments(none).rows, list_refunds(none).rows) == ((), ())
    assert {each.reference for each in pending_payments(desk).rows} == {own.reference, mixed.reference}
    assert {each.reference for each in list_refunds(desk).rows} == {both, alone}


def test_open_refunds_are_those_that_may_still_pay_money_out(desk: Installation) -> None:
    line = f"{paid(desk, item(amount='80.00')).reference}_1"
    first = refunded(desk, line, "5.00")
    finish_refund(desk, at.refund_says(first))
    then = refunded(desk, line, "6.00")
    every = list_refunds(desk)
    assert {(each.reference, each.state.value, str(each.amount)) for each in every.rows} == {
        (first, "succeeded", "5.00"), (then, "requested", "6.00"),
    }  # fmt: skip
    assert [each.reference for each in list_refunds(desk, open_only=True).rows] == [then]


def test_a_list_asks_the_database_as_often_for_many_as_for_one(desk: Installation) -> None:
    pay(desk)
    refunded(desk, f"{paid(desk).reference}_1")
    once = statements(lambda: (pending_payments(desk), list_refunds(desk)))
    for number in range(2, 6):
        pay(desk)
        refunded(desk, f"{paid(desk, theirs=f'P{number}').reference}_1")
    assert statements(lambda: (pending_payments(desk), list_refunds(desk))) == once > 0


def test_lists_need_their_permission_and_a_limit(desk: Installation) -> None:
    nobody = with_user(desk, "nobody", P.PAYMENT_TAKE, P.REFUND_REQUEST, P.FUND_ALL)
    with pytest.raises(NotPermitted, match=r"transaction\.list"):
        pending_payments(nobody)
    with pytest.raises(NotPermitted, match=r"refund\.view"):
        list_refunds(nobody)
    for limit in (0, 501):
        with pytest.raises(InvalidValue):
            pending_payments(desk, limit=limit)
        with pytest.raises(InvalidValue):
            list_refunds(desk, limit=limit)
