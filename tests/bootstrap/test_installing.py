"""Opening a council: what settings name must be there, what records name must stay, versions are kept."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.conftest import MovableClock
from tests.service.files import camt, csv, entry

from localgov_ims.bootstrap.installing import open_installation
from localgov_ims.errors import ConfigurationError
from localgov_ims.service.files.importing import import_file
from localgov_ims.service.files.receiving import Incoming
from localgov_ims.service.installation import Installation
from localgov_ims.service.reconciliation.reconciling import reconcile
from localgov_ims.service.verifying import verify
from localgov_ims.simulator.small_council import settings_text
from localgov_ims.storage import settings as stored

OWN_PROFILE = """
[profiles.lloyds-cbo]
kind = "delimited"
yields = "statement"
encoding = ["utf-8-sig"]
header = ["Post Date", "Account Number", "Account Name", "Type", "Amount", "Customer Reference", "Transaction Detail", "Balance"]
date = { column = "Post Date", format = "DD/MM/YYYY" }
account = { column = "Account Number", pattern = '(?P<sort>\\d{6})-(?P<account>\\d{8}) GBP' }
amount = { column = "Amount", sign = "as-printed" }
balance = { column = "Balance", running = true }
opening = { where = "Type", equals = "Opening Ledger Balance", take = "Balance" }
closing = { where = "Type", equals = "Closing Ledger Balance", take = "Balance" }
narrative = ["Transaction Detail"]
"""


Open = Callable[[str], Installation]


@pytest.fixture
def open_council(tmp_path: Path, clock: MovableClock) -> Iterator[Open]:
    """Give what opens the council of these settings, always on the same database."""
    opened: list[Installation] = []

    def open_(text: str) -> Installation:
        (tmp_path / "council.toml").write_text(text, encoding="utf-8")
        opened.append(open_installation(tmp_path / "council.toml", clock=clock, by="tester", create=True))
        return opened[-1]

    yield open_
    for installation in opened:
        installation.store.close()


def test_each_version_of_the_settings_is_kept_once(open_council: Open) -> None:
    for text in (settings_text(), settings_text(), settings_text("Renamed Council")):
        opened = open_council(text)
    with opened.store.reading() as connection:
        assert stored.latest(connection, stored.SETTINGS) == (2, settings_text("Renamed Council"))
        number, plugins = stored.latest(connection, stored.PLUGINS) or (0, "")
    assert number == 1
    assert {plugin["name"] for plugin in json.loads(plugins)} == {"builtin", "bacs", "camt"}
    assert all(plugin["sha256"] and plugin["version"] for plugin in json.loads(plugins))
    assert all(law.holds for law in verify(opened))


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        (
            'format = "camt053"',
            'format = "camt999"',
            "[bank_accounts.main] format: no enabled plugin offers 'camt999'",
        ),
        (
            'exporter = "generic-csv"',
            'exporter = "oracle"',
            "[ledgers.MAIN] exporter: no enabled plugin offers 'oracle'",
        ),
        (
            'format = "stripe-payout"',
            'format = "stripe"',
            "[sources.stripe] format: no enabled plugin offers 'stripe'",
        ),
        ("[plugins.camt]", "[plugins.camt]\nspeed = 1", "[plugins.camt] holds speed"),
        ("[plugins.camt]", "[plugins.camt]\n[formats.camt999]", "[formats.camt999]: no enabled plugin reads"),
        ("[plugins.camt]", "[plugins.camt]\n[formats.camt053]\nspeed = 1", "unknown: speed"),
    ],
)
def test_a_name_that_nothing_offers_is_refused(
    open_council: Open, tmp_path: Path, old: str, new: str, named: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        open_council(settings_text().replace(old, new, 1))
    assert named in caught.value.message
    assert not (tmp_path / "ims.sqlite").exists()


def test_what_records_name_cannot_be_taken_out_of_the_settings(open_council: Open) -> None:
    opened = open_council(settings_text())
    import_file(opened, camt(entry("30.00", "612345674")))
    reconcile(opened)
    without = settings_text()
    for what in ("by reference", "of agents' files"):
        begin = without.index(f'[[rule]]\nname = "Council tax {what}')
        without = without[:begin] + without[without.index('[[rule]]\nname = "Rents', begin) :]
    fund = without[without.index("[funds.23]") : without.index("[funds.05]")]
    gone = (
        without.replace(fund, "")
        .replace('fund = "23"', 'fund = "05"')
        .replace('"23", ', "")
        .replace('["23"]', '["05"]')
    )
    with pytest.raises(
        ConfigurationError, match=r"\[funds\.23\] is gone from the settings, but records name it"
    ):
        open_council(gone)
    assert open_council(without)


def test_options_reach_the_reader(open_council: Open) -> None:
    text = (
        settings_text()
        + '\n[formats.camt053]\nreversal_direction = "opposite"\n[formats.camt053.limits]\nlines = 1\n'
    )
    opened = open_council(text)
    assert opened.options["camt053"].limits.lines == 1
    result = import_file(opened, camt(entry("1.00"), entry("2.00")))
    assert [issue.code for issue in result.issues] == ["limit-exceeded"]


def test_a_councils_own_profile_takes_the_place_of_the_shipped_one(open_council: Open) -> None:
    opened = open_council(settings_text() + OWN_PROFILE)
    assert [reader.name for reader in opened.readers].count("lloyds-cbo") == 1
    assert import_file(opened, csv(entry("1.00"))).status == "recorded"


def test_a_copied_profile_is_chosen_by_the_account_that_names_it(open_council: Open) -> None:
    text = settings_text().replace('format = "lloyds-cbo"', 'format = "our-bank"')
    opened = open_council(text + OWN_PROFILE.replace("profiles.lloyds-cbo", "profiles.our-bank"))
    result = import_file(opened, csv(entry("1.00")))
    assert (result.status, result.format) == ("recorded", "our-bank")


def test_rows_out_of_order_are_refused_not_guessed(open_council: Open) -> None:
    import io
    from datetime import date

    from tests.service.files import days_csv

    opened = open_council(settings_text())
    made = days_csv([(date(2026, 5, 12), [entry("1.00")]), (date(2026, 5, 11), [entry("1.00")])])
    result = import_file(opened, Incoming(name="shuffled.csv", stream=io.BytesIO(made.stream.read())))
    assert (result.status, [issue.code for issue in result.issues]) == ("refused", ["layout-mismatch"])


def test_an_import_type_that_files_were_recorded_by_cannot_be_taken_out_of_the_settings(
    open_council: Open,
) -> None:
    opened = open_council(settings_text())
    text = (
        "9826001612345674          100.00P12/05/2026\n\n"
        "Total Amount                                 100.00\n"
        "Total Transactions                                      1\n"
    )
    assert import_file(opened, Incoming(name="a.txt", stream=io.BytesIO(text.encode()))).status == "recorded"
    begin = settings_text().index("[import_types.allpay]")
    gone = settings_text()[:begin] + settings_text()[settings_text().index("[import_types.dwp]") :]
    gone = gone.replace('import_types = ["allpay"]\n', "")
    with pytest.raises(ConfigurationError, match=r"\[import_types\.allpay\] is gone"):
        open_council(gone)
