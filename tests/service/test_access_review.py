"""The access review: who may do what, who gave it, what they used; signed as it was seen."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from attrs import evolve
from tests.conftest import MovableClock

from localgov_ims.domain.people import Given
from localgov_ims.domain.permissions import Permission
from localgov_ims.errors import NotPermitted, RuleViolation
from localgov_ims.service.installation import Installation
from localgov_ims.service.ledger.journalling import build_journals
from localgov_ims.service.people import adding as people
from localgov_ims.service.people.access_review import UserReview, access_review, sign_access_review
from localgov_ims.service.people.permitting import permit_unit
from localgov_ims.service.reconciliation.reconciling import reconcile
from localgov_ims.service.verifying import verify
from localgov_ims.storage import people as stored


def _of(installation: Installation, name: str) -> UserReview:
    return next(user for user in access_review(installation).users if user.name == name)


@pytest.fixture
def house(installation: Installation, clock: MovableClock) -> Installation:
    """Give a council with tester, a finance user whom tester added alone on 13 May, and second since the 14th."""
    people.add_user(installation, name="fin", given=Given(roles=("finance",), fund_groups=("housing",)))
    clock.moment += timedelta(days=1)
    people.add_user(installation, name="second", given=Given(roles=("administrator",)))
    return installation


def test_the_review_says_who_gave_what_and_when(house: Installation, clock: MovableClock) -> None:
    fin = _of(house, "fin")
    assert fin.given == Given(roles=("finance",), fund_groups=("housing",))
    assert "journal.export" in fin.permissions
    assert fin.funds == ("*",)
    assert (fin.giving.asked_by, fin.giving.given_by, fin.giving.alone) == ("tester", "tester", True)
    assert fin.giving.on == date(2026, 5, 13)
    clock.moment += timedelta(days=1)
    asked = people.propose_rights(
        house, name="fin", given=Given(roles=("cashier",), fund_groups=("housing",))
    )
    assert access_review(house).waiting == ("fin",)
    assert asked.grant is not None
    people.decide_grant(house.acting("second"), grant=asked.grant.id, accept=True)
    fin = _of(house, "fin")
    assert (fin.giving.asked_by, fin.giving.given_by, fin.giving.alone) == ("tester", "second", False)
    assert (fin.giving.on, fin.funds) == (date(2026, 5, 15), ("05",))
    assert access_review(house).waiting == ()


def test_disabling_somebody_gives_them_nothing(house: Installation, clock: MovableClock) -> None:
    clock.moment += timedelta(days=5)
    people.disable_user(house, name="fin")
    assert _of(house, "fin").giving.on == date(2026, 5, 13)
    assert _of(house, "fin").disabled


def test_the_last_use_of_each_permission_comes_from_the_audit_trail(
    house: Installation, clock: MovableClock
) -> None:
    reconcile(house.acting("fin"))
    clock.moment += timedelta(days=2)
    reconcile(house.acting("FIN"))
    people.sign_in(house.acting("fin"))
    fin = _of(house, "fin")
    assert [(use.permission, use.last_on, use.count) for use in fin.uses] == [
        ("match.run", date(2026, 5, 16), 2)
    ]
    assert fin.last_sign_in_on == date(2026, 5, 16)
    used = [use.permission for use in _of(house, "tester").uses]
    assert used == ["people.authorise", "people.edit", "settings.edit"]


def test_each_use_of_an_override_is_shown(house: Installation) -> None:
    with house.acting("fin").unit("take_payment") as unit:
        rights = permit_unit(house.acting("fin"), unit, Permission.ACCOUNT_PAY_STOPPED)
        stored.add_sign_in(unit, rights.user.id)
        unit.commit()
    assert [use.permission for use in _of(house, "fin").overrides] == ["account.pay_stopped"]
    assert _of(house, "tester").overrides == ()


def test_the_dormant_and_the_locked_are_named(house: Installation, clock: MovableClock) -> None:
    clock.moment += timedelta(days=89)
    assert not _of(house, "fin").dormant
    clock.moment += timedelta(days=1)
    fin, tester = _of(house, "fin"), _of(house, "tester")
    assert (fin.locked, fin.dormant) == (True, True)
    assert (tester.locked, tester.dormant) == (False, False)
    clock.moment += timedelta(days=1)
    assert _of(house, "tester").dormant


def test_a_role_that_is_gone_from_the_settings_gives_nothing_and_is_named(house: Installation) -> None:
    roles = {name: role for name, role in house.council.roles.items() if name != "finance"}
    without = evolve(house, council=evolve(house.council, roles=roles, fund_groups={}))
    fin = _of(without, "fin")
    assert (fin.permissions, fin.funds, fin.gone) == ((), (), ("finance", "housing"))
    with pytest.raises(NotPermitted):
        build_journals(without.acting("fin"), "MAIN")


def test_what_was_seen_is_what_is_signed(house: Installation, clock: MovableClock) -> None:
    seen = access_review(house)
    assert seen.last_signed is None
    signed = sign_access_review(house.acting("second"), sha256=seen.sha256)
    assert signed == seen
    clock.moment += timedelta(days=1)
    after = access_review(house)
    assert after.last_signed is not None
    assert (after.last_signed.number, after.last_signed.by, after.last_signed.sha256) == (
        1,
        "second",
        seen.sha256,
    )
    assert [law.broken for law in verify(house)] == [()] * 5


def test_a_review_that_changed_since_is_not_signed(house: Installation) -> None:
    seen = access_review(house)
    people.disable_user(house, name="fin")
    with pytest.raises(RuleViolation) as refused:
        sign_access_review(house, sha256=seen.sha256)
    assert refused.value.code == "review_changed"
    assert refused.value.data["sha256"] == access_review(house).sha256


def test_looking_twice_gives_the_same_hash(house: Installation) -> None:
    assert access_review(house).sha256 == access_review(house.acting("second")).sha256
