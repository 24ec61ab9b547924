"""Writing back: old money that nobody claimed is income of today, once, and is suspense again when somebody claims it."""

from __future__ import annotations

from datetime import date

import pytest
from attrs import evolve
from tests.builders import pounds
from tests.posted import posted, told
from tests.service import money_in as at
from tests.service.suspended import an_item, balance, laws_hold

from localgov_ims.domain.journals import Role
from localgov_ims.domain.proposals import Proposal
from localgov_ims.domain.transactions import Transaction
from localgov_ims.domain.write_offs import WriteBackAccount
from localgov_ims.errors import ConfigurationError, ImsError
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves.authorising import authorise
from localgov_ims.service.suspense.clearing_undoing import undo_clearance
from localgov_ims.service.suspense.writing_back import write_back

OLD = date(2025, 4, 30)
TODAY = date(2026, 5, 13)


@pytest.fixture
def desk(desk: Installation) -> Installation:
    """Give a council that writes back after a year, to the library's account GONE."""
    account = WriteBackAccount(fund="LB", account_reference="GONE", after_days=365)
    return evolve(desk, council=evolve(desk.council, write_back=account))


def back(desk: Installation, *items: str, reason: str = "Nobody answered") -> Transaction:
    made = write_back(desk, items, reason=reason)
    assert isinstance(made, Transaction)
    return made


def refused(desk: Installation, *items: str, **given: str) -> str:
    with pytest.raises(ImsError) as error:
        back(desk, *items, **given)
    return error.value.code


def test_what_is_left_of_old_items_is_income_of_today(desk: Installation) -> None:
    items = [an_item(desk, "100.00", on=OLD), an_item(desk, "20.50", on=date(2024, 1, 2))]
    made = back(desk, *items)
    assert made.taken_on == TODAY
    assert [(line.fund, line.account_reference, str(line.amount)) for line in made.lines] == [
        ("SUSP", None, "-100.00"), ("SUSP", None, "-20.50"), ("LB", "GONE", "120.50"),
    ]  # fmt: skip
    assert made.lines[-1].narrative == "Nobody answered"
    assert balance(desk) == pounds("0.00").pence
    assert refused(desk, items[0]) == "more_than_left"
    assert laws_hold(desk)


def test_it_is_posted_as_a_difference(desk: Installation) -> None:
    back(desk, an_item(desk, "100.00", on=OLD))
    (journal,) = posted(desk)
    assert [(line.role, line.kind) for line in journal.lines] == [
        (Role.SUSPENSE, "Clearance"), (Role.DIFFERENCE, "Clearance"),
    ]  # fmt: skip
    assert journal.accounting_on == TODAY
    assert told(journal.lines)[0] == "Dr 9900 100.00"


def test_a_later_claim_takes_it_back_at_the_same_codes(desk: Installation) -> None:
    item = an_item(desk, "100.00", on=OLD)
    made = back(desk, item)
    posted(desk)
    undo_clearance(desk, made.reference, reason="Claimed with a bank statement")
    assert balance(desk) == pounds("100.00").pence
    changed = evolve(desk, council=evolve(desk.council, write_back=None))
    (journal,) = posted(changed)
    assert [(str(line.signed), line.role) for line in journal.lines] == [
        ("100.00", Role.FUND), ("-100.00", Role.SUSPENSE),
    ]  # fmt: skip
    assert laws_hold(desk)


def test_money_that_is_younger_or_that_left_is_not_written_back(desk: Installation) -> None:
    assert refused(desk, an_item(desk, on=date(2025, 5, 14))) == "too_young"
    back(desk, an_item(desk, on=date(2025, 5, 13)))
    assert refused(desk, an_item(desk, "-5.00", on=OLD)) == "amount_not_positive"
    assert refused(desk, an_item(desk, on=OLD), reason=" ") == "reason_missing"
    assert refused(desk) == "no_items"


def test_above_the_limit_another_person_agrees_and_it_is_income_of_that_day(desk: Installation) -> None:
    proposal = write_back(desk, [an_item(desk, "1000.01", on=OLD)], reason="Nobody answered")
    assert isinstance(proposal, Proposal)
    authorise(evolve(desk, actor="second"), proposal.reference)
    assert at.every_transaction(desk)[-1].taken_on == TODAY
    assert balance(desk) == pounds("0.00").pence


def test_a_council_that_named_no_account_writes_nothing_back(desk: Installation) -> None:
    assert refused(evolve(desk, council=evolve(desk.council, write_back=None)), an_item(desk, on=OLD)) == (
        "no_write_back"
    )
    with pytest.raises(ConfigurationError, match="at least 1, not 0"):
        WriteBackAccount(fund="LB", after_days=0)
    nowhere = WriteBackAccount(fund="XX", after_days=1)
    with pytest.raises(ConfigurationError, match="write_back"):
        evolve(desk.council, write_back=nowhere)


def test_who_may_only_clear_suspense_does_not_write_back(desk: Installation) -> None:
    item = an_item(desk, on=OLD)
    at.employ(desk, "clearer", "income-officer")
    assert refused(evolve(desk, actor="clearer"), item) == "not_permitted"
