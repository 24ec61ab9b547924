"""Matches beyond the one to one: transfers, groups less a tariff, what comes back, what was income by mistake, and undoing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from attrs import evolve
from tests import builders
from tests.conftest import MovableClock
from tests.service.files import camt, csv, entry, payout
from tests.service.test_reconciling import COUNCIL_TAX, _balances, _taking, _work

from localgov_ims.domain.baskets import BasketItem
from localgov_ims.domain.breaks import BreakKind
from localgov_ims.domain.money import Money
from localgov_ims.domain.transactions import Origin
from localgov_ims.errors import AlreadyDone, RuleViolation
from localgov_ims.reconciliation.dispositions import DispositionKind
from localgov_ims.reconciliation.matches import Match
from localgov_ims.reconciliation.recognisers import Recogniser, Sign
from localgov_ims.reconciliation.tariffs import Tariff
from localgov_ims.service.files.importing import import_files
from localgov_ims.service.installation import Installation
from localgov_ims.service.ledger.journalling import build_journals
from localgov_ims.service.moves.reallocations import reallocate_line
from localgov_ims.service.payments.receipts import record_takings
from localgov_ims.service.reconciliation.reconciling import reconcile
from localgov_ims.service.reconciliation.trying_match_rules import try_match_rules
from localgov_ims.service.reconciliation.undoing_matches import undo_match
from localgov_ims.service.verifying import verify
from localgov_ims.storage import match_suggestions, reconciliation, transactions


def _with(installation: Installation, *recognisers: Recogniser, **council: object) -> Installation:
    own = evolve(
        installation.council, recognisers=(*installation.council.recognisers, *recognisers), **council
    )
    return evolve(installation, council=own)


def _matches(installation: Installation) -> list[Match]:
    with installation.store.reading() as connection:
        return [reconciliation.match(row) for row in connection.execute(sa.select(reconciliation.live))]


def _journalled(installation: Installation) -> Mapping[str, int]:
    build_journals(installation, "MAIN")
    assert [(law.law, law.broken) for law in verify(installation) if not law.holds] == []
    return _balances(installation)


def _leg(name: str, sign: Sign, account: str, other: str) -> Recogniser:
    return Recogniser(name=name, sign=sign, account=account, transfer=other, text="OWN TRANSFER")


TUESDAY = date(2026, 5, 12)
OUT, INTO = _leg("out", Sign.DEBIT, "main", "cash-office"), _leg("in", Sign.CREDIT, "cash-office", "main")


def test_a_transfer_between_our_accounts_is_both_its_legs_and_no_income(installation: Installation) -> None:
    ours = _with(installation, OUT, INTO)
    ends = _work(ours, camt(entry("-30.00", "OWN TRANSFER A")), csv(entry("30.00", "OWN TRANSFER B")))
    assert {end.kind for end in ends.values()} == {DispositionKind.MATCHED}
    (match,) = _matches(ours)
    assert (match.role, match.amount) == ("moved", Money(-3000))
    assert _journalled(ours) == {"9001": -3000, "9002": 3000}


def test_a_leg_alone_waits_and_is_a_break_after_three_days(
    installation: Installation, clock: MovableClock
) -> None:
    ours = _with(installation, OUT, INTO)
    end = _work(ours, camt(entry("-30.00", "OWN TRANSFER A")))["OWN TRANSFER A"]
    assert (end.kind, end.until_on) == (DispositionKind.AWAITING, date(2026, 5, 14))
    assert _journalled(ours) == {"9001": -3000, "9950": 3000}
    clock.moment = datetime(2026, 5, 15, 7, 0, tzinfo=UTC)
    assert [found.kind for found in reconcile(ours).breaks] == [BreakKind.LEG_MISSING]
    ends = _work(ours, csv(entry("30.00", "OWN TRANSFER B")))
    assert {end.kind for end in ends.values()} == {DispositionKind.MATCHED}
    assert _journalled(ours) == {"9001": -3000, "9002": 3000}


CARDS = Recogniser(name="cards", sign=Sign.CREDIT, source="stripe", text=r"STRIPE MID(?P<merchant>\d+)")
TARIFF = Tariff(name="cards", percent="1.4", fixed=20)


def _by_card(installation: Installation, *cards: tuple[str, str]) -> None:
    """Record card payments of one merchant account: reference and pounds."""
    made = [
        builders.a_receipt(
            builders.line(fund="23", account_reference=COUNCIL_TAX, amount=Money.parse(pounds), mop="90"),
            provider="stripe", provider_reference=name, merchant_account="77", taken_on=date(2026, 5, 10),
            origin=Origin("payment", name),
        )
        for name, pounds in cards
    ]  # fmt: skip
    with installation.unit("record_takings") as unit:
        transactions.add(unit, made)
        unit.commit()


def _blind(installation: Installation) -> Installation:
    source = evolve(installation.council.sources["stripe"], tariff="cards")
    return _with(
        installation,
        CARDS,
        tariffs={"cards": TARIFF},
        sources={**installation.council.sources, "stripe": source},
    )


@pytest.mark.parametrize(("pounds", "kind"), [("162.29", "matched"), ("162.30", "awaiting")])
def test_a_payout_without_a_report_is_its_days_payments_less_the_tariff_to_the_penny_or_a_suggestion(
    installation: Installation, pounds: str, kind: str
) -> None:
    ours = _blind(installation)
    # 120.00 less 1.88 and 45.00 less 0.83
    _by_card(ours, ("ch_1", "120.00"), ("ch_2", "45.00"))
    end = _work(ours, camt(entry(pounds, "STRIPE MID77")))["STRIPE MID77"]
    assert end.kind.value == kind
    with ours.store.reading() as connection:
        suggested = list(match_suggestions.open_suggestions(connection))
    if kind == "matched":
        assert [(m.amount, m.fee) for m in _matches(ours)] == [
            (Money(12000), Money(188)),
            (Money(4500), Money(83)),
        ]
        assert not suggested
        balances = _journalled(ours)
        assert (balances["9001"], balances["7250"], balances.get("9101")) == (16229, 271, None)
    else:
        assert {(s.rule, s.rank, s.left) for s in suggested} == {("blind-payout-nearly", 1, end.line)}
        assert len(suggested) == 2


RETURNED = Recogniser(name="returned", sign=Sign.DEBIT, source="stripe", text=r"RETURNED (?P<original>\w+)")


def test_a_debit_that_names_its_receipt_takes_it_back(installation: Installation) -> None:
    ours = _with(installation, RETURNED)
    record_takings(ours, [_taking("BBBBBBBBBBB9", "45.00")])
    _work(ours, camt(entry("45.00", "A", end_to_end="BBBBBBBBBBB9")))
    back = camt(
        entry("-45.00", "RETURNED BBBBBBBBBBB9"), day=TUESDAY, number=2, opening="1045.00", name="back.xml"
    )
    end = _work(ours, back)
    assert end["RETURNED BBBBBBBBBBB9"].kind is DispositionKind.MATCHED
    assert [m.role for m in _matches(ours)] == ["banked", "returned"]
    with ours.store.reading() as connection:
        assert sum(t.total.pence for t in transactions.some(connection)) == 0
    assert _journalled(ours) == {}


def test_a_debit_whose_income_has_moved_on_is_refused_alone(installation: Installation) -> None:
    ours = _with(installation, RETURNED)
    names = [f"{letter * 11}9" for letter in "BCDFG"]
    record_takings(ours, [_taking(name, "45.00") for name in names])
    _work(ours, camt(*(entry("45.00", name, end_to_end=name) for name in names)))
    with ours.store.reading() as connection:
        (moved,) = transactions.some(connection, transactions.transactions.c.reference == names[2])
    target = BasketItem(fund="23", account_reference="612345674", amount=Money.parse("1.00"))
    reallocate_line(ours, moved.lines[0].reference, [target])
    debits = [entry("-45.00", f"RETURNED {name}") for name in names]
    end = _work(ours, camt(*debits, day=TUESDAY, number=2, opening="1225.00", name="back.xml"))
    kinds = [end[f"RETURNED {name}"].kind for name in names]
    assert kinds == [DispositionKind.MATCHED] * 2 + [DispositionKind.AWAITING] + [DispositionKind.MATCHED] * 2


@pytest.mark.parametrize("journalled", [False, True])
def test_income_that_is_shown_to_be_a_payout_is_taken_back_with_its_match(
    installation: Installation,
    journalled: bool,  # noqa: FBT001
) -> None:
    unknowing = evolve(installation, council=evolve(installation.council, recognisers=()))
    record_takings(installation, [_taking("K7MP2QXW9TRN", "120.00", mop="90", charge="ch_1")])
    text = "STRIPE PAYMENTS po_1"
    assert _work(unknowing, camt(entry("118.12", text)))[text].kind is DispositionKind.SUSPENSE
    if journalled:
        _journalled(unknowing)
    end = _work(installation, payout(("ch_1", "120.00", "1.88")))[text]
    assert (end.kind, end.number) == (DispositionKind.MATCHED, 2)
    assert _journalled(installation) == {"5100": -12000, "7250": 188, "9001": 11812}


def test_an_undone_match_frees_both_sides_and_is_never_made_again_by_a_rule(
    installation: Installation,
) -> None:
    record_takings(installation, [_taking("BBBBBBBBBBB9", "45.00")])
    text = f"{COUNCIL_TAX}"
    assert _work(installation, camt(entry("45.00", text)))[text].kind is DispositionKind.MATCHED
    before = _journalled(installation)
    (match,) = _matches(installation)
    with pytest.raises(RuleViolation, match="Say why"):
        undo_match(installation, match.id, reason=" ")
    undo_match(installation, match.id, reason="another payer")
    with pytest.raises(AlreadyDone):
        undo_match(installation, match.id, reason="again")
    assert [(law.law, law.broken) for law in verify(installation) if not law.holds] == []
    assert _work(installation)[text].kind is DispositionKind.ALLOCATED
    assert _matches(installation) == []
    # What was taken by bank waits in clearing for its credit, and the line is income of its own.
    clearing = 4500
    assert sum(_journalled(installation).values()) == sum(before.values()) == 0
    assert _balances(installation)["9001"] == clearing


def test_what_may_be_the_same_money_is_suggested_once_with_its_rivals(installation: Installation) -> None:
    record_takings(installation, [_taking("BBBBBBBBBBB9", "45.00"), _taking("000000000000", "45.00")])
    _work(installation, camt(entry("45.00", "NO IDEA")))
    reconcile(installation)
    with installation.store.reading() as connection:
        found = list(match_suggestions.open_suggestions(connection))
    assert [(each.rule, each.rank) for each in found] == [("amount-and-day", 1), ("amount-and-day", 2)]
    assert found[0].sentence().endswith("Of what is open 33.3 % fits more than once by this rule.")


def test_a_rules_end_is_recorded_with_what_it_looked_at(installation: Installation) -> None:
    first, second = reconcile(installation).run, reconcile(installation).run
    with installation.store.reading() as connection:
        rows = connection.execute(sa.select(reconciliation.completions)).all()
    by_run = {run: {row.rule: row.input for row in rows if row.run == run} for run in (first, second)}
    assert by_run[first] == by_run[second]
    assert set(by_run[first]) == {rule.name for rule in installation.council.match_rules}


def test_trying_rules_shows_what_they_would_change_and_stores_nothing(installation: Installation) -> None:
    record_takings(installation, [_taking("BBBBBBBBBBB9", "45.00")])
    import_files(installation, [camt(entry("45.00", COUNCIL_TAX))])
    off = evolve(
        next(r for r in installation.council.match_rules if r.name == "reference-in-text"), enabled=False
    )
    trial = try_match_rules(installation, [off])
    assert [pair.rule.name for pair in trial.gone] == ["reference-in-text"]
    assert trial.new == []
    assert [pair.rule.name for pair in trial.after.suggested] == ["amount-and-day"]
    assert _matches(installation) == []
    with installation.store.reading() as connection:
        assert list(match_suggestions.open_suggestions(connection)) == []
