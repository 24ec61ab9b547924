"""Who may do what, as a table: each operation with its permission, and with its fund where it touches one.

Add a line to OPERATIONS for every new service. A call need not succeed: it must pass the gate, or be stopped at it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from attrs import evolve, frozen
from tests.builders import DAY
from tests.conftest import MovableClock
from tests.service import file_operations, money_operations
from tests.service.files import MONDAY, camt, entry
from tests.service.staff import staff

from localgov_ims.bootstrap.installing import open_installation
from localgov_ims.domain.ids import new_id, new_reference
from localgov_ims.domain.money import Money
from localgov_ims.domain.people import Given
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.restrictions import RestrictionKind
from localgov_ims.errors import (
    ConfigurationError,
    InvalidValue,
    NotFound,
    NotPermitted,
    NotSignedIn,
    RuleViolation,
)
from localgov_ims.service.auditing import show_audit, verify_audit
from localgov_ims.service.explaining.asking import explain
from localgov_ims.service.files.importing import import_file, import_files
from localgov_ims.service.installation import Installation
from localgov_ims.service.ledger.exporting import export_again, export_journals, export_to_folder
from localgov_ims.service.ledger.feed_answers import answer_feed, list_answered
from localgov_ims.service.ledger.feeding import feed_figures, list_feed_files, send_again, send_feed
from localgov_ims.service.ledger.journalling import build_journals
from localgov_ims.service.payments.receipts import Taking, record_takings
from localgov_ims.service.people import adding as people
from localgov_ims.service.people.access_review import access_review, sign_access_review
from localgov_ims.service.people.restricting import lift_restriction, restrict_account, restricted_accounts
from localgov_ims.service.reconciliation.reconciling import reconcile
from localgov_ims.service.suspense.listing import list_suspense
from localgov_ims.service.verifying import verify
from localgov_ims.simulator.small_council import settings_text
from localgov_ims.storage.audit import entries

FUND, OTHER_FUND = "23", "05"
P = Permission


@frozen
class Operation:
    """Something that somebody does: any one of its permissions is enough; `fund` says that it touches fund 23."""

    name: str
    permissions: tuple[Permission, ...]
    call: Callable[[Installation], object]
    fund: bool = False


def _taking() -> Taking:
    return Taking(
        reference=new_reference(), fund=FUND, account_reference="612345674", amount=Money(1_00), mop="14",
        taken_on=MONDAY,
    )  # fmt: skip


def _restrict(house: Installation) -> object:
    return restrict_account(
        house, fund=FUND, account_reference="612345674", kind=RestrictionKind.SAFEGUARDING, reason="Because"
    )


SEES_PEOPLE = (P.PEOPLE_EDIT, P.PEOPLE_AUTHORISE, P.PEOPLE_REVIEW)


def _drop(name: str, data: bytes) -> None:
    """Keep no file."""


def _answer(house: Installation) -> object:
    return answer_feed(house, "council-tax", b"file,line,result,reason\n", source="answer.csv")


OPERATIONS = [
    Operation("import_files", (P.IMPORT_SEND,), lambda i: import_files(i, [camt(entry("1.00"))])),
    Operation("import_file", (P.IMPORT_SEND,), lambda i: import_file(i, camt(entry("1.00")))),
    Operation("list_suspense", (P.SUSPENSE_VIEW,), list_suspense),
    Operation("explain", (P.TRANSACTION_VIEW,), lambda i: explain(i, "nothing")),
    Operation("reconcile", (P.MATCH_RUN,), reconcile),
    Operation("build_journals", (P.JOURNAL_EXPORT,), lambda i: build_journals(i, "MAIN")),
    Operation("build_journals of no ledger", (P.JOURNAL_EXPORT,), lambda i: build_journals(i, "NONE")),
    Operation("export_to_folder", (P.JOURNAL_EXPORT,), lambda i: export_to_folder(i, "MAIN", _folder(i))),
    Operation("export_again", (P.JOURNAL_EXPORT,), lambda i: export_again(i, "MAIN-1", _folder(i))),
    Operation("export_journals", (P.JOURNAL_EXPORT,), lambda i: export_journals(i, "MAIN", lambda _: None)),
    Operation("send_feed", (P.FEED_SEND,), lambda i: send_feed(i, "council-tax", _drop), fund=True),
    Operation("send_again", (P.FEED_SEND,), lambda i: send_again(i, "council-tax", 999, _drop), fund=True),
    Operation("feed_figures", (P.REPORT_VIEW,), lambda i: feed_figures(i, "council-tax", DAY, DAY), fund=True),
    Operation("answer_feed", (P.FEED_CONFIRM,), _answer, fund=True),
    Operation("list_answered", (P.REPORT_VIEW,), lambda i: list_answered(i, "council-tax"), fund=True),
    Operation("list_feed_files", (P.REPORT_VIEW,), lambda i: list_feed_files(i, "council-tax"), fund=True),
    Operation("verify", (P.REPORT_VIEW,), verify),
    Operation("record_takings", (P.TRANSACTION_RECORD,), lambda i: record_takings(i, [_taking()]), fund=True),
    Operation("add_user", (P.PEOPLE_EDIT,), lambda i: people.add_user(i, name=f"new-{new_id().hex}")),
    Operation("propose_rights", (P.PEOPLE_EDIT,), lambda i: people.propose_rights(i, name="x", given=Given())),
    Operation("decide_grant", (P.PEOPLE_AUTHORISE,), lambda i: people.decide_grant(i, grant=new_id(), accept=True)),
    Operation("disable_user", (P.PEOPLE_EDIT,), lambda i: people.disable_user(i, name="nobody")),
    Operation("enable_user", (P.PEOPLE_EDIT,), lambda i: people.enable_user(i, name="nobody")),
    Operation("users", SEES_PEOPLE, people.users),
    Operation("user", SEES_PEOPLE, lambda i: people.user(i, "nobody")),
    Operation("waiting_grants", SEES_PEOPLE, people.waiting_grants),
    Operation("access_review", (P.PEOPLE_REVIEW, P.PEOPLE_EDIT), access_review),
    Operation("sign_access_review", (P.PEOPLE_REVIEW,), lambda i: sign_access_review(i, sha256="")),
    Operation("restrict_account", (P.ACCOUNT_RESTRICTED,), _restrict, fund=True),
    Operation(
        "lift_restriction", (P.ACCOUNT_RESTRICTED,),
        lambda i: lift_restriction(i, fund=FUND, account_reference="612345674", reason="Over"), fund=True,
    ),
    Operation("restricted_accounts", (P.ACCOUNT_RESTRICTED,), restricted_accounts),
    *(Operation(*given) for given in money_operations.OPERATIONS),
    *(Operation(*given) for given in file_operations.OPERATIONS),
    Operation("verify_audit", (P.AUDIT_VIEW,), verify_audit),
    Operation("show_audit", (P.AUDIT_VIEW,), show_audit),
]  # fmt: skip

every_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
_NUMBERS = itertools.count(1)


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Give one council for the whole table."""
    config = tmp_path_factory.mktemp("table") / "council.toml"
    config.write_text(settings_text(), encoding="utf-8")
    opened = open_installation(config, by="tester", create=True)
    yield opened
    opened.store.close()


def _folder(house: Installation) -> Path:
    return Path(str(house.store.engine.url.database)).parent / "journals"


def _somebody(
    council: Installation,
    permissions: Collection[Permission],
    fund: str = FUND,
    expiry_days: int | None = None,
) -> Installation:
    funds = [] if P.FUND_ALL in permissions else [fund]
    return staff(council, f"n{next(_NUMBERS)}", permissions=permissions, funds=funds, expiry_days=expiry_days)


def _refused(house: Installation, operation: Operation) -> NotPermitted:
    """Return how somebody is refused; nothing may have been written."""
    before = _entries(house)
    with pytest.raises(NotPermitted) as refused:
        operation.call(house)
    assert _entries(house) == before
    return refused.value


def _entries(house: Installation) -> int:
    with house.store.reading() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(entries)).scalar_one())


def _let_through(house: Installation, operation: Operation) -> None:
    """Let somebody in; what stops them behind the gate is not their rights."""
    with suppress(InvalidValue, RuleViolation, NotFound, ConfigurationError):
        operation.call(house)


@every_operation
def test_each_of_its_permissions_opens_the_gate(council: Installation, operation: Operation) -> None:
    for permission in operation.permissions:
        _let_through(_somebody(council, {permission}), operation)


@every_operation
def test_every_other_permission_together_does_not(council: Installation, operation: Operation) -> None:
    others = set(Permission) - {*operation.permissions, P.PEOPLE_AUTHORISE}
    refused = _refused(_somebody(council, others), operation)
    assert refused.code == "not_permitted"
    assert refused.data["permission"] == operation.permissions[0].value
    assert all(permission.value in refused.message for permission in operation.permissions)


@pytest.mark.parametrize("operation", [o for o in OPERATIONS if o.fund], ids=lambda operation: operation.name)
def test_without_the_fund_the_permission_is_not_enough(council: Installation, operation: Operation) -> None:
    refused = _refused(_somebody(council, operation.permissions, fund=OTHER_FUND), operation)
    assert (refused.code, refused.data["funds"]) == ("fund_not_permitted", [FUND])
    _let_through(_somebody(council, {*operation.permissions, P.FUND_ALL}), operation)


@every_operation
def test_the_disabled_the_locked_and_the_unknown_are_not_signed_in(
    council: Installation, operation: Operation
) -> None:
    disabled = _somebody(council, operation.permissions)
    people.disable_user(council, name=disabled.actor)
    locked = _somebody(council, operation.permissions, expiry_days=10)
    later = evolve(locked, clock=MovableClock(council.clock() + timedelta(days=12)))
    for house, code in (
        (disabled, "user_disabled"),
        (later, "user_locked"),
        (council.acting("?"), "no_such_user"),
    ):
        refused = _refused(house, operation)
        assert isinstance(refused, NotSignedIn)
        assert refused.code == code
