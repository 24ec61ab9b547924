"""Breaks: taken up by somebody until a day, and closed by a record."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from tests.service import money_in
from tests.service.test_bank_proofs import a_list

from localgov_ims.domain.breaks import Break, BreakKind
from localgov_ims.domain.ids import new_id
from localgov_ims.errors import AlreadyDone, InvalidValue, NotFound, NotPermitted, RuleViolation
from localgov_ims.service.installation import Installation
from localgov_ims.service.reconciliation.breaks import assign_breaks, close_breaks, list_breaks
from localgov_ims.service.reconciliation.reconciling import reconcile
from localgov_ims.service.verifying import verify
from localgov_ims.storage import reconciliation

DUE = date(2026, 5, 20)


def a_break(desk: Installation, kind: str = "payment") -> Break:
    """Record a Break of a payment that was paid twice."""
    found = Break(
        id=new_id(), kind=BreakKind.PAID_TWICE, subject_kind=kind, subject=new_id(), since_on=date(2026, 5, 10),
        message="The provider took it twice. Refund one.",
    )  # fmt: skip
    with desk.unit("finish") as unit:
        reconciliation.add_breaks(unit, [found])
        unit.commit()
    return found


def test_a_break_has_an_age_an_owner_and_a_due_day(desk: Installation) -> None:
    found = a_break(desk)
    (view,) = list_breaks(desk)
    assert (view.age, view.owner, view.due_on, view.overdue) == (3, None, None, False)
    assign_breaks(desk, [found.id], owner="second", due_on=DUE, reason="Ask the provider")
    assign_breaks(desk, [found.id], owner="tester", due_on=DUE + timedelta(days=1), reason="Second is away")
    (view,) = list_breaks(desk, owner="tester")
    assert (view.owner, view.due_on, len(view.events)) == ("tester", DUE + timedelta(days=1), 2)
    assert list_breaks(desk, owner="second") == []
    desk.clock.moment += timedelta(days=9)  # type: ignore[attr-defined]
    assert [view.overdue for view in list_breaks(desk)] == [True]


def test_a_closed_break_stands_no_longer_and_keeps_its_story(desk: Installation) -> None:
    found, other = a_break(desk), a_break(desk)
    close_breaks(desk, [found.id], reason="Refunded as R7")
    assert [view.found.id for view in list_breaks(desk)] == [other.id]
    (closed,) = list_breaks(desk, closed=True)
    assert (closed.found.id, closed.events[0].reason, closed.events[0].by) == (
        found.id,
        "Refunded as R7",
        "tester",
    )
    assert [each.id for each in reconcile(desk).breaks] == [other.id]
    assert all(law.holds for law in verify(desk))


def test_several_are_closed_together_or_none(desk: Installation) -> None:
    found, other = a_break(desk), a_break(desk)
    close_breaks(desk, [other.id], reason="Refunded")
    with pytest.raises(AlreadyDone, match="Refunded"):
        close_breaks(desk, [found.id, other.id], reason="Both")
    with pytest.raises(NotFound):
        close_breaks(desk, [found.id, uuid4()], reason="Both")
    assert [view.found.id for view in list_breaks(desk)] == [found.id]


def test_a_break_whose_cause_is_still_there_is_not_closed_away(desk: Installation) -> None:
    a_list(desk, "day,reference,amount\n2026-05-11,71,1.80\n", what="rejected", fund="05")
    (view,) = list_breaks(desk)
    with pytest.raises(RuleViolation, match="stated end") as refused:
        close_breaks(desk, [view.found.id], reason="Seen")
    assert refused.value.code == "still_there"


def test_a_break_is_given_to_a_user_until_a_day_to_come(desk: Installation) -> None:
    found = a_break(desk)
    with pytest.raises(NotFound, match="nobody"):
        assign_breaks(desk, [found.id], owner="nobody", due_on=DUE, reason="x")
    with pytest.raises(InvalidValue, match="past"):
        assign_breaks(desk, [found.id], owner="second", due_on=date(2026, 5, 12), reason="x")


def test_breaks_are_for_those_who_settle_them(desk: Installation) -> None:
    found = a_break(desk)
    money_in.employ(desk, "stranger", "cashier")
    stranger = desk.acting("stranger")
    for act in (
        lambda: list_breaks(stranger),
        lambda: assign_breaks(stranger, [found.id], owner="second", due_on=DUE, reason="x"),
        lambda: close_breaks(stranger, [found.id], reason="x"),
    ):
        with pytest.raises(NotPermitted):
            act()


def test_two_that_close_one_at_once_are_told_apart(desk: Installation) -> None:
    from localgov_ims.domain.breaks import BreakAct, BreakEvent
    from localgov_ims.storage import break_events

    found = a_break(desk)
    close_breaks(desk, [found.id], reason="Refunded")
    late = BreakEvent(
        id=new_id(), of=found.id, number=1, act=BreakAct.CLOSED, reason="Me too", by="second", at=desk.clock()
    )
    with pytest.raises(AlreadyDone), desk.unit("close_breaks") as unit:
        break_events.add(unit, [late])
