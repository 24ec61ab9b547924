"""An income file and its bank credit: the agent pays in one sum, and no row is ever taken for a transfer."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from attrs import evolve
from tests.conftest import MovableClock
from tests.service.files import camt, entry
from tests.service.incomes import a_file, a_type, imported, recorded, row, taking

from localgov_ims.domain.import_types import Negative, Pays, RecordWhen, RowDefaults, Zero
from localgov_ims.domain.journals import LedgerAccount
from localgov_ims.domain.methods import FeeVat
from localgov_ims.domain.periods import PeriodNumber
from localgov_ims.domain.received_files import FileStatus
from localgov_ims.errors import ConfigurationError, RuleViolation
from localgov_ims.reconciliation.dispositions import DispositionKind
from localgov_ims.service.explaining.asking import explain
from localgov_ims.service.files.importing import import_file
from localgov_ims.service.files.reversing import reverse_file
from localgov_ims.service.installation import Installation
from localgov_ims.service.ledger.exporting import export_to_folder
from localgov_ims.service.ledger.vat_report import vat_report
from localgov_ims.service.reconciliation.reconciling import reconcile
from localgov_ims.service.verifying import verify
from localgov_ims.storage import journals, reconciliation

CREDIT = "ALLPAY LTD 1234567"
ROWS = [row("20.00", "771"), row("5.00", "772", mop="24"), row("1.00", "nowhere")]


def _agency(installation: Installation, **given: object) -> Installation:
    return taking(installation, **{"source": "allpay"} | given)


def _ledger(installation: Installation, folder: Path) -> dict[str, int]:
    """Export what is new, prove the laws, and return what stands on each ledger code, in pence."""
    export_to_folder(installation, "MAIN", folder)
    assert [law.broken for law in verify(installation) if not law.holds] == []
    found: dict[str, int] = {}
    with installation.store.reading() as connection:
        for journal in journals.some(connection):
            for line in journal.lines:
                found[line.account.code] = found.get(line.account.code, 0) + line.signed.pence
    return {code: pence for code, pence in sorted(found.items()) if pence}


def test_the_credit_that_equals_the_files_total_is_matched_and_empties_its_clearing(
    installation: Installation, tmp_path: Path
) -> None:
    council = _agency(installation)
    file = imported(council, ROWS)
    assert _ledger(council, tmp_path) == {"5100": -2500, "9102": 2100, "9105": 500, "9900": -100}
    import_file(council, camt(entry("26.00", CREDIT), day=date(2026, 5, 12)))
    result = reconcile(council)
    assert (result.matches["income-file"], result.dispositions[DispositionKind.MATCHED].count) == (1, 1)
    assert _ledger(council, tmp_path) == {"5100": -2500, "9001": 2600, "9900": -100}
    (story,) = explain(council, str(file.file))
    assert "Banked: Rule income-file" in " ".join(story.sentences)
    (of_a_row, *_) = explain(council, recorded(council)[0].reference)
    assert "row 1 of income.csv" in " ".join(of_a_row.sentences)


def test_a_credit_that_came_first_waits_for_its_file(installation: Installation, tmp_path: Path) -> None:
    council = _agency(installation)
    import_file(council, camt(entry("26.00", CREDIT), day=date(2026, 5, 12)))
    assert reconcile(council).dispositions[DispositionKind.AWAITING].count == 1
    assert _ledger(council, tmp_path) == {"9001": 2600, "9950": -2600}
    imported(council, ROWS)
    assert reconcile(council).dispositions[DispositionKind.MATCHED].count == 1
    assert _ledger(council, tmp_path) == {"5100": -2500, "9001": 2600, "9900": -100}


def test_a_credit_of_another_sum_is_not_the_files(installation: Installation) -> None:
    council = _agency(installation)
    imported(council, ROWS)
    import_file(council, camt(entry("26.01", CREDIT), day=date(2026, 5, 12)))
    result = reconcile(council)
    assert (result.matches["income-file"], result.dispositions[DispositionKind.AWAITING].count) == (0, 1)


def test_a_transfer_that_looks_like_a_row_is_another_payment(installation: Installation) -> None:
    council = _agency(installation, defaults=RowDefaults(mop="14"))
    rules = tuple(rule for rule in installation.council.rules if not rule.import_types)
    council = evolve(council, council=evolve(council.council, rules=rules))
    imported(council, [row("30.00", "612345674", fund="23")])
    import_file(council, camt(entry("30.00", "J SMITH 612345674"), day=date(2026, 5, 12)))
    result = reconcile(council)
    assert result.dispositions[DispositionKind.ALLOCATED].count == 1
    assert [t.total.pence for t in recorded(council)] == [3000, 3000]


def _net_agency(installation: Installation, **given: object) -> Installation:
    method = evolve(installation.council.methods["12"], code="AG", fee=LedgerAccount("7251"), **given)
    council = evolve(
        installation,
        council=evolve(installation.council, methods={**installation.council.methods, "AG": method}),
    )
    council = _agency(council, defaults=RowDefaults(mop="AG"), pays=Pays.NET, format="net-agency")
    reader = _net_reader(council)
    return evolve(
        council,
        readers=[*council.readers, reader],
        options={**council.options, reader.name: reader.options()},
    )


NET_ROW = b"day,account,amount,fee,fee vat,net\n12/05/2026,771,25.00,0.50,0.10,24.40\n"


def test_an_agent_who_pays_net_keeps_its_fees_out_of_the_credit(
    installation: Installation, tmp_path: Path
) -> None:
    council = _net_agency(installation)
    result = import_file(council, _given(NET_ROW))
    assert (result.status, result.report["expected_pence"], result.report["fees_pence"]) == (
        "recorded",
        2440,
        60,
    )
    import_file(council, camt(entry("24.40", CREDIT), day=date(2026, 5, 12)))
    assert reconcile(council).matches["income-file"] == 1
    assert _ledger(council, tmp_path) == {"5100": -2500, "7251": 60, "9001": 2440}
    wrong = import_file(council, _given(NET_ROW.replace(b"24.40", b"24.50")))
    assert [issue.code for issue in wrong.issues] == ["total-mismatch", "suspected-duplicate"]


def test_the_vat_in_what_an_agent_kept_is_recovered_and_reported(
    installation: Installation, tmp_path: Path
) -> None:
    council = _net_agency(installation, fee_vat=FeeVat.RECOVER, provider_fee_vat_code="S")
    import_file(council, _given(NET_ROW))
    import_file(council, camt(entry("24.40", CREDIT), day=date(2026, 5, 12)))
    reconcile(council)
    assert _ledger(council, tmp_path) == {"5100": -2500, "7251": 50, "9001": 2440, "9301": 10}
    report = vat_report(council, "MAIN", PeriodNumber(2026, 2))
    (row,) = report.rows
    assert (row.code, str(row.rate), row.net.pence, row.vat.pence) == ("S", "0.200", -50, -10)
    assert report.ties


def test_an_agent_who_is_paid_by_invoice_has_no_vat_in_the_credit(
    installation: Installation, tmp_path: Path
) -> None:
    council = _net_agency(installation, fee_vat=FeeVat.RECOVER, provider_fee_vat_code="S")
    agency = evolve(council.council.import_types["agency"], pays=Pays.GROSS)
    types = {**council.council.import_types, "agency": agency}
    council = evolve(council, council=evolve(council.council, import_types=types))
    import_file(council, _given(NET_ROW))
    import_file(council, camt(entry("25.00", CREDIT), day=date(2026, 5, 12)))
    reconcile(council)
    assert _ledger(council, tmp_path) == {"5100": -2500, "9001": 2500}


def _given(text: bytes) -> object:
    import io

    return evolve(a_file([]), stream=io.BytesIO(text))


def _net_reader(council: Installation) -> object:
    del council
    from localgov_ims.files.profiles import ProfileReader, profile_from

    made = profile_from(
        "net-agency",
        {
            "kind": "delimited", "yields": "income", "encoding": "utf-8",
            "header": ["day", "account", "amount", "fee", "fee vat", "net"],
            "taken_on": {"column": "day", "format": "DD/MM/YYYY"}, "account_reference": {"column": "account"},
            "amount": {"column": "amount", "sign": "as-printed"}, "fee_amount": {"column": "fee", "sign": "as-printed"}, "fee_vat": {"column": "fee vat", "sign": "as-printed"},
            "net_amount": {"column": "net", "sign": "as-printed"},
        },
    )  # fmt: skip
    return ProfileReader(made)


def test_a_type_that_pays_net_must_say_where_its_fees_are_posted(installation: Installation) -> None:
    with pytest.raises(ConfigurationError, match="fee code"):
        _agency(installation, pays=Pays.NET)


def test_a_file_whose_credit_was_found_is_not_taken_back(installation: Installation) -> None:
    council = _agency(installation)
    alone = evolve(council.council.two_person, import_reversal=False)
    council = evolve(council, council=evolve(council.council, two_person=alone))
    file = imported(council, ROWS)
    import_file(council, camt(entry("26.00", CREDIT), day=date(2026, 5, 12)))
    reconcile(council)
    with pytest.raises(RuleViolation, match="bank credit"):
        reverse_file(council, str(file.file), reason="All of it")


def test_a_file_that_was_taken_back_is_waited_for_no_more(installation: Installation) -> None:
    council = _agency(installation)
    alone = evolve(council.council.two_person, import_reversal=False)
    council = evolve(council, council=evolve(council.council, two_person=alone))
    file = imported(council, ROWS)
    assert reverse_file(council, str(file.file), reason="Wrong day").status is FileStatus.REVERSED
    import_file(council, camt(entry("26.00", CREDIT), day=date(2026, 5, 12)))
    assert reconcile(council).matches["income-file"] == 0
    with council.store.reading() as connection:
        assert list(reconciliation.some_matches(connection)) == []


def test_rows_that_wait_become_income_when_their_bank_line_is_matched(
    installation: Installation, tmp_path: Path
) -> None:
    council = _agency(installation, record=RecordWhen.WHEN_MATCHED)
    file = imported(council, ROWS)
    assert (file.counts["waiting"], recorded(council)) == (3, [])
    assert _ledger(council, tmp_path) == {}
    import_file(council, camt(entry("26.00", CREDIT), day=date(2026, 5, 12)))
    reconcile(council)
    assert [t.total.pence for t in recorded(council)] == [2000, 500, 100]
    assert _ledger(council, tmp_path) == {"5100": -2500, "9001": 2600, "9900": -100}
    reconcile(council)
    assert len(recorded(council)) == 3


def test_a_type_that_waits_says_for_whom() -> None:
    with pytest.raises(ConfigurationError, match="source"):
        a_type(record=RecordWhen.WHEN_MATCHED)


def test_a_file_that_waits_and_cannot_be_recorded_any_more_holds_up_nothing_else(
    installation: Installation,
) -> None:
    council = _agency(installation, record=RecordWhen.WHEN_MATCHED)
    imported(council, ROWS)
    stricter = evolve(
        council.council.import_types["agency"],
        negative=Negative.REFUSE,
        zero=Zero.REFUSE,
        defaults=RowDefaults(),
    )
    broken = evolve(council, council=evolve(council.council, import_types={"agency": stricter}))
    statement = camt(entry("26.00", CREDIT), entry("7.00", "SOMETHING ELSE"), day=date(2026, 5, 12))
    import_file(broken, statement)
    result = reconcile(broken)
    assert result.matches["income-file"] == 0
    assert result.dispositions[DispositionKind.AWAITING].count == 1
    assert result.dispositions[DispositionKind.SUSPENSE].count == 1
    assert "cannot be recorded any more" in result.breaks[0].message
    assert reconcile(council).matches["income-file"] == 1


def test_a_waiting_file_is_judged_by_the_day_it_came(installation: Installation, clock: MovableClock) -> None:
    council = _agency(installation, record=RecordWhen.WHEN_MATCHED, date_window=(-2, 1))
    imported(council, ROWS)
    clock.moment += timedelta(days=5)
    import_file(council, camt(entry("26.00", CREDIT), day=date(2026, 5, 12)))
    assert reconcile(council).matches["income-file"] == 1
    assert len(recorded(council)) == 3
