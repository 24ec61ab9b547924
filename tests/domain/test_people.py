"""Users, their days, and the rights that follow from what they have been given."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.people import Given, Rights, User, key
from localgov_ims.domain.permissions import OVERRIDES, Permission
from localgov_ims.domain.restrictions import Restriction, RestrictionKind
from localgov_ims.domain.roles import ADMINISTRATOR, SHIPPED_ROLES, FundGroup, Role
from localgov_ims.errors import InvalidValue, NotPermitted

ROOT = Path(__file__).parents[2]
NOON = datetime(2026, 5, 13, 12, 0, tzinfo=UTC)
GROUPS = {"housing": FundGroup(name="housing", funds=frozenset({"05"}))}
SPECIFIED = """
payment.take payment.take_cheque payment.take_post payment.settle transaction.record transaction.list transaction.view
refund.request refund.request_part refund.authorise refund.view refund.confirm line.reallocate line.authorise
transfer.record transfer.authorise account.pay_stopped basket.repeat_reference account.view account.edit account.import
account.restricted import.view import.send import.decide import.reverse import_type.manage rule.view rule.edit
rule.activate suspense.view suspense.note suspense.create suspense.clear suspense.undo suspense.authorise
ereturn.record ereturn.authorise ereturn.delete ereturn.view_all settings.edit template.manage message.manage
settings.maintain people.edit people.authorise people.review fund.all report.view dashboard.view transaction.reverse
till.record till.authorise match.run match.decide match.undo write_off.record write_off.authorise
reconciliation.prepare reconciliation.review journal.export journal.confirm feed.send feed.confirm period.close
period.late period.reopen person.export person.erase retention.run retention.hold audit.view
"""
"""The permissions of the specification's table, and no other."""


def user(**given: object) -> User:
    """Build a user: a clerk, added at noon on 13 May 2026, who expires after 30 days."""
    clerk: dict[str, Any] = {
        "id": new_id(), "name": "clerk", "display_name": "The clerk", "expiry_days": 30, "given": Given(),
        "created_at": NOON,
    }  # fmt: skip
    return User(**clerk | given)


def test_the_permissions_are_those_of_the_specification() -> None:
    assert sorted(permission.value for permission in Permission) == sorted(SPECIFIED.split())


@pytest.mark.parametrize("permission", Permission, ids=lambda permission: permission.value)
def test_every_permission_has_a_meaning_and_its_line_in_the_reference(permission: Permission) -> None:
    page = (ROOT / "docs" / "reference" / "permissions.md").read_text(encoding="utf-8")
    assert f"| `{permission.value}` | {permission.meaning} |" in page


def test_the_reference_lists_what_each_shipped_role_may() -> None:
    page = (ROOT / "docs" / "reference" / "permissions.md").read_text(encoding="utf-8")
    for role in SHIPPED_ROLES.values():
        names = sorted(permission.value for permission in role.permissions)
        listed = (
            "every permission" if role.name == ADMINISTRATOR else ", ".join(f"`{name}`" for name in names)
        )
        assert f"| `{role.name}` | {listed} |" in page
    assert len(re.findall(r"^\| `[a-z-]+` \| (?:`|every)", page, flags=re.MULTILINE)) == len(SHIPPED_ROLES)


def test_only_the_administrator_has_everything_and_nobody_else_gives_rights_and_asks_for_them() -> None:
    assert SHIPPED_ROLES[ADMINISTRATOR].permissions == frozenset(Permission)
    both = {Permission.PEOPLE_EDIT, Permission.PEOPLE_AUTHORISE}
    assert [role.name for role in SHIPPED_ROLES.values() if both <= role.permissions] == [ADMINISTRATOR]
    assert frozenset(Permission) > OVERRIDES


@pytest.mark.parametrize("name", ["", "two words", "-x", "x" * 51, "é"])
def test_a_role_has_a_plain_name(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        Role(name=name, permissions=frozenset())


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"name": ""}, "bad_user_name"),
        ({"name": "x" * 101}, "bad_user_name"),
        ({"name": " clerk"}, "bad_user_name"),
        ({"name": "two\nlines"}, "bad_user_name"),
        ({"display_name": "x" * 151}, "bad_user_name"),
        ({"expiry_days": 0}, "bad_expiry_days"),
    ],
)
def test_a_user_that_cannot_be_is_refused(given: dict[str, Any], code: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        user(**given)
    assert refused.value.code == code


def test_names_may_be_as_long_as_is_said_and_their_case_does_not_count() -> None:
    assert user(name="x" * 100, display_name="y" * 150).name == "x" * 100
    assert key("Straße ") == key("STRASSE")


@pytest.mark.parametrize(
    ("days", "login", "enabled", "locked"),
    [
        (30, None, None, False),
        (31, None, None, True),
        (50, 20, None, False),
        (51, 20, None, True),
        (50, None, 20, False),
        (51, None, 20, True),
        (51, 10, 21, False),
        (60, 40, 10, False),
    ],
)
def test_a_user_is_locked_when_the_days_away_exceed_their_expiry(
    days: int, login: int | None, enabled: int | None, *, locked: bool
) -> None:
    found = user(
        last_login_at=NOON + timedelta(days=login) if login is not None else None,
        last_enabled_at=NOON + timedelta(days=enabled) if enabled is not None else None,
    )
    assert found.locked(date(2026, 5, 13) + timedelta(days=days)) is locked


def test_a_user_without_expiry_is_never_locked() -> None:
    assert not user(expiry_days=None).locked(date(2126, 1, 1))


def test_the_days_are_those_of_london() -> None:
    late = user(expiry_days=1, created_at=datetime(2026, 6, 30, 23, 30, tzinfo=UTC))
    assert late.last_seen_on() == date(2026, 7, 1)
    assert not late.locked(date(2026, 7, 2))


def test_rights_are_those_of_the_roles_and_groups_and_no_group_is_no_fund() -> None:
    rights = Rights.of(
        user(given=Given(roles=("cashier", "gone"), fund_groups=("housing", "gone"), methods=("01",))),
        SHIPPED_ROLES, GROUPS,
    )  # fmt: skip
    assert rights.permissions == SHIPPED_ROLES["cashier"].permissions
    assert [rights.sees(fund) for fund in ("05", "23")] == [True, False]
    assert [rights.takes_by(method) for method in ("01", "90")] == [True, False]
    assert not Rights.of(user(), SHIPPED_ROLES, GROUPS).sees("05")


def test_fund_all_is_every_fund_and_method() -> None:
    rights = Rights.of(user(given=Given(roles=(ADMINISTRATOR,))), SHIPPED_ROLES, {})
    assert rights.sees("anything")
    assert rights.takes_by("anything")
    rights.require_funds(["23", "05"])


def test_what_is_missing_is_named_with_who_may_give_it() -> None:
    rights = Rights.of(user(given=Given(fund_groups=("housing",))), SHIPPED_ROLES, GROUPS)
    with pytest.raises(
        NotPermitted, match=r"refund\.authorise \(authorise a refund.*people\.authorise"
    ) as refused:
        rights.require(Permission.REFUND_AUTHORISE)
    assert (refused.value.code, refused.value.data["permission"]) == ("not_permitted", "refund.authorise")
    with pytest.raises(NotPermitted, match="fund 13, 23") as refused:
        rights.require_funds(["23", "05", "13", "23"])
    assert (refused.value.code, refused.value.data["funds"]) == ("fund_not_permitted", ["13", "23"])


def test_of_several_permissions_one_is_enough() -> None:
    rights = Rights.of(user(given=Given(roles=("authoriser",))), SHIPPED_ROLES, {})
    rights.require(Permission.PEOPLE_EDIT, Permission.PEOPLE_REVIEW)
    with pytest.raises(NotPermitted):
        rights.require(Permission.PEOPLE_EDIT)


def test_what_is_given_is_sorted_and_without_repeats() -> None:
    assert Given(roles=("b", "a", "b")).roles == ("a", "b")


@pytest.mark.parametrize(
    ("given", "code"),
    [({"users": ()}, "no_users"), ({"reason": " "}, "no_reason")],
)
def test_a_restriction_says_whom_and_why(given: dict[str, Any], code: str) -> None:
    own: dict[str, Any] = {
        "id": new_id(), "fund": "23", "account_reference": "612345674", "number": 1, "kind": RestrictionKind.OWN,
        "users": ("Clerk",), "reason": "Own account", "by": "tester", "at": NOON,
    }  # fmt: skip
    assert Restriction(**own).names("CLERK")
    with pytest.raises(InvalidValue) as refused:
        Restriction(**own | given)
    assert refused.value.code == code
