"""Reapplying rules: what waits in suspense is placed by rules that came later, when a person confirms."""

from __future__ import annotations

import pytest
from attrs import evolve
from tests.service.files import camt, entry
from tests.service.incomes import STARTS, balance, imported, recorded, row, taking

from localgov_ims.allocation.conditions import Condition
from localgov_ims.allocation.rules import Rule
from localgov_ims.domain.baskets import BasketItem
from localgov_ims.domain.clearing import Giving
from localgov_ims.domain.money import Money
from localgov_ims.domain.transactions import TransactionKind
from localgov_ims.errors import NotFound
from localgov_ims.service.files.importing import import_file
from localgov_ims.service.installation import Installation
from localgov_ims.service.reconciliation.reconciling import reconcile
from localgov_ims.service.rules.usage import rule_usage
from localgov_ims.service.suspense.clearing import clear_items
from localgov_ims.service.suspense.reapplying import placeable, reapply
from localgov_ims.service.verifying import verify

LATER = Rule(
    name="Library", order=200, when=Condition(field="account_reference", op="starts_with", value="LB"),
    set={"fund": "LB"},
)  # fmt: skip


def _with(council: Installation, *rules: Rule) -> Installation:
    return evolve(council, council=evolve(council.council, rules=rules))


def test_rules_that_came_later_propose_first_and_clear_when_confirmed(installation: Installation) -> None:
    before = taking(installation)
    file = imported(before, [row("1.00"), row("2.00", "LB1"), row("4.00", "nobody")])
    after = _with(before, STARTS, LATER)
    (found,) = placeable(after, file=str(file.file))
    assert ([(p.fund, p.account_reference) for p in found.parts], found.rules) == ([("LB", "LB1")], "Library")
    assert balance(after) == {"CT": 100, "SUSP": 600}
    (done,) = reapply(after, file=str(file.file))
    assert done.item.item.line.reference == found.item.line.reference
    assert balance(after) == {"CT": 100, "SUSP": 400, "LB": 200}
    assert [line.rule for line in done.made.lines][-1] == "Library"  # type: ignore[union-attr]
    assert placeable(after) == []
    assert all(law.holds for law in verify(after))


def test_an_item_of_the_bank_is_placed_by_what_it_kept(installation: Installation) -> None:
    before = taking(installation)
    import_file(before, camt(entry("3.00", "LIBRARY FINES")))
    reconcile(before)
    rule = Rule(
        name="Fines", order=1, when=Condition(field="narrative", op="contains", value="FINES"),
        set={"fund": "LB", "account_reference": "FINES"},
    )  # fmt: skip
    reapply(_with(before, rule))
    assert balance(before) == {"SUSP": 0, "LB": 300}


def test_what_a_person_has_touched_is_left_to_the_person(installation: Installation) -> None:
    before = taking(installation)
    imported(before, [row("2.00", "LB1")])
    item = recorded(before)[0].lines[0].reference
    clear_items(
        before,
        [Giving(line=item, amount=Money(50))],
        [BasketItem(fund="LB", account_reference="A", amount=Money(50))],
    )
    assert placeable(_with(before, STARTS, LATER)) == []


def test_only_the_items_named_are_cleared(installation: Installation) -> None:
    before = taking(installation)
    imported(before, [row("2.00", "LB1"), row("3.00", "LB2")])
    after = _with(before, STARTS, LATER)
    second = placeable(after)[1].item.line.reference
    assert len(reapply(after, only=[second])) == 1
    transfers = [t for t in recorded(after) if t.kind is TransactionKind.TRANSFER]
    assert len(transfers) == 1


def test_a_file_that_is_not_there_is_not_found(installation: Installation) -> None:
    with pytest.raises(NotFound):
        placeable(taking(installation), file="0" * 64)


def test_what_rules_have_done_is_told_by_the_lines_that_name_them(installation: Installation) -> None:
    council = taking(installation, STARTS, LATER)
    imported(council, [row("1.00"), row("2.00"), row("4.00", "nobody")])
    assert [(each.rule.name, each.count, each.amount) for each in rule_usage(council)] == [
        ("Council tax", 2, Money(300)), ("Library", 0, Money(0)),
    ]  # fmt: skip
