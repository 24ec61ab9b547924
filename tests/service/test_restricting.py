"""Restricted accounts: one's own, and those that are safeguarded."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from tests.service.staff import staff

from localgov_ims.domain.ids import new_reference
from localgov_ims.domain.money import Money
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.restrictions import Restriction, RestrictionKind
from localgov_ims.errors import InvalidValue, NotFound, NotPermitted
from localgov_ims.service.auditing import show_audit
from localgov_ims.service.installation import Installation
from localgov_ims.service.payments.receipts import Taking, record_takings
from localgov_ims.service.people.permitting import permit_reading, rights_now
from localgov_ims.service.people.restricting import (
    lift_restriction,
    permit_accounts,
    restrict_account,
    restricted_accounts,
)
from localgov_ims.service.verifying import verify

ACCOUNT = "612345674"
OWN, SAFEGUARDING = RestrictionKind.OWN, RestrictionKind.SAFEGUARDING


def _restrict(house: Installation, kind: RestrictionKind, *users: str, account: str = ACCOUNT) -> Restriction:
    return restrict_account(
        house, fund="23", account_reference=account, kind=kind, users=users, reason="Because"
    )


def _permit(house: Installation, *accounts: tuple[str, str | None]) -> None:
    with house.store.reading() as connection:
        permit_accounts(house, connection, rights_now(house, connection), accounts)


def _code(house: Installation, *accounts: tuple[str, str | None]) -> str:
    with pytest.raises(NotPermitted) as refused:
        _permit(house, *accounts)
    return refused.value.code


def test_an_own_account_is_kept_from_those_it_names_and_from_nobody_else(installation: Installation) -> None:
    clerk = staff(installation, permissions=Permission, funds=["23"])
    _restrict(installation, OWN, "CLERK")
    assert _code(clerk, ("05", "1"), ("23", None), ("23", ACCOUNT)) == "not_permitted"
    _permit(clerk, ("23", None), ("23", "623456785"), ("05", ACCOUNT))
    _permit(installation, ("23", ACCOUNT))


def test_a_safeguarded_account_is_kept_from_everybody_without_the_permission(
    installation: Installation,
) -> None:
    _restrict(installation, SAFEGUARDING)
    without = staff(installation, "without", permissions={Permission.FUND_ALL})
    with_ = staff(installation, "with", permissions={Permission.ACCOUNT_RESTRICTED})
    assert _code(without, ("23", ACCOUNT)) == "not_permitted"
    _permit(with_, ("23", ACCOUNT))


@pytest.mark.parametrize("written", ["6123 45674", " 612345674 ", "612345674"])
def test_no_way_of_writing_a_reference_hides_its_account(installation: Installation, written: str) -> None:
    _restrict(installation, SAFEGUARDING)
    assert _code(staff(installation), ("23", written)) == "not_permitted"


def test_many_accounts_are_asked_about_by_one_query(installation: Installation) -> None:
    _restrict(installation, SAFEGUARDING)
    clerk, asked = staff(installation), []
    with clerk.store.reading() as connection:
        rights = rights_now(clerk, connection)
        sa.event.listen(connection, "before_cursor_execute", lambda *given: asked.append(given[2]))
        permit_accounts(clerk, connection, rights, (("05", f"{n}") for n in range(10_000)))
    assert len(asked) == 1


def test_recording_for_a_restricted_account_is_refused_whole(installation: Installation) -> None:
    clerk = staff(installation, permissions={Permission.TRANSACTION_RECORD}, funds=["23"])
    _restrict(installation, SAFEGUARDING)
    taken = Taking(
        reference=new_reference(), fund="23", account_reference=ACCOUNT, amount=Money(1_00), mop="14",
        taken_on=installation.clock().date(),
    )  # fmt: skip
    with pytest.raises(NotPermitted, match=r"account\.restricted"):
        record_takings(clerk, [taken])
    assert record_takings(installation, [taken]) == 1


def test_a_restriction_is_lifted_by_a_later_record(installation: Installation) -> None:
    clerk = staff(installation)
    first = _restrict(installation, SAFEGUARDING)
    assert restricted_accounts(installation) == [first]
    lifted = lift_restriction(installation, fund="23", account_reference="6123 45674", reason="Over")
    assert (lifted.number, lifted.lifted, lifted.account_reference) == (2, True, ACCOUNT)
    _permit(clerk, ("23", ACCOUNT))
    with pytest.raises(NotFound):
        lift_restriction(installation, fund="23", account_reference=ACCOUNT, reason="Again")
    assert _restrict(installation, SAFEGUARDING).number == 3
    assert _code(clerk, ("23", ACCOUNT)) == "not_permitted"
    assert [law.broken for law in verify(installation)] == [()] * 5


def test_nobody_lifts_or_changes_a_restriction_that_names_them(installation: Installation) -> None:
    clerk = staff(installation, permissions={Permission.ACCOUNT_RESTRICTED}, funds=["23"])
    _restrict(installation, OWN, "clerk")
    with pytest.raises(NotPermitted) as refused:
        lift_restriction(clerk, fund="23", account_reference=ACCOUNT, reason="Mine")
    assert refused.value.code == "own_restriction"
    with pytest.raises(NotPermitted) as refused:
        _restrict(clerk, SAFEGUARDING)
    assert refused.value.code == "own_restriction"
    assert restricted_accounts(installation)[0].kind is OWN


def test_a_restriction_of_what_is_not_there_is_refused(installation: Installation) -> None:
    with pytest.raises(InvalidValue, match="no user 'nobody'"):
        _restrict(installation, OWN, "nobody")
    with pytest.raises(InvalidValue, match="612345675"):
        _restrict(installation, SAFEGUARDING, account="612345675")
    with pytest.raises(InvalidValue, match="no fund '99'"):
        restrict_account(installation, fund="99", account_reference="1", kind=SAFEGUARDING, reason="Because")


def test_restrictions_of_other_funds_are_not_shown(installation: Installation) -> None:
    _restrict(installation, SAFEGUARDING)
    clerk = staff(installation, permissions={Permission.ACCOUNT_RESTRICTED}, funds=["05"])
    assert restricted_accounts(clerk) == []
    permit_reading(clerk, Permission.ACCOUNT_RESTRICTED)


def test_the_audit_trail_does_not_say_which_account(installation: Installation) -> None:
    made = _restrict(installation, SAFEGUARDING)
    (entry,) = show_audit(installation, record=str(made.id))
    assert entry.detail["restriction"] == str(made.id)
    assert ACCOUNT not in str(entry)
