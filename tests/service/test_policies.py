"""What becomes of a statement whose own totals are wrong is an account's to say, within limits."""

from __future__ import annotations

import io

import pytest
from attrs import evolve
from tests.service.files import camt, entry
from tests.service.incomes import codes

from localgov_ims.domain.policies import Treatment
from localgov_ims.errors import ConfigurationError
from localgov_ims.service.files.deciding import decide_file
from localgov_ims.service.files.importing import ImportResult, import_file
from localgov_ims.service.files.receiving import Incoming
from localgov_ims.service.installation import Installation
from localgov_ims.service.verifying import verify
from localgov_ims.storage import statements


def _saying(installation: Installation, treatment: str) -> Installation:
    council = installation.council
    main = evolve(council.bank_accounts["main"], policy={"total-mismatch": Treatment(treatment)})
    return evolve(
        installation, council=evolve(council, bank_accounts={**council.bank_accounts, "main": main})
    )


def _sent(installation: Installation, *changes: tuple[bytes, bytes]) -> ImportResult:
    """Import a statement of one credit whose declared sum is a penny too much."""
    data = camt(entry("10.00")).stream.read()
    for old, new in ((b"<Sum>10.00</Sum>", b"<Sum>10.01</Sum>"), *changes):
        assert old in data
        data = data.replace(old, new, 1)
    return import_file(installation, Incoming(name="main.xml", stream=io.BytesIO(data)))


def _lines(installation: Installation) -> int:
    with installation.store.reading() as connection:
        return len(list(statements.some_lines(connection)))


def test_a_total_that_is_wrong_refuses_the_file_unless_the_account_says_otherwise(
    installation: Installation,
) -> None:
    result = _sent(installation)
    assert (result.status, codes(result), _lines(installation)) == ("refused", ["total-mismatch"], 0)


def test_a_warning_is_recorded_with_its_file(installation: Installation) -> None:
    council = _saying(installation, "warn")
    result = _sent(council)
    assert (result.status, codes(result), _lines(council)) == ("recorded", ["total-mismatch"], 1)
    assert [issue.severity.value for issue in result.issues] == ["warning"]
    assert all(law.holds for law in verify(council))


def test_a_file_that_is_held_is_recorded_when_a_person_says_so(installation: Installation) -> None:
    council = _saying(installation, "hold")
    held = _sent(council)
    assert (held.status, _lines(council)) == ("held", 0)
    result = decide_file(council, str(held.file), accept=True, reason="The bank's sum is known to be wrong")
    assert (result.status, codes(result), _lines(council)) == ("recorded", ["total-mismatch"], 1)


def test_a_file_that_is_held_may_be_refused(installation: Installation) -> None:
    council = _saying(installation, "hold")
    held = _sent(council)
    assert decide_file(council, str(held.file), accept=False, reason="Ask the bank").status == "refused"
    assert _lines(council) == 0


@pytest.mark.parametrize("treatment", ["hold", "warn"])
def test_another_fault_of_the_same_file_refuses_it(installation: Installation, treatment: str) -> None:
    council = _saying(installation, treatment)
    result = _sent(council, (b"1010.00", b"1010.02"))
    assert result.status == "refused"
    assert "balance-mismatch" in codes(result)
    assert _lines(council) == 0


@pytest.mark.parametrize(
    "code", ["balance-mismatch", "bad-amount", "truncated", "layout-mismatch", "no-such-code"]
)
def test_what_would_lose_a_line_or_record_a_wrong_sum_cannot_be_relaxed(
    installation: Installation, code: str
) -> None:
    main = installation.council.bank_accounts["main"]
    with pytest.raises(ConfigurationError):
        evolve(main, policy={code: Treatment.WARN})
    if code != "no-such-code":
        assert evolve(main, policy={code: Treatment.REFUSE})
