"""Remittance lists: one credit in suspense pays many accounts by one clearance, once."""

from __future__ import annotations

import io

import pytest
from attrs import evolve
from tests.service.incomes import a_file, balance, recorded, row, taking
from tests.service.staff import staff

from localgov_ims.domain.baskets import BasketItem
from localgov_ims.domain.clearing import Giving
from localgov_ims.domain.import_types import ImportKind, OnBadRow
from localgov_ims.domain.money import Money
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.transactions import Transaction, TransactionKind
from localgov_ims.errors import RuleViolation
from localgov_ims.service.files.importing import import_file
from localgov_ims.service.files.views import list_files
from localgov_ims.service.income.remittances import clear_by_remittance, read_remittance
from localgov_ims.service.installation import Installation
from localgov_ims.service.suspense.creating import NewItem, create_item
from localgov_ims.service.verifying import verify
from localgov_ims.storage import statements


@pytest.fixture
def council(installation: Installation) -> Installation:
    """Give a council with an item of 48.00 in suspense, and a type of lists."""
    made = taking(installation, kind=ImportKind.REMITTANCE)
    create_item(made, NewItem(key="credit", amount=Money(4800), mop="12", narrative="HOUSING ASSOCIATION"))
    return made


def _item(council: Installation) -> str:
    return next(
        t.lines[0].reference
        for t in recorded(council)
        if t.lines[0].fund == "SUSP" and t.kind is TransactionKind.RECEIPT
    )


def _cleared(council: Installation) -> list[Transaction]:
    return [t for t in recorded(council) if t.kind is TransactionKind.TRANSFER]


def test_a_list_that_comes_to_what_the_item_gives_becomes_one_clearance(council: Installation) -> None:
    read = read_remittance(council, a_file([row("30.00", "771"), row("18.00", "772")]))
    done = clear_by_remittance(council, [Giving(line=_item(council))], read)
    assert not done.seen
    (cleared,) = _cleared(council)
    assert [(line.fund, line.account_reference, line.amount.pence) for line in cleared.lines] == [
        ("SUSP", None, -4800), ("CT", "771", 3000), ("CT", "772", 1800),
    ]  # fmt: skip
    assert balance(council) == {"SUSP": 0, "CT": 4800}
    assert all(law.holds for law in verify(council))


def test_a_list_of_another_sum_is_refused_and_the_item_stays(council: Installation) -> None:
    read = read_remittance(council, a_file([row("30.00", "771"), row("18.01", "772")]))
    with pytest.raises(RuleViolation) as refused:
        clear_by_remittance(council, [Giving(line=_item(council))], read)
    assert refused.value.code == "not_balanced"
    assert _cleared(council) == []


def test_the_same_list_on_the_same_item_again_is_seen(council: Installation) -> None:
    rows = [row("30.00", "771"), row("18.00", "772")]
    item = _item(council)
    clear_by_remittance(council, [Giving(line=item)], read_remittance(council, a_file(rows)))
    again = clear_by_remittance(council, [Giving(line=item)], read_remittance(council, a_file(rows)))
    assert again.seen
    assert len(_cleared(council)) == 1
    assert len(list_files(council)) == 1


def test_what_nobody_can_place_stays_in_the_item_unless_a_person_places_it(council: Installation) -> None:
    read = read_remittance(council, a_file([row("30.00", "771"), row("18.00", "nowhere")]))
    assert [(each.account_reference, each.amount) for each, _ in read.unplaced] == [("nowhere", Money(1800))]
    clear_by_remittance(council, [Giving(line=_item(council))], read)
    assert balance(council) == {"SUSP": 1800, "CT": 3000}
    other = read_remittance(council, a_file([row("18.00", "elsewhere")]))
    by_hand = [BasketItem(fund="LB", account_reference="L1", amount=Money(1800))]
    clear_by_remittance(council, [Giving(line=_item(council))], other, by_hand)
    assert balance(council) == {"SUSP": 0, "CT": 3000, "LB": 1800}


def test_a_list_is_never_recorded_as_receipts(council: Installation) -> None:
    result = import_file(council, a_file([row("30.00", "771")]))
    assert (result.status, [issue.code for issue in result.issues]) == ("refused", ["wrong-kind"])
    assert "clear-by-list" in result.issues[0].message
    assert balance(council) == {"SUSP": 4800}


def test_a_list_that_does_not_add_up_clears_nothing(council: Installation) -> None:
    read = read_remittance(council, a_file([row("48.00", "771")], amount=Money(4801)))
    assert (read.result.status, [issue.code for issue in read.result.issues]) == (
        "refused",
        ["total-mismatch"],
    )
    with pytest.raises(RuleViolation, match="was refused"):
        clear_by_remittance(council, [Giving(line=_item(council))], read)


def test_receipts_are_no_list(council: Installation) -> None:
    kind = evolve(council.council.import_types["agency"], kind=ImportKind.RECEIPTS)
    other = evolve(council, council=evolve(council.council, import_types={"agency": kind}))
    given = a_file([row("48.00", "771")])
    read = read_remittance(other, evolve(given, stream=io.BytesIO(given.stream.read())))
    assert [issue.code for issue in read.result.issues] == ["wrong-kind"]


def _clerk(council: Installation) -> Installation:
    return staff(council, "clerk", permissions=[Permission.SUSPENSE_CLEAR, Permission.FUND_ALL])


def test_a_statement_is_no_list_and_nothing_of_it_is_recorded(council: Installation) -> None:
    from tests.service.files import camt, entry

    forged = evolve(camt(entry("77777.00", "X")), declared=a_file([]).declared)
    clerk = _clerk(council)
    for declared in (forged.declared, evolve(forged.declared, import_type=None)):
        given = evolve(forged, declared=declared)
        read = read_remittance(clerk, given)
        assert read.result.status == "refused"
    with council.store.reading() as connection:
        assert list(statements.some_lines(connection)) == []


def test_a_file_that_is_recorded_as_income_is_no_list(council: Installation) -> None:
    receipts = evolve(council.council.import_types["agency"], code="receipts", kind=ImportKind.RECEIPTS)
    types = {**council.council.import_types, "receipts": receipts}
    council = evolve(council, council=evolve(council.council, import_types=types))
    rows = [row("30.00", "771"), row("18.00", "772")]
    import_file(council, a_file(rows, import_type="receipts"))
    with pytest.raises(RuleViolation, match="no list"):
        read_remittance(council, a_file(rows))


def test_a_list_that_was_only_read_may_still_be_income_and_one_that_cleared_items_asks_a_person(
    council: Installation,
) -> None:
    receipts = evolve(council.council.import_types["agency"], code="receipts", kind=ImportKind.RECEIPTS)
    types = {**council.council.import_types, "receipts": receipts}
    council = evolve(council, council=evolve(council.council, import_types=types))
    read_remittance(council, a_file([row("1.00", "771")]))
    assert import_file(council, a_file([row("1.00", "771")], import_type="receipts")).status == "recorded"
    rows = [row("30.00", "771"), row("18.00", "772")]
    clear_by_remittance(council, [Giving(line=_item(council))], read_remittance(council, a_file(rows)))
    held = import_file(council, a_file(rows, import_type="receipts"))
    assert (held.status, [issue.code for issue in held.issues]) == ("held", ["suspected-duplicate"])


def test_a_second_reading_is_judged_by_itself(council: Installation) -> None:
    rows = [row("30.00", "771"), row("18.00", "772")]
    assert read_remittance(council, a_file(rows)).result.status == "received"
    assert read_remittance(council, a_file(rows, rows=99)).result.status == "refused"
    assert read_remittance(council, a_file(rows, rows=2)).result.status == "received"


def test_quarantined_rows_of_a_list_count_in_its_sum(council: Installation) -> None:
    kind = evolve(council.council.import_types["agency"], on_bad_row=OnBadRow.QUARANTINE)
    council = evolve(council, council=evolve(council.council, import_types={"agency": kind}))
    read = read_remittance(council, a_file([row("48.00", "771"), row("30.00", "772", office="ZZ")]))
    assert read.unplaced_total == Money(3000)
    with pytest.raises(RuleViolation) as refused:
        clear_by_remittance(council, [Giving(line=_item(council))], read)
    assert refused.value.code == "not_balanced"


def test_no_more_is_placed_by_hand_than_the_rules_left(council: Installation) -> None:
    read = read_remittance(council, a_file([row("18.00", "771")]))
    with pytest.raises(RuleViolation, match="by hand"):
        clear_by_remittance(
            council, [Giving(line=_item(council))], read,
            [BasketItem(fund="LB", account_reference="ME", amount=Money(3000))],
        )  # fmt: skip
