"""What an eReturn says goes into a file and comes back as it was."""

from __future__ import annotations

import json

import pytest
from tests.service import paying_in as at

from localgov_ims.bootstrap.ereturn_files import contents_from, contents_of, plain_contents
from localgov_ims.domain.deposits import DepositKind
from localgov_ims.domain.ereturn_contents import NOTHING_ENTERED, Contents
from localgov_ims.domain.money import Money

EVERYTHING = [
    *at.USUAL.values(),
    NOTHING_ENTERED,
    Contents(nil=True),
    at.cash(at.line("155.01", 2, account_reference="123456", vat_code="N0", description="x"), over_short=Money(-1),
            over_short_reason="lost"),
    at.cheques(cheques=(at.cheque(sort_code="200000", account="12345678", number="000001", item=7),)),
]  # fmt: skip


@pytest.mark.parametrize("contents", EVERYTHING)
def test_what_goes_out_comes_back(contents: Contents) -> None:
    plain = plain_contents(contents)
    assert contents_of(plain, "x") == contents
    assert contents_from(json.dumps(plain), "x.json") == contents


def test_a_cheque_without_a_number_has_that_of_its_place() -> None:
    given = {"cheques": [{"amount": "1.00", "drawer": "A"}, {"amount": "2.00", "drawer": "B"}]}
    found = contents_of(given, "x")
    assert [cheque.item for cheque in found.cheques] == [1, 2]
    assert found.analysed(DepositKind.CHEQUE) == Money(300)


def test_a_day_of_toml_or_text_is_a_day() -> None:
    by_toml = contents_from("[card]\nz_on = 2026-05-12\n", "x.TOML")
    assert by_toml == contents_from('{"card": {"z_on": "2026-05-12"}}', "x.json")
