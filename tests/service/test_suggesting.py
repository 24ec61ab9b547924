"""Where an item may belong: each ground by itself, never what is closed, restricted or in others' funds."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from attrs import evolve
from tests.builders import pounds
from tests.conftest import on_sqlite
from tests.service import money_in as at
from tests.service.suspended import an_item, clear, gives, rent

from localgov_ims.domain.holders import AccountHolder, Person
from localgov_ims.domain.restrictions import RestrictionKind
from localgov_ims.errors import NotFound
from localgov_ims.service.holders.seeing import save_holder
from localgov_ims.service.installation import Installation
from localgov_ims.service.payments.receipts import Taking, record_takings
from localgov_ims.service.people.restricting import restrict_account
from localgov_ims.service.suspense.clearing_undoing import undo_clearance
from localgov_ims.service.suspense.suggesting import suggest
from localgov_ims.storage import holders

TAX, OTHER_TAX = "612345674", "700000009"


def says(desk: Installation, line: str) -> list[tuple[str, str, str, list[str]]]:
    """Return fund, account, strength and grounds of each suggestion."""
    return [
        (*each.account, each.strength.value, [ground.ground.value for ground in each.grounds])
        for each in suggest(desk, line).found
    ]


def holder(
    desk: Installation, fund: str = "23", account: str = TAX, surname: str | None = None, **given: Any
) -> None:
    """Say something of an account; a second time it is changed."""
    with desk.store.reading() as connection:
        before = holders.current(connection, [(fund, account)]).get((fund, account))
    made = AccountHolder(
        fund=fund, account_reference=account, person=Person(surname=surname),
        number=before.number if before is not None else 0, **given,
    )  # fmt: skip
    save_holder(desk, made)


@on_sqlite
def test_a_reference_that_is_valid_in_exactly_one_fund(desk: Installation) -> None:
    line = an_item(desk, reference=TAX)
    assert says(desk, line) == [("23", TAX, "strong", ["valid_in_one_fund"])]
    assert (
        suggest(desk, line).found[0].grounds[0].said == f"{TAX} came with it and is valid in this fund alone."
    )
    twin = evolve(desk.council.funds["23"], code="24")
    both = evolve(desk, council=evolve(desk.council, funds={**desk.council.funds, "24": twin}))
    assert says(both, line) == []


@on_sqlite
def test_one_reference_in_the_narrative_and_no_two(desk: Installation) -> None:
    assert says(desk, an_item(desk, narrative=f"C TAX {TAX} THANKS")) == [
        ("23", TAX, "strong", ["reference_in_narrative"])
    ]
    assert says(desk, an_item(desk, narrative=f"{TAX} {OTHER_TAX}")) == []


@on_sqlite
@pytest.mark.parametrize("typed", ["612345614", "612354674"])
def test_one_slip_from_an_open_account(desk: Installation, typed: str) -> None:
    line = an_item(desk, reference=typed, narrative=None)
    assert says(desk, line) == []
    holder(desk)
    assert says(desk, line) == [("23", TAX, "fair", ["nearly_an_account"])]
    holder(desk, closed_on=date(2026, 1, 1))
    assert says(desk, line) == []


def test_the_same_payer_was_cleared_there_before(desk: Installation) -> None:
    first = an_item(desk, reference="STANDING-ORDER")
    made = clear(desk, [gives(first, "60.00")], [rent("60.00", "TEN7")])
    # A reference of an opening comes once; a bank's comes every month.
    second = _again(desk, "STANDING-ORDER")
    assert says(desk, second) == [("05", "TEN7", "fair", ["paid_there_before"])]
    clear(desk, [gives(first, "40.00")], [rent("40.00", "TEN7")])
    assert says(desk, second) == [("05", "TEN7", "strong", ["paid_there_before"])]
    undo_clearance(desk, made.reference, reason="x")
    assert says(desk, second) == [("05", "TEN7", "fair", ["paid_there_before"])]


def _again(desk: Installation, reference: str) -> str:
    from localgov_ims.service.suspense.creating import NewItem, create_item

    made = create_item(desk, NewItem(key="again", amount=pounds("1.23"), mop="CA", reference=reference))
    return made.lines[0].reference


@on_sqlite
def test_an_account_that_has_the_same_amount_regularly(desk: Installation) -> None:
    line = an_item(desk, "77.31", narrative=None)
    for n in range(3):
        assert says(desk, line) == []
        taking = Taking(
            reference=f"X{n}", fund="05", account_reference="TEN1", amount=pounds("77.31"), mop="CA",
            taken_on=date(2026, 2 + n, 1),
        )  # fmt: skip
        record_takings(desk, [taking])
    assert says(desk, line) == [("05", "TEN1", "weak", ["same_amount"])]


@on_sqlite
def test_a_balance_that_equals_the_amount_and_a_surname_beside_it(desk: Installation) -> None:
    line = an_item(desk, "77.31", narrative="MR J O'BRIEN")
    holder(desk, "05", "TEN1", balance=pounds("77.31"))
    assert says(desk, line) == [("05", "TEN1", "fair", ["balance_equals"])]
    holder(desk, "05", "TEN2", "O'Brien", balance=pounds("77.31"))
    assert says(desk, line) == [
        ("05", "TEN2", "fair", ["surname_in_narrative", "balance_equals"]), ("05", "TEN1", "weak", ["balance_equals"]),
    ]  # fmt: skip
    holder(desk, "05", "TEN2", "O'Brien", balance=pounds("1.00"))
    assert says(desk, line)[0][:3] == ("05", "TEN1", "fair")


def test_a_surname_in_the_narrative_names_its_accounts(desk: Installation) -> None:
    line = an_item(desk, narrative="RENT H WALKER")
    assert says(desk, line) == []
    holder(desk, "05", "TEN1", "Walker")
    assert says(desk, line) == [("05", "TEN1", "fair", ["surname_in_narrative"])]
    holder(desk, "05", "TEN2", "Walker")
    assert [each[:3] for each in says(desk, line)] == [("05", "TEN1", "weak"), ("05", "TEN2", "weak")]
    holder(desk, "05", "TEN2", "Wałker-Jones")
    assert [each[:2] for each in says(desk, line)] == [("05", "TEN1")]


@on_sqlite
def test_equals_are_tied(desk: Installation) -> None:
    line = an_item(desk, "77.31", narrative=None)
    for n in range(7):
        holder(desk, "05", f"TEN{n}", balance=pounds("77.31"))
    found = suggest(desk, line)
    assert [(each.rank, each.tied) for each in found.found] == [(1, True)] * 5
    assert found.hidden == 2


@on_sqlite
def test_accounts_of_other_funds_and_restricted_ones_are_not_suggested(desk: Installation) -> None:
    from localgov_ims.domain.roles import FundGroup

    line = an_item(desk, reference=TAX)
    grouped = evolve(
        desk, council=evolve(desk.council, fund_groups={"h": FundGroup(name="h", funds=frozenset({"05"}))})
    )
    clerk = at.employ(grouped, "clerk", "income-officer", groups=["h"])
    assert says(clerk, line) == []
    restrict_account(
        at.second(desk),
        fund="23",
        account_reference=TAX,
        kind=RestrictionKind.OWN,
        users=["tester"],
        reason="Own",
    )
    assert says(desk, line) == []
    assert says(at.second(desk), line) != []
    with pytest.raises(NotFound):
        suggest(desk, "K7MP-2QXW-9TRN_1")
