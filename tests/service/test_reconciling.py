"""Reconciling: every bank line has one end, matches say why, and what is not sure waits for a person."""

from __future__ import annotations

import io
import threading
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from attrs import evolve
from tests.conftest import MovableClock
from tests.posted import posted
from tests.service.files import MONDAY, camt, csv, entry, payout

from localgov_ims.domain.breaks import BreakKind
from localgov_ims.domain.journals import LedgerAccount
from localgov_ims.domain.money import Money
from localgov_ims.domain.suspense import SuspenseReason
from localgov_ims.reconciliation.dispositions import Disposition, DispositionKind
from localgov_ims.service.files.importing import import_files
from localgov_ims.service.files.receiving import Incoming
from localgov_ims.service.installation import Installation
from localgov_ims.service.ledger.exporting import export_to_folder
from localgov_ims.service.ledger.journalling import build_journals
from localgov_ims.service.payments.receipts import Taking, record_takings
from localgov_ims.service.reconciliation.reconciling import reconcile
from localgov_ims.service.suspense.listing import list_suspense
from localgov_ims.service.verifying import verify
from localgov_ims.storage import journals, reconciliation, statements, transactions

CARD_1, CARD_2, BY_BANK = "K7MP2QXW9TRN", "000000000000", "BBBBBBBBBBB9"
COUNCIL_TAX, RENT, PENALTY, GARDEN = "612345674", "12345678902", "FP20000050", "GW1234562"


def _taking(
    reference: str, pounds: str, *, mop: str = "14", charge: str | None = None, account: str = COUNCIL_TAX
) -> Taking:
    return Taking(
        reference=reference, fund="23", account_reference=account, amount=Money.parse(pounds), mop=mop,
        taken_on=date(2026, 5, 10), provider="stripe" if charge else None, provider_reference=charge,
    )  # fmt: skip


def _work(installation: Installation, *files: Incoming) -> Mapping[str, Disposition]:
    """Import and reconcile, and return the current disposition of each line by its text."""
    assert {r.status for r in import_files(installation, files)} <= {"recorded", "seen"}
    reconcile(installation)
    assert [(law.law, law.broken) for law in verify(installation) if not law.holds] == []
    return _ends(installation)


def _ends(installation: Installation) -> dict[str, Disposition]:
    with installation.store.reading() as connection:
        texts = {line.id: line.line.text for line in statements.some_lines(connection)}
        rows = connection.execute(sa.select(reconciliation.current))
        return {texts[row.line]: reconciliation.disposition(row) for row in rows}


def _balances(installation: Installation) -> dict[str, int]:
    """Return what stands on each ledger code, debits positive, codes at nil left out."""
    found: dict[str, int] = {}
    with installation.store.reading() as connection:
        for journal in journals.some(connection):
            for line in journal.lines:
                found[line.account.code] = found.get(line.account.code, 0) + line.signed.pence
    return {code: pence for code, pence in sorted(found.items()) if pence}


@pytest.mark.parametrize(
    ("text", "fund", "reference"),
    [
        (f"J SMITH {COUNCIL_TAX}", "23", COUNCIL_TAX),
        ("J SMITH 6123 45674", "23", COUNCIL_TAX),
        (f"RENT {RENT} MAY", "05", RENT),
        ("fine fp20000050", "2R", PENALTY),
        (f"GARDEN {GARDEN}", "13", GARDEN),
    ],
)
def test_a_transfer_with_a_good_reference_is_income_of_its_account(
    installation: Installation, text: str, fund: str, reference: str
) -> None:
    end = _work(installation, camt(entry("30.00", text)))[text]
    assert end.kind is DispositionKind.ALLOCATED
    assert end.rule is not None
    assert end.rule in end.reason
    with installation.store.reading() as connection:
        (transaction,) = transactions.some(connection)
    (line,) = transaction.lines
    assert (line.fund, line.account_reference, line.amount) == (fund, reference, Money(3000))
    assert line.vat == Money(500 if fund == "13" else 0)
    assert line.rule == end.rule


@pytest.mark.parametrize(
    ("pounds", "text", "reason"),
    [
        ("30.00", "THANK YOU", SuspenseReason.NO_FUND),
        ("30.00", "612345675", SuspenseReason.NO_FUND),
        ("30.00", f"{COUNCIL_TAX} AND {RENT}", SuspenseReason.AMBIGUOUS_RULES),
        ("150.01", PENALTY, SuspenseReason.OVER_MAXIMUM),
        ("-30.00", "UNPAID CHEQUE", SuspenseReason.UNEXPECTED_DEBIT),
    ],
)
def test_what_is_not_sure_is_held_in_suspense_with_its_reason(
    installation: Installation, pounds: str, text: str, reason: SuspenseReason
) -> None:
    end = _work(installation, camt(entry(pounds, text)))[text]
    assert end.kind is DispositionKind.SUSPENSE
    (item,) = list_suspense(installation)
    assert (item.item.reason, item.amount, item.text) == (reason, Money.parse(pounds), text)
    assert item.age == 2


def test_a_rules_own_words_stand_on_the_item(installation: Installation) -> None:
    _work(installation, csv(entry("30.00", "MARKET STALLS")))
    (item,) = list_suspense(installation)
    assert (item.item.reason, item.item.rule) == (SuspenseReason.RULE, "Market stalls are for a person")
    assert item.item.detail == "Market rents have no account reference yet"


def test_a_payment_by_bank_is_matched_by_our_reference(installation: Installation) -> None:
    record_takings(installation, [_taking(BY_BANK, "30.00")])
    end = _work(installation, camt(entry("30.00", "PAID", end_to_end=BY_BANK)))["PAID"]
    assert end.kind is DispositionKind.MATCHED
    assert BY_BANK in end.reason
    with installation.store.reading() as connection:
        assert len(list(transactions.some(connection))) == 1


def test_a_payment_by_bank_that_lost_our_reference_is_matched_by_the_account_in_its_text(
    installation: Installation,
) -> None:
    record_takings(installation, [_taking(BY_BANK, "30.00")])
    end = _work(installation, camt(entry("30.00", f"PAID {COUNCIL_TAX}")))[f"PAID {COUNCIL_TAX}"]
    assert (end.kind, end.rule) == (DispositionKind.MATCHED, "reference-in-text")


def test_a_card_receipt_is_never_taken_for_a_transfer_of_the_same_amount(installation: Installation) -> None:
    """Somebody who pays by card and again by bank has paid twice."""
    record_takings(installation, [_taking(CARD_1, "30.00", mop="90", charge="ch_1")])
    assert (
        _work(installation, camt(entry("30.00", COUNCIL_TAX)))[COUNCIL_TAX].kind is DispositionKind.ALLOCATED
    )


def test_another_amount_is_no_match_and_the_nearest_miss_is_kept(installation: Installation) -> None:
    record_takings(installation, [_taking(BY_BANK, "120.00")])
    end = _work(installation, camt(entry("12.00", "PAID", end_to_end=BY_BANK)))["PAID"]
    assert end.kind is DispositionKind.SUSPENSE
    (miss,) = end.evidence["nearest"]  # type: ignore[misc]
    assert "£120.00 was expected and £12.00 came" in str(miss)


def test_charges_payroll_and_payables_are_other(installation: Installation) -> None:
    ends = _work(
        installation,
        camt(
            entry("-5.00", "SERVICE CHARGE"),
            entry("-100.00", "SALARIES MAY"),
            entry("-9.00", "BACS PAYMENTS RUN 77"),
        ),
    )
    assert {text: (end.kind, end.what) for text, end in ends.items()} == {
        "SERVICE CHARGE": (DispositionKind.OTHER, "charges"),
        "SALARIES MAY": (DispositionKind.OTHER, "payroll"),
        "BACS PAYMENTS RUN 77": (DispositionKind.OTHER, "payables"),
    }


def test_payout_first_its_file_three_days_later(installation: Installation, clock: MovableClock) -> None:
    """The worked example: between the two the line is awaiting and no income; afterwards income stands once."""
    record_takings(
        installation,
        [
            _taking(CARD_1, "120.00", mop="90", charge="ch_1"),
            _taking(CARD_2, "45.00", mop="90", charge="ch_2"),
        ],
    )
    payout_text = "STRIPE PAYMENTS po_1"
    end = _work(installation, camt(entry("162.63", payout_text)))[payout_text]
    assert (end.kind, end.what, end.until_on) == (DispositionKind.AWAITING, "stripe", date(2026, 5, 18))
    build_journals(installation, "MAIN")
    assert _balances(installation) == {"5100": -16500, "9001": 16263, "9101": 16500, "9950": -16263}
    clock.moment = datetime(2026, 5, 15, 7, 0, tzinfo=UTC)
    end = _work(installation, payout(("ch_1", "120.00", "1.88"), ("ch_2", "45.00", "0.49")))[payout_text]
    assert (end.kind, end.rule, end.number) == (DispositionKind.MATCHED, "settlement", 2)
    (journal,) = posted(installation)
    assert journal.accounting_on == MONDAY
    assert _balances(installation) == {"5100": -16500, "7250": 237, "9001": 16263}
    with installation.store.reading() as connection:
        assert sum(t.total.pence for t in transactions.some(connection)) == 16500


def test_file_first_then_its_payout_comes_to_the_same(installation: Installation) -> None:
    record_takings(installation, [_taking(CARD_1, "120.00", mop="90", charge="ch_1")])
    _work(installation, payout(("ch_1", "120.00", "1.88")))
    end = _work(installation, camt(entry("118.12", "STRIPE PAYMENTS po_1")))["STRIPE PAYMENTS po_1"]
    assert end.kind is DispositionKind.MATCHED
    build_journals(installation, "MAIN")
    assert _balances(installation) == {"5100": -12000, "7250": 188, "9001": 11812}


def test_a_line_that_names_one_payout_is_not_another_of_the_same_net(installation: Installation) -> None:
    ends = _work(
        installation,
        payout(("ch_1", "120.00", "1.88"), reference="po_2"),
        camt(entry("118.12", "STRIPE PAYMENTS po_1")),
    )
    assert ends["STRIPE PAYMENTS po_1"].kind is DispositionKind.AWAITING


def test_a_payout_with_a_charge_that_is_not_ours_matches_and_is_a_break(installation: Installation) -> None:
    record_takings(installation, [_taking(CARD_1, "120.00", mop="90", charge="ch_1")])
    ends = _work(
        installation,
        payout(("ch_1", "120.00", "1.88"), ("ch_x", "10.00", "0.34")),
        camt(entry("127.78", "STRIPE PAYMENTS po_1")),
    )
    assert ends["STRIPE PAYMENTS po_1"].kind is DispositionKind.MATCHED
    with installation.store.reading() as connection:
        (found,) = reconciliation.some_breaks(connection)
    assert found.kind is BreakKind.FOREIGN_SETTLEMENT_LINE
    assert "ch_x" in found.message
    build_journals(installation, "MAIN")
    assert (
        _balances(installation)["9101"] == -1000
    )  # what is not ours stands in clearing until somebody says whose


def test_a_file_that_does_not_come_in_time_is_a_break_once(
    installation: Installation, clock: MovableClock
) -> None:
    text = "ALLPAY LTD 1234567"
    assert _work(installation, camt(entry("50.00", text)))[text].what == "allpay"
    clock.moment = datetime(2026, 5, 18, 7, 0, tzinfo=UTC)
    assert not reconcile(installation).breaks
    clock.moment = datetime(2026, 5, 19, 7, 0, tzinfo=UTC)
    assert [found.kind for found in reconcile(installation).breaks] == [BreakKind.FILE_OVERDUE]
    assert [found.kind for found in reconcile(installation).breaks] == [BreakKind.FILE_OVERDUE]
    assert _ends(installation)[text].kind is DispositionKind.AWAITING
    with installation.store.reading() as connection:
        assert len(list(reconciliation.some_breaks(connection))) == 1


def test_running_again_adds_nothing(installation: Installation) -> None:
    _work(installation, camt(entry("30.00", COUNCIL_TAX), entry("5.00", "NO IDEA")))
    before = _ends(installation)
    reconcile(installation)
    assert _ends(installation) == before
    with installation.store.reading() as connection:
        assert len(list(transactions.some(connection))) == 2


def test_runs_at_the_same_time_dispose_of_each_line_once(installation: Installation) -> None:
    import_files(installation, [camt(*(entry("30.00", f"{COUNCIL_TAX} {name}") for name in "ABCDEFGH"))])
    errors: list[BaseException] = []

    def work() -> None:
        try:
            reconcile(installation)
        except BaseException as error:  # noqa: BLE001 - reported by the assertion below
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with installation.store.reading() as connection:
        assert len(list(transactions.some(connection))) == 8
    assert all(law.holds for law in verify(installation))


def test_each_dispositions_sum_and_count_add_up_to_the_lines(installation: Installation) -> None:
    import_files(
        installation,
        [
            camt(
                entry("30.00", COUNCIL_TAX),
                entry("5.00", "?"),
                entry("-7.00", "SERVICE CHARGE"),
                entry("9.00", "ALLPAY LTD 1234567"),
            )
        ],
    )
    result = reconcile(installation)
    assert sum(total.count for total in result.dispositions.values()) == 4
    assert Money.total(total.amount for total in result.dispositions.values()) == Money(3700)


def test_journals_are_built_and_exported_once(installation: Installation, tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path)) / "out"
    _work(installation, camt(entry("30.00", COUNCIL_TAX), entry("-7.00", "SERVICE CHARGE")))
    (made,) = export_to_folder(installation, "MAIN", folder).exported
    assert made.number == "MAIN-20260511-001"
    assert (folder / "MAIN-20260511-001.csv").read_bytes().count(b"\r\n") == made.lines + 1
    assert made.debits == made.credits == Money(6700)
    assert export_to_folder(installation, "MAIN", folder).exported == ()
    assert [path.name for path in folder.iterdir()] == ["MAIN-20260511-001.csv"]
    assert all(law.holds for law in verify(installation))


def test_a_journal_exported_again_has_the_same_bytes_and_is_a_copy(installation: Installation) -> None:
    from localgov_ims.service.ledger.exporting import export_journal

    _work(installation, camt(entry("30.00", COUNCIL_TAX)))
    (journal,) = posted(installation)
    kept: list[bytes] = []
    first, again = (
        export_journal(installation, journal, lambda made: kept.append(made.data)).artefact for _ in range(2)
    )
    assert kept[0] == kept[1]
    assert (first.copy, again.copy) == (False, True)


def test_a_file_that_cannot_be_kept_leaves_the_journal_to_be_exported(
    installation: Installation, tmp_path: object
) -> None:
    from pathlib import Path

    from localgov_ims.service.ledger.exporting import export_journals

    def full(_: object) -> None:
        raise OSError("no space left")

    _work(installation, camt(entry("30.00", COUNCIL_TAX)))
    build_journals(installation, "MAIN")
    with pytest.raises(OSError, match="no space"):
        export_journals(installation, "MAIN", full)
    assert len(export_to_folder(installation, "MAIN", Path(str(tmp_path)) / "out").exported) == 1


def test_the_worked_example_of_suspense_posts_to_the_penny(installation: Installation) -> None:
    """250.00 of an unknown payer: bank, through the clearing of transfers, to suspense."""
    _work(installation, camt(entry("250.00", "UNKNOWN")))
    build_journals(installation, "MAIN")
    assert _balances(installation) == {"9001": 25000, "9900": -25000}


def test_a_line_whose_recogniser_was_wrong_is_decided_anew(installation: Installation) -> None:
    """Taken for an agency's, journalled as awaiting, and then shown to be a tenant's: income once, bank once."""
    text = f"ALLPAY LTD 1234567 {RENT}"
    assert _work(installation, camt(entry("50.00", text)))[text].kind is DispositionKind.AWAITING
    build_journals(installation, "MAIN")
    assert _balances(installation) == {"9001": 5000, "9950": -5000}
    council = evolve(installation.council, recognisers=())
    corrected = evolve(installation, council=council)
    end = _work(corrected)[text]
    assert (end.kind, end.number) == (DispositionKind.ALLOCATED, 2)
    build_journals(corrected, "MAIN")
    assert _balances(corrected) == {"5200": -5000, "9001": 5000}
    assert all(law.holds for law in verify(corrected))


def test_recognisers_that_disagree_leave_the_line_to_a_person(installation: Installation) -> None:
    text = "STRIPE PAYMENTS po_1 ALLPAY LTD 1234567"
    assert _work(installation, camt(entry("50.00", text)))[text].kind is DispositionKind.AWAITING
    with installation.store.reading() as connection:
        (found,) = reconciliation.some_breaks(connection)
    assert found.kind is BreakKind.AMBIGUOUS_RECOGNISER
    clear = tuple(r for r in installation.council.recognisers if r.name != "allpay")
    mended = evolve(installation, council=evolve(installation.council, recognisers=clear))
    assert _work(mended)[text].what == "stripe"


def test_a_file_already_overdue_when_its_line_comes_is_a_break_at_once(
    installation: Installation, clock: MovableClock
) -> None:
    clock.moment = datetime(2026, 6, 1, 7, 0, tzinfo=UTC)
    import_files(installation, [camt(entry("50.00", "ALLPAY LTD 1234567"))])
    assert [found.kind for found in reconcile(installation).breaks] == [BreakKind.FILE_OVERDUE]


def test_what_a_bank_sends_cannot_play_with_the_terminal(installation: Installation) -> None:
    """A narrative may hold control characters and a card number; neither is shown as it is."""
    from localgov_ims.service.explaining.asking import explain

    import_files(installation, [csv(entry("5.00", "RED \x1b[31m 4111111111111111"))])
    reconcile(installation)
    (item,) = list_suspense(installation)
    sentences = explain(installation, item.bank_line)[0].sentences
    assert any(r"RED \x1b[31m 411111******1111" in sentence for sentence in sentences)
    assert not any("\x1b" in sentence for sentence in sentences)


def test_a_settlement_line_without_a_day_is_matched_by_the_payouts(installation: Installation) -> None:
    from uuid import uuid4

    from localgov_ims.domain.settlements import (
        RecordedSettlementLine,
        Settlement,
        SettlementKind,
        SettlementLine,
    )
    from localgov_ims.service.files.importing import import_file
    from localgov_ims.storage import settlements

    record_takings(installation, [_taking(CARD_1, "120.00", mop="90", charge="ch_1")])
    file = import_file(installation, payout(("ch_2", "1.00", "0.20"), reference="po_other")).file
    line = SettlementLine(
        position=1, identifier="txn_1", kind=SettlementKind.PAYMENT, amount=Money(12000), fee=Money(188),
        net=Money(11812), place="row 1", provider_reference="ch_1", occurred_on=None,
    )  # fmt: skip
    head = Settlement(
        id=uuid4(), file=file, source="stripe", reference="po_1", gross=Money(12000), fees=Money(188),
        net=Money(11812), paid_on=MONDAY, lines=1, content="0" * 64,
    )  # fmt: skip
    with installation.unit("record") as unit:
        settlements.add(unit, head)
        recorded = RecordedSettlementLine(id=uuid4(), settlement=head.id, source="stripe", line=line)
        settlements.add_lines(unit, [recorded])
        unit.commit()
    assert reconcile(installation).matches["settlement-line"] == 1


def test_what_was_decided_is_posted_whatever_the_settings_become(installation: Installation) -> None:
    """A charge decided yesterday is neither lost nor moved by renaming its recogniser or changing its code today."""
    _work(installation, camt(entry("-18.75", "SERVICE CHARGE")))
    renamed = tuple(
        evolve(r, name="charges", ledger=LedgerAccount("9999")) if r.name == "bank-charges" else r
        for r in installation.council.recognisers
    )
    changed = evolve(installation, council=evolve(installation.council, recognisers=renamed))
    build_journals(changed, "MAIN")
    assert _balances(changed) == {"7260": 1875, "9001": -1875}


def test_what_waits_is_taken_from_the_code_it_was_put_under(installation: Installation) -> None:
    record_takings(installation, [_taking(CARD_1, "120.00", mop="90", charge="ch_1")])
    _work(installation, camt(entry("118.12", "STRIPE PAYMENTS po_1")))
    build_journals(installation, "MAIN")
    moved = evolve(installation.council.bank_accounts["main"], awaiting=LedgerAccount("9955"))
    accounts = {**installation.council.bank_accounts, "main": moved}
    changed = evolve(installation, council=evolve(installation.council, bank_accounts=accounts))
    _work(changed, payout(("ch_1", "120.00", "1.88")))
    build_journals(changed, "MAIN")
    assert _balances(changed) == {"5100": -12000, "7250": 188, "9001": 11812}


def test_a_line_that_waited_and_is_then_anothers_to_journal_is_taken_back(installation: Installation) -> None:
    text = "ALLPAY LTD 1234567"
    _work(installation, camt(entry("100.00", text)))
    build_journals(installation, "MAIN")
    corrected = tuple(
        evolve(r, source=None, other="treasury", system="treasury") if r.name == "allpay" else r
        for r in installation.council.recognisers
    )
    changed = evolve(installation, council=evolve(installation.council, recognisers=corrected))
    assert _work(changed)[text].kind is DispositionKind.OTHER
    build_journals(changed, "MAIN")
    assert _balances(changed) == {}
    assert all(law.holds for law in verify(changed))


def test_a_payout_whose_file_differs_is_a_break_that_says_so(installation: Installation) -> None:
    _work(installation, payout(("ch_1", "120.00", "1.88")), camt(entry("100.00", "STRIPE PAYMENTS po_1")))
    with installation.store.reading() as connection:
        kinds = {found.kind: found.message for found in reconciliation.some_breaks(connection)}
    assert "£118.12 was expected and £100.00 came" in kinds[BreakKind.FILE_DIFFERS]
    assert BreakKind.FILE_OVERDUE not in kinds


def test_a_payout_below_zero_is_matched_as_a_debit(installation: Installation) -> None:
    end = _work(installation, camt(entry("-10.50", "STRIPE PAYMENTS po_9")))["STRIPE PAYMENTS po_9"]
    assert (end.kind, end.what) == (DispositionKind.AWAITING, "stripe")


def test_a_control_character_of_the_bank_does_not_stop_the_journal(
    installation: Installation, tmp_path: Path
) -> None:
    made = camt(entry("-18.75", "SERVICE CHARGE"))
    data = made.stream.read().replace(b"<AcctSvcrRef>ASR", b"<AcctSvcrRef>ASR&#9;")
    _work(installation, Incoming(name="tab.xml", stream=io.BytesIO(data)))
    (exported,) = export_to_folder(installation, "MAIN", tmp_path / "out").exported
    assert b"\\tSC" in (tmp_path / "out" / exported.artefact.name).read_bytes()
    assert all(law.holds for law in verify(installation))


def test_a_lost_journal_file_can_be_had_again(installation: Installation, tmp_path: Path) -> None:
    from localgov_ims.service.ledger.exporting import export_again

    _work(installation, camt(entry("30.00", COUNCIL_TAX)))
    (made,) = export_to_folder(installation, "MAIN", tmp_path / "out").exported
    file = tmp_path / "out" / made.artefact.name
    before = file.read_bytes()
    file.unlink()
    again = export_again(installation, made.number, tmp_path / "out")
    assert (file.read_bytes(), again.artefact.copy) == (before, True)


def test_builders_at_the_same_time_post_each_source_once(installation: Installation) -> None:
    _work(installation, camt(*(entry("30.00", f"{COUNCIL_TAX} {name}") for name in "ABCDEFGH")))
    errors: list[BaseException] = []

    def work() -> None:
        try:
            build_journals(installation, "MAIN")
        except BaseException as error:  # noqa: BLE001 - reported by the assertion below
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert _balances(installation) == {"5100": -24000, "9001": 24000}


def test_a_payout_of_nothing_is_posted_without_a_bank_line(installation: Installation) -> None:
    """What was taken went in refunds and fees; no credit will come, and clearing must not wait for one."""
    record_takings(installation, [_taking(CARD_1, "10.00", mop="90", charge="ch_1")])
    _work(installation, payout(("ch_1", "10.00", "0.50"), ("ch_back", "-9.50", "0.00")))
    build_journals(installation, "MAIN")
    assert _balances(installation) == {"5100": -1000, "7250": 50, "9101": 950}
    assert posted(installation) == []
    assert all(law.holds for law in verify(installation))


def test_a_journal_that_its_exporter_could_not_write_is_not_made(installation: Installation) -> None:
    """A journal never changes, so one that can never become a file must not come to be."""
    from localgov_ims.errors import RuleViolation

    _work(installation, camt(entry("30.00", COUNCIL_TAX)))
    deep = evolve(installation.council.funds["23"], ledger=LedgerAccount("5100", ("a", "b", "c", "d")))
    funds = {**installation.council.funds, "23": deep}
    wrong = evolve(installation, council=evolve(installation.council, funds=funds))
    with pytest.raises(RuleViolation, match="more than 3 dimensions"):
        build_journals(wrong, "MAIN")
    assert _balances(installation) == {}
    assert len(posted(installation)) == 1
