"""A council's settings are checked against each other before anything works by them."""

from __future__ import annotations

from typing import Any

import pytest
from tests.builders import card, council, fund, funds, method

from localgov_ims.allocation.conditions import Condition
from localgov_ims.allocation.rules import Rule
from localgov_ims.domain.journals import LedgerAccount
from localgov_ims.domain.methods import SpecialMethods
from localgov_ims.errors import ConfigurationError
from localgov_ims.reconciliation.recognisers import IncomeSource, Recogniser, Sign, SourceKind
from localgov_ims.reconciliation.shipped import SHIPPED

CHARGES = Recogniser(
    name="charges", sign=Sign.DEBIT, text="CHARGE", other="charges", ledger=LedgerAccount("7260")
)  # fmt: skip


def recogniser(**given: object) -> Recogniser:
    return Recogniser(**{"name": "cardco", "sign": Sign.CREDIT, "text": "CARDCO", "source": "cardco"} | given)


def test_the_suspense_fund_is_found_by_its_flag() -> None:
    assert council().suspense_fund.code == "SUSP"


@pytest.mark.parametrize(
    ("given", "code", "fault"),
    [
        ({"funds": {"23": fund()}}, "suspense_fund", "these are: none"),
        ({"funds": funds() | {"S2": funds()["SUSP"]}}, "suspense_fund", "these are: SUSP, S2"),
        ({"formats": {}}, "unknown_name", "fund 23 names the reference format 'council-tax'.*There are: none"),
        ({"vat_codes": {}}, "unknown_name", "fund 13 names the VAT code 'S'"),
        ({"sources": {}}, "unknown_name", "method 90 names the source 'cardco'"),
        ({"special": SpecialMethods(bank_transfer="99")}, "unknown_name", "special_methods.bank_transfer names the method '99'.*12, 90"),
        ({"recognisers": (recogniser(source="allpay"),)}, "unknown_name", "recogniser cardco names the source 'allpay'"),
        ({"recognisers": (recogniser(account="other"),)}, "unknown_name", "names the bank account 'other'"),
        ({"recognisers": (CHARGES, CHARGES)}, "duplicate_name", "Two recognisers are named 'charges'"),
        ({"match_rules": (*SHIPPED, SHIPPED[0])}, "duplicate_name", "Two match rules are named 'reference'"),
        ({"methods": {"12": method()}}, "no_settled_method", "Source cardco sends settlements, but no method"),
        (
            {"rules": (Rule(name="wrong", order=1, suspend="x", when=Condition(field="fund", op="like", value="x")),)},
            "bad_rule", "Rule 'wrong': 'like' is no question",
        ),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_refused_by_name(given: dict[str, Any], code: str, fault: str) -> None:
    with pytest.raises(ConfigurationError, match=fault) as refused:
        council(**given)
    assert refused.value.code == code


def test_an_agency_needs_no_method_that_is_settled() -> None:
    agency = IncomeSource(name="allpay", kind=SourceKind.INCOME)
    assert council(sources={"allpay": agency}, methods={"12": method()}).settled_by("allpay") == []


def test_the_methods_of_a_source_are_those_it_settles() -> None:
    direct = method(code="14", provider="cardco")
    assert [
        each.code
        for each in council(methods={"12": method(), "14": direct, "90": card()}).settled_by("cardco")
    ] == ["90"]


def test_a_ledger_that_is_not_there_is_refused_with_those_that_are() -> None:
    assert council().ledger("MAIN").exporter == "generic-csv"
    with pytest.raises(ConfigurationError, match=r"the command names the ledger 'OTHER'.*There are: MAIN"):
        council().ledger("OTHER")
