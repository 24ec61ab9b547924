"""Settings: TOML into records, and every fault named by its path and value."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.builders import pounds

from localgov_ims.bootstrap.settings import Settings, load, parse
from localgov_ims.domain.calendar import Calendar
from localgov_ims.domain.methods import Banking
from localgov_ims.domain.policies import Treatment
from localgov_ims.domain.vat import Rounding
from localgov_ims.errors import ConfigurationError
from localgov_ims.reconciliation.shipped import SHIPPED
from localgov_ims.simulator.small_council import settings_text

TEXT = settings_text()


def changed(*changes: tuple[str, str]) -> str:
    """Return Small Council's settings with the first *old* replaced by *new* in each of *changes*."""
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def read(text: str) -> Settings:
    return parse(text, "council.toml")


def refusal(text: str) -> ConfigurationError:
    """Return how *text* is refused, when it is read or when its council is made."""
    with pytest.raises(ConfigurationError) as refused:
        read(text).council_record()
    return refused.value


def test_small_council_is_a_council() -> None:
    small = read(TEXT).council_record()
    assert small.name == "Small Council"
    assert set(small.funds) == {"23", "05", "2R", "13", "CD", "SUSP"}
    assert small.funds["2R"].maximum == pounds("150.00")
    assert small.funds["13"].ledger.dimensions == ("ENV1",)
    assert small.methods["90"].banking is Banking.SETTLEMENT
    assert small.formats["penalty"].parse("fp2000012a").text == "FP2000012A"
    assert small.vat_rounding is Rounding.HALF_EVEN
    assert small.match_rules == SHIPPED
    assert [rule.name for rule in small.rules if rule.suspend] == ["Market stalls are for a person"]


@pytest.mark.parametrize(
    ("subdivision", "working"),
    [("ENG", (True, False)), ("SCT", (False, True)), ("WLS", (True, False)), ("NIR", (True, False))],
)
def test_bank_holidays_are_those_of_the_councils_country(
    subdivision: str, working: tuple[bool, bool]
) -> None:
    calendar: Calendar = read(changed(('"ENG"', f'"{subdivision}"'))).council.calendar
    st_andrews_day, easter_monday = date(2026, 11, 30), date(2026, 4, 6)
    assert (calendar.is_working(st_andrews_day), calendar.is_working(easter_monday)) == working
    assert not calendar.is_working(date(2026, 12, 25))


@pytest.mark.parametrize(
    ("old", "new", "essential"),
    [
        ('name = "Council tax"', 'name = "Council tax"\ncolour = "red"', ["unknown: colour", "funds['23']"]),
        ("[database]", "[databse]\nurl = 'x'\n[database]", ["unknown: databse"]),
        ('url = "sqlite:///ims.sqlite"', "", ["missing: url", "database"]),
        ("[council]", "[plugins.council]", ["missing: council"]),
        ('name = "Housing rents"\n', "", ["missing: name", "funds['05']"]),
        ('code = "5100"', "code = 5100", ["5100 must be in quotes", "funds['23'].ledger.code"]),
        ('account = "20000012345678"', "account = 20000012345678", ["must be in quotes", "bank_accounts['main'].account"]),
        ('maximum = "150.00"', "maximum = 150.00", ["150.0 must be in quotes", "funds['2R'].maximum"]),
        ('maximum = "150.00"', 'maximum = "150.001"', ["'150.001'", "two decimals", "funds['2R'].maximum"]),
        ('nature = "debtor_control"', 'nature = "asset"', ["'asset'", "Nature", "funds['23'].nature"]),
        ('banking = "settlement"', 'banking = "weekly"', ["'weekly'", "methods['90'].banking"]),
        ('subdivision = "ENG"', 'subdivision = "EN"', ["'EN'", "council.subdivision"]),
        ('name = "Small Council"', 'name = "Small Council"\nvat_rounding = "down"', ["'down'", "council.vat_rounding"]),
        ("suspense = true", "suspense = 1", ["1 must be true or false", "funds['SUSP'].suspense"]),
        ("suspense = true", "suspense = false", ["Exactly one fund", "none"]),
        ("from_on = 2011-01-04", 'from_on = "2011-01-04"', ["'2011-01-04' must be a day", "vat['S'].rates[0].from_on"]),
        ("from_on = 2011-01-04", "from_on = 2011-01-04T00:00:00", ["must be a day", "vat['S'].rates[0].from_on"]),
        ('rate = "0.200"', 'rate = "20"', ["'20' is not a VAT rate", "vat['S'].rates[0].rate"]),
        ("modulus = 11", "modulus = 11.5", ["11.5 must be a whole number", "check_digits['penalty'].modulus"]),
        ("modulus = 11", "modulus = true", ["True must be a whole number", "check_digits['penalty'].modulus"]),
        ("modulus = 11", "modulus = 1", ["penalty", "modulus must be 2 or more", "check_digits['penalty']"]),
        ('kind = "weighted"', 'kind = "crc"', ["'crc'", "check_digits['council-tax'].kind"]),
        ('mask = "########@"', 'mask = "#######@"', ["council-tax", "mask has 8", "reference_formats['council-tax']"]),
        ('valid = ["612345674"]', 'valid = ["612345675"]', ["'612345675' is refused", "council-tax"]),
        ('check_digit = "rent"', 'check_digit = "rant"', ["[check_digits.rant]", "rent", "reference_formats['rent']"]),
        ('reference_format = "rent"', 'reference_format = "rents"', ["fund 05", "'rents'", "There are: council-tax"]),
        ('provider = "stripe"', 'provider = "strip"', ["method 90", "'strip'", "stripe"]),
        ('bank_transfer = "12"', 'bank_transfer = "77"', ["special_methods.bank_transfer", "'77'", "12, 14, 90"]),
        ('source = "stripe"', 'source = "strip"', ["recogniser stripe-payout", "'strip'"]),
        ("'^SERVICE CHARGE'", "'(?=SERVICE)'", ["'bank-charges'", "is not RE2", "recogniser[5]"]),
        ("wait_days = 5", "wait_days = 1.5", ["1.5 must be a whole number", "sources['stripe'].wait_days"]),
        ("order = 50", 'order = 50\nstop = "yes"', ["'yes' must be true or false", "rule[8].stop"]),
        ('set = { fund = "05"', 'set = { amount = "05"', ["it can set only", "Rents by reference", "rule[1]"]),
        ('op = "equals"', 'op = "like"', ["Market stalls", "'like' is no question to ask of source"]),
        ('field = "source"', 'field = "sauce"', ["Market stalls", "there is no field 'sauce'"]),
        ('set = { fund = "05"', 'set = { fund = "06"', ["Rents by reference", "'06'"]),
        ('value = "05"', 'value = "06"', ["Rents by reference", "'06'"]),
        ('reference_of = "23" }', 'reference_of = "23", trim = true }', ["unknown: trim", "rule[0].set"]),
        ('name = "Rents by reference"', 'name = "Council tax by reference"', ["Two rules", "Council tax by reference"]),
        ('name = "allpay"', 'name = "stripe-payout"', ["Two recognisers", "'stripe-payout'"]),
    ],
)  # fmt: skip
def test_a_fault_is_named_by_its_path_and_its_value(old: str, new: str, essential: list[str]) -> None:
    said = refusal(changed((old, new))).message
    assert [words for words in essential if words not in said] == []


def test_every_fault_is_told_at_once() -> None:
    said = refusal(
        changed(('nature = "debtor_control"', 'nature = "asset"'), ("suspense = true", "suspense = 1"))
    ).message
    assert said.startswith("council.toml has settings that cannot be used:\n")
    assert len(said.splitlines()) == 3


@pytest.mark.parametrize(
    ("text", "essential"),
    [
        ("funds = 5", "funds must be tables"),
        ("[funds]\n23 = 'Council tax'", "[funds.23] must be a table"),
        ("[funds.23]\ncode = '24'", "its code is '23' already"),
        ("[sources.stripe]\nname = 'stripe'", "its name is 'stripe' already"),
    ],
)
def test_a_section_is_tables_named_by_their_key(text: str, essential: str) -> None:
    refused = refusal(text)
    assert refused.message.startswith("council.toml: ")
    assert essential in refused.message


def test_what_is_not_toml_is_refused_with_its_place() -> None:
    refused = refusal("[council\nname = 1")
    assert refused.code == "settings_not_toml"
    assert "council.toml is not valid TOML" in refused.message
    assert "line 1" in refused.message


OWN_REFERENCE = """
[[match_rule]]
name = "reference"
version = 2
left = "line"
right = "receipt"
alternatives = [ { end_to_end = "reference" } ]
where = { "right.banking" = "singly" }
window = [0, 5]
"""
ADDED = """
[[match_rule]]
name = "bank-reference"
left = "line"
right = "receipt"
alternatives = [ { structured = "provider_reference" } ]
"""


def test_a_match_rule_replaces_the_shipped_one_of_its_name_in_its_place() -> None:
    rules = read(TEXT + OWN_REFERENCE).council_record().match_rules
    assert [rule.name for rule in rules] == [rule.name for rule in SHIPPED]
    assert (rules[0].version, rules[0].window) == (2, (0, 5))
    assert rules[1:] == SHIPPED[1:]


def test_other_match_rules_come_after_the_shipped_ones() -> None:
    rules = read(TEXT + ADDED).council_record().match_rules
    assert rules[:-1] == SHIPPED
    assert rules[-1].name == "bank-reference"


def test_two_match_rules_of_one_name_are_refused() -> None:
    for twice in (OWN_REFERENCE * 2, ADDED * 2):
        assert "Two match rules are named" in refusal(TEXT + twice).message


def test_a_match_rule_that_names_no_column_is_refused_by_its_path() -> None:
    said = refusal(TEXT + ADDED.replace("provider_reference", "colour")).message
    assert "a receipt has no 'colour'" in said
    assert "match_rule[0]" in said


def test_settings_are_read_from_a_file_with_their_text(tmp_path: Path) -> None:
    path = tmp_path / "council.toml"
    path.write_text(TEXT, encoding="utf-8")
    text, found = load(path)
    assert text == TEXT
    assert found.council.name == "Small Council"


def test_no_file_and_no_utf8_are_refused_with_the_path(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"There is no settings file .*ims init") as absent:
        load(tmp_path / "none.toml")
    assert absent.value.code == "no_settings"
    path = tmp_path / "council.toml"
    path.write_bytes(b"[council]\nname = '\xa3'\n")
    with pytest.raises(ConfigurationError, match=r"council\.toml is not UTF-8") as unreadable:
        load(path)
    assert unreadable.value.code == "settings_not_utf8"


def test_every_kind_of_source_may_say_what_becomes_of_its_files() -> None:
    policy = '\npolicy = { "total-mismatch" = "hold", "bad-amount" = "refuse" }\n'
    sections = ("[bank_accounts.main]", "[import_types.allpay]", "[sources.stripe]")
    text = changed(*((section, section + policy) for section in sections))
    text += '\n[service_users.654321]\nowner = "revenues"' + policy
    council = read(text).council_record()
    said = {"total-mismatch": Treatment.HOLD, "bad-amount": Treatment.REFUSE}
    assert council.bank_accounts["main"].policy == said
    assert council.import_types["allpay"].policy == said
    assert council.sources["stripe"].policy == said
    assert council.service_users["654321"].policy == said


@pytest.mark.parametrize(
    ("section", "policy", "named"),
    [
        ("[import_types.allpay]", '"bad-amount" = "warn"', "[import_types.allpay] policy: bad-amount"),
        ("[sources.stripe]", '"duplicate-id" = "hold"', "[sources.stripe] policy: duplicate-id"),
        ("[bank_accounts.main]", '"total-mismatch" = "ignore"', "bank_accounts"),
        ("[sources.allpay]", '"total-mismatch" = "warn"', "import type"),
    ],
)
def test_a_policy_that_cannot_be_kept_is_refused_by_its_place(section: str, policy: str, named: str) -> None:
    text = changed((section, f"{section}\npolicy = {{ {policy} }}"))
    assert named in refusal(text).message
