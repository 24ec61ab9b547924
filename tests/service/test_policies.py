"""What becomes of a file whose own totals are wrong is its source's to say, within limits."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from attrs import evolve, frozen
from tests.service.direct_debits import collecting, debit
from tests.service.files import camt, entry, payout
from tests.service.incomes import a_file, codes, imported, row, taking
from tests.service.test_holder_files import house
from tests.service.test_income_files_banked import _agency, _given, _net_reader
from tests.service.test_stated_payouts import REPORT

from localgov_ims.domain.import_types import ImportKind, ImportType, OnBadRow, Pays, RowDefaults
from localgov_ims.domain.journals import LedgerAccount
from localgov_ims.domain.money import Money
from localgov_ims.domain.policies import RELAXABLE, Treatment
from localgov_ims.domain.received_files import Declared
from localgov_ims.domain.service_users import ServiceUser
from localgov_ims.errors import ConfigurationError
from localgov_ims.reconciliation.dispositions import DispositionKind
from localgov_ims.reconciliation.recognisers import IncomeSource, SourceKind
from localgov_ims.service.files.deciding import decide_file
from localgov_ims.service.files.importing import ImportResult, import_file
from localgov_ims.service.files.receiving import Incoming
from localgov_ims.service.files.reversing import reverse_file
from localgov_ims.service.installation import Installation
from localgov_ims.service.reconciliation.reconciling import reconcile
from localgov_ims.service.verifying import verify
from localgov_ims.simulator.bacs import arudd, standard18
from localgov_ims.storage import bulk_holders, settlements, statements, transactions, unpaids

DAY = date(2026, 5, 12)
Policy = dict[str, Treatment]


@frozen
class _Sent:
    """A file whose declared total is wrong, whose policy treats it, and what is recorded if it is (pence, or rows)."""

    saying: Callable[[Installation, Policy], Installation]
    file: Callable[[], Incoming]
    recorded: int


def _account(installation: Installation, policy: Policy) -> Installation:
    council = installation.council
    main = evolve(council.bank_accounts["main"], policy=policy)
    return evolve(
        installation, council=evolve(council, bank_accounts={**council.bank_accounts, "main": main})
    )


def _source(installation: Installation, policy: Policy, reads: str = "adyen-settlement") -> Installation:
    council = installation.council
    stripe = evolve(council.sources["stripe"], format=reads, policy=policy)
    return evolve(installation, council=evolve(council, sources={**council.sources, "stripe": stripe}))


def _service_user(installation: Installation, policy: Policy) -> Installation:
    return collecting(installation, policy=policy)


def _import_type(installation: Installation, policy: Policy) -> Installation:
    return taking(installation, policy=policy)


def _holders(installation: Installation, policy: Policy) -> Installation:
    return house(installation, policy=policy)


def _changed(data: bytes, *changes: tuple[bytes, bytes]) -> Incoming:
    for old, new in changes:
        assert old in data
        data = data.replace(old, new, 1)
    return Incoming(name="file", stream=io.BytesIO(data))


def _statement(*changes: tuple[bytes, bytes]) -> Incoming:
    """Make a statement of one credit whose declared sum is a penny too much."""
    return _changed(camt(entry("10.00")).stream.read(), (b"<Sum>10.00</Sum>", b"<Sum>10.01</Sum>"), *changes)


def _tenants() -> Incoming:
    text = b"fund,account_reference,surname,balance\r\nSUSP,1,Smith,10.00\r\n"
    said = Declared(import_type="tenants", amount=Money(1001))
    return Incoming(name="t.csv", stream=io.BytesIO(text), declared=said)


SOURCES = {
    "a bank account's statements": _Sent(_account, _statement, 1000),
    "a source's payouts": _Sent(_source, lambda: _changed(REPORT.read_bytes(), (b",79.40,", b",79.41,")), 7940),
    "a service user number's reports": _Sent(
        _service_user,
        lambda: _changed(arudd([debit("77", "145.00")], day=DAY), (b'valueOf="145.00" currency="GBP"/></Orig', b'valueOf="145.01" currency="GBP"/></Orig')),
        -14500,
    ),
    "an import type's receipts": _Sent(_import_type, lambda: a_file([row("10.00")], amount=Money(1001)), 1000),
    "an import type's account holders": _Sent(_holders, _tenants, 1),
}  # fmt: skip


def _pence(installation: Installation) -> int:
    """Return what any kind of file has brought: pence, or account holders."""
    with installation.store.reading() as connection:
        return sum(
            [
                *(line.line.amount.pence for line in statements.some_lines(connection)),
                *(payout.net.pence for payout in settlements.some(connection)),
                *(each.unpaid.amount.pence for each in unpaids.some(connection)),
                *(each.total.pence for each in transactions.some(connection)),
                bulk_holders.count_open(connection, ["SUSP"]),
            ]
        )


def _sound(installation: Installation) -> bool:
    return all(law.holds for law in verify(installation))


@pytest.mark.parametrize("sent", SOURCES.values(), ids=SOURCES)
def test_a_total_that_is_wrong_refuses_the_file_unless_its_source_says_otherwise(
    installation: Installation, sent: _Sent
) -> None:
    council = sent.saying(installation, {})
    result = import_file(council, sent.file())
    assert (result.status, codes(result), _pence(council)) == ("refused", ["total-mismatch"], 0)


@pytest.mark.parametrize("sent", SOURCES.values(), ids=SOURCES)
def test_a_warning_is_recorded_with_its_file(installation: Installation, sent: _Sent) -> None:
    council = sent.saying(installation, {"total-mismatch": Treatment.WARN})
    result = import_file(council, sent.file())
    assert (result.status, codes(result), _pence(council)) == ("recorded", ["total-mismatch"], sent.recorded)
    assert [issue.severity.value for issue in result.issues] == ["warning"]
    assert _sound(council)


@pytest.mark.parametrize("sent", SOURCES.values(), ids=SOURCES)
def test_a_file_that_is_held_is_recorded_when_a_person_says_so(
    installation: Installation, sent: _Sent
) -> None:
    council = sent.saying(installation, {"total-mismatch": Treatment.HOLD})
    held = import_file(council, sent.file())
    assert (held.status, codes(held), _pence(council)) == ("held", ["total-mismatch"], 0)
    result = decide_file(council, str(held.file), accept=True, reason="Their sum is known to be wrong")
    assert (result.status, codes(result), _pence(council)) == ("recorded", ["total-mismatch"], sent.recorded)
    assert _sound(council)


@pytest.mark.parametrize("sent", SOURCES.values(), ids=SOURCES)
def test_a_file_that_is_held_may_be_refused(installation: Installation, sent: _Sent) -> None:
    council = sent.saying(installation, {"total-mismatch": Treatment.HOLD})
    held = import_file(council, sent.file())
    assert decide_file(council, str(held.file), accept=False, reason="Ask the sender").status == "refused"
    assert _pence(council) == 0


@pytest.mark.parametrize("treatment", [Treatment.HOLD, Treatment.WARN])
def test_another_fault_of_the_same_file_refuses_it(installation: Installation, treatment: Treatment) -> None:
    council = _account(installation, {"total-mismatch": treatment})
    result = import_file(council, _statement((b"1010.00", b"1010.02")))
    assert result.status == "refused"
    assert "balance-mismatch" in codes(result)
    assert _pence(council) == 0


@pytest.mark.parametrize("treatment", [Treatment.HOLD, Treatment.WARN])
def test_a_payout_whose_gross_less_fees_is_not_net_is_refused_whatever_its_source_says(
    installation: Installation, treatment: Treatment
) -> None:
    council = _source(installation, {"total-mismatch": treatment}, "stripe-payout")
    result = import_file(
        council,
        _changed(payout(("1", "10.00", "0.20"), ("2", "5.00", "0.10")).stream.read(), (b",9.80,", b",9.70,")),
    )
    assert (result.status, codes(result)) == ("refused", ["total-mismatch", "total-mismatch"])
    with council.store.reading() as connection:
        assert list(settlements.some_lines(connection)) == []


@pytest.mark.parametrize("on_bad_row", OnBadRow)
@pytest.mark.parametrize("treatment", [Treatment.HOLD, Treatment.WARN])
def test_a_row_that_does_not_add_up_refuses_its_file_whatever_the_import_type_says(
    installation: Installation, treatment: Treatment, on_bad_row: OnBadRow
) -> None:
    method = evolve(installation.council.methods["12"], code="AG", fee=LedgerAccount("7251"))
    methods = {**installation.council.methods, "AG": method}
    council = evolve(installation, council=evolve(installation.council, methods=methods))
    council = _agency(
        council, defaults=RowDefaults(mop="AG"), pays=Pays.NET, format="net-agency",
        policy={"total-mismatch": treatment}, on_bad_row=on_bad_row,
    )  # fmt: skip
    reader: Any = _net_reader(council)
    council = evolve(
        council,
        readers=[*council.readers, reader],
        options={**council.options, reader.name: reader.options()},
    )
    given: Any = _given(b"day,account,amount,fee,fee vat,net\n12/05/2026,771,25.00,0.50,0.10,24.50\n")
    result = import_file(council, given)
    assert (result.status, codes(result), _pence(council)) == ("refused", ["total-mismatch"], 0)


@pytest.mark.parametrize("treatment", [Treatment.HOLD, Treatment.WARN])
def test_a_report_whose_reading_ends_at_a_fault_that_is_relaxed_is_refused_as_cut_off(
    installation: Installation, treatment: Treatment
) -> None:
    council = _service_user(installation, dict.fromkeys(RELAXABLE, treatment))
    data = arudd([debit("77", "145.00")], day=DAY)
    start = data.index(b"<Totals")
    without = data[:start] + data[data.index(b"/>", start) + 2 :]
    result = import_file(council, Incoming(name="arudd.xml", stream=io.BytesIO(without)))
    assert (result.status, codes(result)) == ("refused", ["control-missing", "truncated"])
    assert _pence(council) == 0


def test_rows_that_wait_are_recorded_though_their_total_was_wrong_when_they_were_released(
    installation: Installation,
) -> None:
    council = collecting(installation)
    types = council.council.import_types
    dd = evolve(types["dd"], policy={"total-mismatch": Treatment.HOLD})
    council = evolve(council, council=evolve(council.council, import_types={**types, "dd": dd}))
    data = standard18([debit("771000001", "145.00"), debit("771000002", "60.00")], day=DAY)
    held = import_file(council, _changed(data, (b"UTL10000000020500", b"UTL10000000020501")))
    assert held.status == "held"
    assert decide_file(council, str(held.file), accept=True, reason="A known fault").status == "recorded"
    stricter = evolve(council, council=evolve(council.council, import_types=types))
    import_file(stricter, camt(entry("205.00", "BACS 123456 COLLECTION"), day=DAY))
    assert reconcile(stricter).dispositions[DispositionKind.MATCHED].count == 1
    with stricter.store.reading() as connection:
        receipts = {each.total.pence for each in transactions.some(connection)}
    assert receipts == {14500, 6000}
    assert _sound(stricter)


def test_a_file_recorded_with_a_warning_is_taken_back_like_any_other(installation: Installation) -> None:
    council = _import_type(installation, {"total-mismatch": Treatment.WARN})
    alone = evolve(council.council.two_person, import_reversal=False)
    council = evolve(council, council=evolve(council.council, two_person=alone))
    result: ImportResult = imported(council, [row("10.00")], amount=Money(1001))
    reverse_file(council, str(result.file), reason="Sent by mistake")
    assert _pence(council) == 0
    assert _sound(council)


@pytest.mark.parametrize(
    "code",
    [
        "balance-mismatch", "bad-amount", "truncated", "layout-mismatch", "doctype", "not-well-formed", "unknown-message",
        "ambiguous-format", "wrong-kind", "encoding", "limit-exceeded", "no-such-code",
    ],
)  # fmt: skip
@pytest.mark.parametrize("treatment", [Treatment.HOLD, Treatment.WARN])
def test_what_would_lose_a_row_or_record_a_wrong_sum_cannot_be_relaxed(
    code: str, treatment: Treatment
) -> None:
    policy = {code: treatment}
    with pytest.raises(ConfigurationError):
        IncomeSource(name="stripe", kind=SourceKind.SETTLEMENT, policy=policy)
    with pytest.raises(ConfigurationError):
        ServiceUser(number="123456", owner="revenues", policy=policy)
    with pytest.raises(ConfigurationError):
        ImportType(code="agency", name="Agency", policy=policy)


def test_any_fault_may_be_named_as_refusing() -> None:
    policy = {"bad-amount": Treatment.REFUSE}
    assert ServiceUser(number="123456", owner="revenues", policy=policy).policy == policy


def test_only_what_reads_files_has_a_policy() -> None:
    policy = {"total-mismatch": Treatment.WARN}
    for kind in (SourceKind.INCOME, SourceKind.DIRECT_DEBIT):
        with pytest.raises(ConfigurationError, match="import type"):
            IncomeSource(name="agency", kind=kind, policy=policy)


def test_a_list_of_whom_a_credit_pays_is_never_held() -> None:
    policy = {"total-mismatch": Treatment.HOLD}
    with pytest.raises(ConfigurationError, match="hold"):
        ImportType(code="list", name="List", kind=ImportKind.REMITTANCE, policy=policy)
