"""Adding users, giving rights by two people, letting them in and out."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from tests.conftest import MovableClock

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.people import Given
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.roles import ADMINISTRATOR
from localgov_ims.errors import (
    AlreadyDone,
    ImsError,
    InvalidValue,
    NotFound,
    NotPermitted,
    NotSignedIn,
    RuleViolation,
)
from localgov_ims.service.auditing import show_audit
from localgov_ims.service.installation import Installation
from localgov_ims.service.people import adding as people
from localgov_ims.service.people.permitting import permit_reading
from localgov_ims.service.verifying import verify
from localgov_ims.storage import people as stored

ADMIN, CASHIER, DESK = (Given(roles=(role,)) for role in (ADMINISTRATOR, "cashier", "service-desk"))


@pytest.fixture
def house(installation: Installation) -> Installation:
    """Give Small Council with two administrators, tester and second, and the cashier Cass."""
    people.add_user(installation, name="second", given=ADMIN)
    asked = people.add_user(installation, name="Cass", display_name="Cass Cashier")
    assert asked.user.given == Given()
    return installation


def _asked(house: Installation, name: str, given: Given) -> UUID:
    asked = people.propose_rights(house, name=name, given=given)
    assert asked.waiting
    assert asked.grant is not None
    return asked.grant.id


def _code(error: pytest.ExceptionInfo[ImsError]) -> str:
    return error.value.code


def test_a_new_council_has_one_administrator_who_never_expires(installation: Installation) -> None:
    (first,) = people.users(installation)
    assert (first.name, first.given, first.expiry_days) == ("tester", ADMIN, None)
    assert permit_reading(installation, Permission.PERSON_ERASE).funds is None


def test_while_nobody_else_could_authorise_the_first_administrator_adds_the_second_alone(
    installation: Installation,
) -> None:
    asked = people.add_user(installation, name="second", given=ADMIN)
    assert asked.user.given == ADMIN
    assert asked.decision is not None
    assert asked.decision.alone
    (entry,) = show_audit(installation, action="add_user")
    assert (entry.detail["alone"], entry.detail["permission"]) == (True, "people.authorise people.edit")
    assert entry.detail["after"] == {**entry.detail["before"], "roles": [ADMINISTRATOR]}  # type: ignore[dict-item]


def test_once_there_are_two_every_grant_waits_for_the_other(house: Installation) -> None:
    grant = _asked(house, "cass", CASHIER)
    assert people.user(house, "CASS").given == Given()
    ((user, waiting),) = people.waiting_grants(house)
    assert (user.name, waiting.id, waiting.given, waiting.asked_by) == ("Cass", grant, CASHIER, "tester")
    given = people.decide_grant(house.acting("second"), grant=grant, accept=True)
    assert given.user.given == CASHIER
    assert people.user(house, "cass").given == CASHIER
    assert people.waiting_grants(house) == []
    assert permit_reading(house.acting("cass"), Permission.PAYMENT_TAKE).user.name == "Cass"


def test_a_grant_that_is_refused_gives_nothing(house: Installation) -> None:
    grant = _asked(house, "cass", CASHIER)
    asked = people.decide_grant(house.acting("second"), grant=grant, accept=False, reason="not yet")
    assert asked.user.given == Given()
    with pytest.raises(AlreadyDone, match="refused already by second") as refused:
        people.decide_grant(house.acting("second"), grant=grant, accept=True)
    assert _code(refused) == "grant_decided"


def test_nobody_decides_what_they_asked_for_whatever_the_case_of_their_name(house: Installation) -> None:
    grant = _asked(house, "cass", CASHIER)
    with pytest.raises(RuleViolation) as refused:
        people.decide_grant(house.acting("TESTER"), grant=grant, accept=True)
    assert _code(refused) == "same_person"


def test_nobody_decides_what_they_are_to_be_given(house: Installation) -> None:
    grant = _asked(house, "second", Given(roles=(ADMINISTRATOR,), methods=("90",)))
    with pytest.raises(NotPermitted) as refused:
        people.decide_grant(house.acting("second"), grant=grant, accept=True)
    assert _code(refused) == "own_rights"


def test_nobody_edits_their_own_rights_nor_lets_themselves_out(house: Installation) -> None:
    for act in (
        lambda: people.propose_rights(house, name="TESTER", given=CASHIER),
        lambda: people.disable_user(house, name="tester"),
        lambda: people.enable_user(house, name="tester"),
    ):
        with pytest.raises(NotPermitted) as refused:
            act()
        assert _code(refused) == "own_rights"


def test_nobody_asks_for_or_gives_what_they_lack(house: Installation) -> None:
    grant = _asked(house, "cass", DESK)
    people.decide_grant(house.acting("second"), grant=grant, accept=True)
    cass = house.acting("cass")
    people.add_user(cass, name="new")
    with pytest.raises(NotPermitted, match=r"payment\.take") as refused:
        people.propose_rights(cass, name="new", given=CASHIER)
    assert _code(refused) == "cannot_grant"
    with pytest.raises(NotPermitted, match="fund 05") as refused:
        people.propose_rights(
            cass, name="new", given=Given(roles=("service-desk",), fund_groups=("housing",))
        )
    assert _code(refused) == "cannot_grant"
    boss = _asked(house, "new", Given(roles=("authoriser",)))
    people.decide_grant(house.acting("second"), grant=boss, accept=True)
    more = _asked(house, "cass", Given(roles=("service-desk", "cashier")))
    with pytest.raises(NotPermitted) as refused:
        people.decide_grant(house.acting("new"), grant=more, accept=True)
    assert _code(refused) == "cannot_grant"
    assert people.waiting_grants(house)[0][1].id == more


def test_what_only_takes_away_needs_no_second_person(house: Installation) -> None:
    grant = _asked(house, "cass", Given(roles=("cashier",), fund_groups=("housing",), methods=("90",)))
    people.decide_grant(house.acting("second"), grant=grant, accept=True)
    asked = people.propose_rights(house, name="cass", given=CASHIER)
    assert not asked.waiting
    assert people.user(house, "cass").given == CASHIER
    assert people.propose_rights(house, name="cass", given=Given(roles=("payments",))).user.given.roles == (
        "payments",
    )


def test_what_gives_in_one_place_and_takes_in_another_waits(house: Installation) -> None:
    grant = _asked(house, "cass", CASHIER)
    people.decide_grant(house.acting("second"), grant=grant, accept=True)
    _asked(house, "cass", Given(fund_groups=("housing",)))
    _asked(house, "cass", Given(roles=("cashier",), import_types=("parking",)))


def test_a_grant_asked_before_a_change_is_stale(house: Installation) -> None:
    grant = _asked(house, "cass", CASHIER)
    people.disable_user(house, name="cass")
    assert people.waiting_grants(house) == []
    with pytest.raises(RuleViolation) as refused:
        people.decide_grant(house.acting("second"), grant=grant, accept=True)
    assert _code(refused) == "grant_stale"


def test_somebody_with_peoples_authorise_is_always_left(house: Installation) -> None:
    desk = _asked(house, "cass", DESK)
    people.decide_grant(house.acting("second"), grant=desk, accept=True)
    cass = house.acting("cass")
    people.disable_user(cass, name="second")
    for act in (
        lambda: people.disable_user(cass, name="tester"),
        lambda: people.propose_rights(cass, name="tester", given=Given()),
    ):
        with pytest.raises(RuleViolation) as refused:
            act()
        assert _code(refused) == "last_authoriser"
    assert people.user(house, "tester").given == ADMIN


def test_a_name_is_taken_once_whatever_its_case(house: Installation) -> None:
    with pytest.raises(AlreadyDone) as refused:
        people.add_user(house, name="cASS")
    assert _code(refused) == "user_exists"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (Given(roles=("boss",)), "unknown_role"),
        (Given(fund_groups=("moon",)), "unknown_fund_group"),
        (Given(methods=("0",)), "unknown_method_of_payment"),
    ],
)
def test_a_name_that_is_not_in_the_settings_cannot_be_given(
    house: Installation, given: Given, code: str
) -> None:
    with pytest.raises(InvalidValue) as refused:
        people.add_user(house, name="new", given=given)
    assert _code(refused) == code
    with pytest.raises(NotFound):
        people.user(house, "new")


def test_what_is_not_there_is_not_found(house: Installation) -> None:
    with pytest.raises(NotFound):
        people.propose_rights(house, name="nobody", given=CASHIER)
    with pytest.raises(NotFound):
        people.decide_grant(house, grant=new_id(), accept=True)
    with pytest.raises(InvalidValue) as refused:
        people.add_user(house, name="new", office="moon")
    assert _code(refused) == "unknown_office"


def test_asking_for_what_somebody_has_is_refused(house: Installation) -> None:
    with pytest.raises(RuleViolation) as refused:
        people.propose_rights(house, name="second", given=ADMIN)
    assert _code(refused) == "nothing_to_change"


def test_a_disabled_user_is_out_until_enabled_and_keeps_their_rights(house: Installation) -> None:
    people.disable_user(house, name="second")
    people.disable_user(house, name="second")
    with pytest.raises(NotSignedIn) as refused:
        people.sign_in(house.acting("second"))
    assert _code(refused) == "user_disabled"
    people.enable_user(house, name="second")
    assert people.sign_in(house.acting("second")).given == ADMIN


def test_a_user_is_locked_after_their_days_and_enabling_lets_them_in(
    house: Installation, clock: MovableClock
) -> None:
    clock.moment += timedelta(days=60)
    people.sign_in(house.acting("cass"))
    clock.moment += timedelta(days=people.EXPIRY_DAYS)
    people.sign_in(house.acting("cass"))
    clock.moment += timedelta(days=people.EXPIRY_DAYS + 1)
    with pytest.raises(NotSignedIn) as refused:
        people.sign_in(house.acting("cass"))
    assert _code(refused) == "user_locked"
    people.enable_user(house, name="cass")
    assert people.sign_in(house.acting("cass")).last_login_at == clock.moment


def test_coming_in_signs_in_once_a_day_and_only_who_expires(house: Installation, clock: MovableClock) -> None:
    for name in ("cass", "cass", "tester"):
        people.come_in(house.acting(name))
    clock.moment += timedelta(days=1)
    people.come_in(house.acting("cass"))
    with house.store.reading() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(stored.sign_ins)).scalar() == 2
    with pytest.raises(NotSignedIn):
        people.come_in(house.acting("nobody"))


def test_everybody_may_see_themselves_and_only_some_the_others(house: Installation) -> None:
    cass = house.acting("cass")
    assert people.user(cass, "CASS").display_name == "Cass Cashier"
    with pytest.raises(NotPermitted):
        people.user(cass, "nobody")
    with pytest.raises(NotPermitted):
        people.users(cass)


def test_the_audit_trail_names_users_and_never_what_they_are_called(house: Installation) -> None:
    people.decide_grant(
        house.acting("second"), grant=_asked(house, "cass", CASHIER), accept=True, reason="secret"
    )
    text = str([entry.detail for entry in show_audit(house)])
    assert "cass" in text.lower()
    assert "Cashier" not in text
    assert "secret" not in text


def test_the_laws_hold_with_people(house: Installation) -> None:
    people.decide_grant(house.acting("second"), grant=_asked(house, "cass", CASHIER), accept=True)
    people.sign_in(house.acting("cass"))
    people.disable_user(house, name="cass")
    assert [law.broken for law in verify(house)] == [()] * 5
