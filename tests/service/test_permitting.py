"""Who is asking, and may they: nothing is read or written before that is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from attrs import evolve
from tests.conftest import MovableClock
from tests.service.files import camt, entry
from tests.service.staff import staff

from localgov_ims.bootstrap.installing import open_installation
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import Money
from localgov_ims.domain.people import Given
from localgov_ims.domain.permissions import Permission
from localgov_ims.errors import ConfigurationError, NotFound, NotPermitted, NotSignedIn
from localgov_ims.service.auditing import show_audit
from localgov_ims.service.explaining.asking import explain
from localgov_ims.service.files.importing import import_file
from localgov_ims.service.installation import Installation
from localgov_ims.service.payments.receipts import Taking, record_takings
from localgov_ims.service.people.adding import add_user
from localgov_ims.service.people.permitting import permit_reading, permit_unit
from localgov_ims.service.reconciliation.reconciling import reconcile
from localgov_ims.service.suspense.listing import list_suspense
from localgov_ims.simulator.small_council import settings_text
from localgov_ims.storage import people as stored
from localgov_ims.storage import transactions
from localgov_ims.storage.store import Store


def test_nobody_who_is_unknown_does_anything(installation: Installation) -> None:
    with pytest.raises(NotSignedIn, match=r"no user 'zed' here.*ims users add zed --role ROLE") as refused:
        list_suspense(installation.acting("zed"))
    assert refused.value.code == "no_such_user"
    assert isinstance(refused.value, NotPermitted)


def test_a_unit_notes_each_permission_that_it_used(installation: Installation) -> None:
    with installation.unit("try") as unit:
        permit_unit(installation, unit, Permission.SUSPENSE_VIEW)
        permit_unit(installation, unit, Permission.AUDIT_VIEW)
        stored.add_sign_in(unit, next(iter(stored.some(unit.connection))).id)
        unit.commit()
    assert show_audit(installation, action="try")[0].detail == {"permission": "audit.view suspense.view"}


def test_a_request_is_kept_in_the_audit_trail(installation: Installation) -> None:
    add_user(evolve(installation, request="req-17"), name="new")
    assert show_audit(installation, action="add_user")[0].detail["request"] == "req-17"


def test_a_fund_that_is_not_ones_own_is_refused_in_explain(installation: Installation) -> None:
    view = {Permission.TRANSACTION_VIEW}
    tax, rents = (
        staff(installation, name, permissions=view, funds=[fund])
        for name, fund in (("tax", "23"), ("rents", "05"))
    )
    import_file(installation, camt(entry("30.00", "612345674")))
    reconcile(installation)
    (story,) = explain(installation, _line_of(installation, "23"))
    assert explain(tax, story.id) == [story]
    for identifier in (story.id, *story.leads_to):
        with pytest.raises(NotPermitted) as refused:
            explain(rents, identifier)
        assert refused.value.code == "fund_not_permitted"
        assert explain(tax, identifier)


def test_income_in_suspense_is_seen_with_suspense_view(installation: Installation) -> None:
    import_file(installation, camt(entry("30.00", "who knows")))
    reconcile(installation)
    (item,) = list_suspense(installation)
    sees = staff(installation, "sees", permissions={Permission.TRANSACTION_VIEW, Permission.SUSPENSE_VIEW})
    assert explain(sees, item.reference)
    not_ = staff(installation, "not", permissions={Permission.TRANSACTION_VIEW}, funds=["23"])
    with pytest.raises(NotPermitted):
        explain(not_, item.reference)
    with pytest.raises(NotPermitted):
        explain(not_, item.bank_line)


def test_permission_is_checked_before_existence(installation: Installation) -> None:
    with pytest.raises(NotFound):
        explain(staff(installation, "sees", permissions={Permission.TRANSACTION_VIEW}), str(new_id()))
    with pytest.raises(NotPermitted):
        explain(staff(installation, "not"), str(new_id()))


def _line_of(installation: Installation, fund: str) -> str:
    with installation.store.reading() as connection:
        query = sa.select(transactions.lines.c.reference).where(transactions.lines.c.fund == fund)
        return str(connection.execute(query).scalar_one())


Open = Callable[..., Installation]


@pytest.fixture
def opens(tmp_path: Path, clock: MovableClock) -> Iterator[Open]:
    """Give what opens the council of these settings for somebody, always on the same database."""
    opened: list[Installation] = []

    def open_(text: str, by: str = "tester") -> Installation:
        (tmp_path / "council.toml").write_text(text, encoding="utf-8")
        opened.append(open_installation(tmp_path / "council.toml", clock=clock, by=by, create=True))
        return opened[-1]

    yield open_
    for installation in opened:
        installation.store.close()


WIDER = '\n[roles.cashier]\npermissions = ["person.erase"]\n'


def test_the_first_to_open_is_the_administrator_and_the_second_nobody(opens: Open) -> None:
    assert permit_reading(opens(settings_text()), Permission.AUDIT_VIEW)
    assert opens(settings_text(), "TESTER").actor == "tester"
    with pytest.raises(NotSignedIn):
        permit_reading(opens(settings_text(), "other"), Permission.AUDIT_VIEW)


def test_a_database_of_before_there_were_users_gets_its_first(
    opens: Open, tmp_path: Path, clock: MovableClock
) -> None:
    Store.open(f"sqlite:///{tmp_path / 'ims.sqlite'}", clock, create=True).close()
    assert permit_reading(opens(settings_text(), "older"), Permission.PEOPLE_AUTHORISE)


def test_changed_settings_need_settings_edit(opens: Open) -> None:
    first = opens(settings_text())
    add_user(first, name="clerk", given=Given(roles=("income-officer",)))
    with pytest.raises(NotPermitted, match=r"settings\.edit"):
        opens(settings_text("Renamed"), "clerk")
    with pytest.raises(NotSignedIn):
        opens(settings_text("Renamed"), "stranger")
    opens(settings_text("Renamed"))
    assert opens(settings_text("Renamed"), "clerk").council.name == "Renamed"


def test_nobody_makes_their_own_rights_wider_by_the_settings(opens: Open) -> None:
    base = settings_text() + '\n[roles.editor]\npermissions = ["settings.edit", "people.authorise"]\n'
    first = opens(base)
    add_user(first, name="clerk", given=Given(roles=("editor",)))
    with pytest.raises(NotPermitted, match=r"person\.erase") as refused:
        opens(base + WIDER, "clerk")
    assert refused.value.code == "cannot_grant"
    with pytest.raises(NotPermitted, match="fund 05"):
        opens(base + '\n[fund_groups.all]\nfunds = ["05"]\n', "clerk")
    opens(base + WIDER)
    assert show_audit(first, action="change_settings")[0].detail["wider"] == ["roles.cashier"]
    narrower = (base + WIDER).replace('"settings.edit", "people.authorise"', '"settings.edit"')
    opens(narrower, "clerk")
    with pytest.raises(NotPermitted, match=r"people\.authorise"):
        opens(base + WIDER, "clerk")


@pytest.mark.parametrize(
    ("added", "fault"),
    [
        ('[roles.x]\npermissions = ["payment.steal"]', r"payment\.steal.*roles\['x'\]"),
        ('[fund_groups.x]\nfunds = ["99"]', "fund group x names the fund '99'"),
        ('[roles.administrator]\npermissions = ["audit.view"]', "cannot be changed"),
        ('[roles."two words"]\npermissions = []', "two words"),
    ],
)
def test_roles_and_fund_groups_that_cannot_be_are_refused(opens: Open, added: str, fault: str) -> None:
    with pytest.raises(ConfigurationError, match=fault):
        opens(f"{settings_text()}\n{added}\n")


def test_recording_needs_every_fund(installation: Installation) -> None:
    clerk = staff(installation, permissions={Permission.TRANSACTION_RECORD}, funds=["23"])
    rent = Taking(
        reference="K7MP2QXW9TRN", fund="05", account_reference="x", amount=Money(1), mop="14",
        taken_on=installation.clock().date(),
    )  # fmt: skip
    with pytest.raises(NotPermitted, match="fund 05"):
        record_takings(clerk, iter([rent]))
