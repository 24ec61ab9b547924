"""Bacs reports come once, for service user numbers that are ours, and advices reach whoever acts on them."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime, time

import pytest
from attrs import evolve
from tests.service.direct_debits import collecting, debit, sent
from tests.service.incomes import codes

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.service_users import ServiceUser
from localgov_ims.errors import AlreadyDone, ConfigurationError, NotFound, RuleViolation
from localgov_ims.service.direct_debits.advices import list_advices, owner_of, take_advices
from localgov_ims.service.files.importing import import_files
from localgov_ims.service.files.receiving import Incoming
from localgov_ims.service.installation import Installation
from localgov_ims.service.reconciliation.breaks import assign_breaks, close_breaks, list_breaks
from localgov_ims.service.reconciliation.reconciling import reconcile
from localgov_ims.service.verifying import verify
from localgov_ims.simulator.bacs import addacs, arudd, ddic
from localgov_ims.storage import unpaids as stored

DAY = date(2026, 5, 12)
TWO = [debit("771234567", "145.00"), debit("770000029", "100.00")]


def _unpaids(installation: Installation) -> list[tuple[str, int]]:
    with installation.store.reading() as connection:
        return [(each.unpaid.reference, each.unpaid.amount.pence) for each in stored.some(connection)]


def test_a_report_is_recorded_once_whatever_its_file_is_called(installation: Installation) -> None:
    council = collecting(installation)
    first = sent(council, arudd(TWO, day=DAY))
    assert (first.status, first.counts) == ("recorded", {"reports": 1, "items": 2})
    assert sent(council, arudd(TWO, day=DAY), "again.xml").status == "seen"
    other_bytes = arudd(TWO, day=DAY).replace(b"?>\n", b"?>\n\n")
    assert sent(council, other_bytes, "other.xml").status == "seen"
    assert _unpaids(council) == [("771234567", -14500), ("770000029", -10000)]
    assert all(law.holds for law in verify(council))


def test_a_report_of_one_number_with_other_items_is_refused(installation: Installation) -> None:
    council = collecting(installation)
    sent(council, arudd(TWO, day=DAY))
    changed = sent(council, arudd(TWO[:1], day=DAY))
    assert (changed.status, codes(changed)) == ("refused", ["already-imported"])
    assert sent(council, arudd(TWO[:1], day=DAY, number=2)).status == "recorded"


def test_a_nil_return_is_remembered(installation: Installation) -> None:
    council = collecting(installation)
    assert sent(council, arudd([], day=DAY)).status == "recorded"
    assert sent(council, arudd([], day=DAY).replace(b"?>\n", b"?>")).status == "seen"


def test_a_claim_is_announced_once_in_whatever_report(installation: Installation) -> None:
    council = collecting(installation)
    sent(council, ddic(TWO[:1], day=DAY))
    again = sent(council, ddic(TWO[:1], day=date(2026, 5, 13)))
    assert (again.status, codes(again)) == ("refused", ["duplicate-id"])


@pytest.mark.parametrize("made", [arudd(TWO, day=DAY), ddic(TWO, day=DAY), addacs(["1"], day=DAY)])
def test_a_service_user_number_that_is_not_ours_is_refused(installation: Installation, made: bytes) -> None:
    council = collecting(installation)
    ours = evolve(council, council=evolve(council.council, service_users={}))
    assert codes(sent(ours, made)) == ["wrong-account"]


def test_an_advice_waits_for_the_owner_of_its_number_until_somebody_takes_it(
    installation: Installation,
) -> None:
    council = collecting(installation)
    sent(council, addacs(["771234567", "770000029"], day=DAY, code="3"))
    first, second = list_advices(council)
    assert owner_of(council.council, first.service_user) == "revenues"
    assert (first.advice.reason, first.advice.payer_name) == (
        "Account transferred to another bank or building society", "A PAYER",
    )  # fmt: skip
    take_advices(council, [first.id])
    assert [each.id for each in list_advices(council, owner="revenues")] == [second.id]
    assert list_advices(council, owner="rents") == []
    assert [each.taken_by for each in list_advices(council, every=True)] == [council.actor, None]
    assert all(law.holds for law in verify(council))


def test_of_several_advices_all_are_taken_or_none(installation: Installation) -> None:
    council = collecting(installation)
    sent(council, addacs(["771234567", "770000029"], day=DAY))
    first, second = list_advices(council)
    take_advices(council, [first.id])
    with pytest.raises(AlreadyDone, match="was taken by"):
        take_advices(council, [second.id, first.id])
    with pytest.raises(NotFound):
        take_advices(council, [second.id, new_id()])
    assert [each.id for each in list_advices(council)] == [second.id]


def late(council: Installation, day: date) -> list[tuple[str, str | None, int]]:
    """Reconcile on a day, and return the Breaks that stand: kind, owner, age."""
    council.clock.moment = datetime.combine(day, time(9), UTC)  # type: ignore[attr-defined]
    reconcile(council)
    return [(view.found.kind.value, view.owner, view.age) for view in list_breaks(council)]


def test_an_advice_that_nobody_took_in_time_is_a_break_of_its_numbers_owner_until_it_is_taken(
    installation: Installation,
) -> None:
    council = collecting(installation)
    sent(council, addacs(["771234567", "770000029"], day=DAY))
    first, second = list_advices(council)
    assert late(council, date(2026, 5, 15)) == []
    assert late(council, date(2026, 5, 16)) == [("advice_waits", "revenues", 4)] * 2
    assert late(council, date(2026, 5, 18)) == [("advice_waits", "revenues", 6)] * 2
    (view, other) = list_breaks(council, owner="revenues")
    assert list_breaks(council, owner="rents") == []
    assert (
        f"by 15 May 2026. It is for revenues: `ims advices take {view.found.subject}`" in view.found.message
    )
    assert (
        "advice of reference 771234567 of 12 May 2026 (1 Instruction cancelled by the payer)"
        in view.found.message
    )
    with pytest.raises(RuleViolation, match="once somebody has acted on it"):
        close_breaks(council, [view.found.id], reason="later")
    assign_breaks(council, [view.found.id], owner="tester", due_on=date(2026, 5, 20), reason="They are away")
    assert [each.owner for each in list_breaks(council)] == ["tester", "revenues"]
    take_advices(council, [first.id])
    assert [each.found.id for each in list_breaks(council)] == [other.found.id]
    take_advices(council, [second.id])
    assert late(council, date(2026, 5, 19)) == []
    assert all(law.holds for law in verify(council))


@pytest.mark.parametrize(("days", "last"), [(0, 12), (1, 13), (5, 19)])
def test_how_long_an_advice_may_wait_is_a_setting(installation: Installation, days: int, last: int) -> None:
    council = collecting(installation, advice_days=days)
    sent(council, addacs(["771234567"], day=DAY))
    assert late(council, date(2026, 5, last)) == []
    assert len(late(council, date(2026, 5, last + 1))) == 1


def test_what_accepts_a_file_of_instructions_asks_for_nothing_and_what_refuses_one_does(
    installation: Installation,
) -> None:
    council = collecting(installation)
    told = addacs(["771234567"], day=DAY)
    sent(council, told.replace(b'"A" effective', b'"V" effective'))
    assert late(council, date(2026, 6, 1)) == []
    sent(council, told.replace(b'"A" effective', b'"R" effective').replace(b'"7001"', b'"7003"'))
    assert [kind for kind, _, _ in late(council, date(2026, 6, 1))] == ["advice_waits"]


@pytest.mark.parametrize(
    "given",
    [{"number": "12345"}, {"number": "123456", "source": "dd"}, {"number": "123456", "advice_days": 61}],
)
def test_a_service_user_that_could_not_be_acted_on_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError):
        ServiceUser(owner="revenues", **given)


def test_the_files_of_an_archive_are_kept_and_judged_one_by_one(installation: Installation) -> None:
    council = collecting(installation)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("arudd.xml", arudd(TWO, day=DAY))
        made.writestr("other.xml", b"<html/>")
    (good, bad) = import_files(council, [Incoming(name="bacs.zip", stream=out)])
    assert (good.name, good.status, bad.name, bad.status) == (
        "bacs.zip/arudd.xml", "recorded", "bacs.zip/other.xml", "refused",
    )  # fmt: skip
    assert sent(council, arudd(TWO, day=DAY), "arudd.xml").status == "seen"


def test_an_archive_that_cannot_be_unpacked_is_kept_and_refused_as_it_is(installation: Installation) -> None:
    council = collecting(installation)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("bomb.xml", b" " * 10_000_000)
    (result,) = import_files(council, [Incoming(name="bomb.zip", stream=out)])
    assert (result.status, codes(result)) == ("refused", ["limit-exceeded"])
