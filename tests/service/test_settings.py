"""Settings as versions and as one file: what changed, who may, and that a file goes in whole or not at all."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import pounds
from tests.conftest import MovableClock
from tests.service.test_holders import accounts

from localgov_ims.bootstrap import replacing
from localgov_ims.bootstrap.checking import check_file
from localgov_ims.bootstrap.installing import open_installation
from localgov_ims.bootstrap.one_file import export_settings, holder_rows, holder_text, read_one_file
from localgov_ims.bootstrap.replacing import import_settings
from localgov_ims.bootstrap.whole_files import new_file, replace_file
from localgov_ims.domain.holders import AccountHolder, Person
from localgov_ims.domain.people import Given
from localgov_ims.errors import ConfigurationError, NotFound, NotPermitted, RuleViolation, StoreUnavailable
from localgov_ims.files.holder_fields import HolderRow, applied
from localgov_ims.files.toml_text import table_text
from localgov_ims.service.holders.seeing import history, holder, save_holder
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.adding import add_user
from localgov_ims.service.settings.versions import (
    Changes,
    changes,
    settings_diff,
    settings_history,
    settings_text,
)
from localgov_ims.service.verifying import verify
from localgov_ims.simulator.small_council import settings_text as small_council
from localgov_ims.storage.audit import entries
from localgov_ims.storage.store import Unit

BASE = small_council()
RENAMED = BASE.replace('name = "Council tax"', 'name = "Council Tax"', 1)
JONES = AccountHolder(
    fund="23", account_reference="612345674", person=Person(surname="Jones"), balance=pounds("-1.50"),
    balance_as_at=date(2026, 5, 1), message="bailiff",
)  # fmt: skip


class House:
    """Small Council in a folder, opened anew whenever it is asked for, as each command does."""

    def __init__(self, folder: Path, url: str, clock: MovableClock) -> None:
        self.config, self._url, self._clock = folder / "council.toml", url, clock
        self._opened: list[Installation] = []
        self.config.write_text(self.text(BASE), encoding="utf-8")

    def text(self, settings: str) -> str:
        return settings.replace("sqlite:///ims.sqlite", self._url)

    def file(self, settings: str, *holders: AccountHolder) -> Path:
        path = self.config.parent / "new.toml"
        path.write_text(self.text(settings) + "\n".join(map(holder_text, holders)), encoding="utf-8")
        return path

    def open(self, by: str = "tester") -> Installation:
        self._opened.append(open_installation(self.config, clock=self._clock, by=by, create=True))
        return self._opened[-1]

    def close(self) -> None:
        for each in self._opened:
            each.store.close()


@pytest.fixture
def house(tmp_path: Path, database_url: str, clock: MovableClock) -> Iterator[House]:
    """Give Small Council with an empty store of each kind."""
    made = House(tmp_path, database_url, clock)
    yield made
    made.close()


def details(installation: Installation, action: str) -> list[dict[str, Any]]:
    with installation.store.reading() as connection:
        query = sa.select(entries.c.detail).where(entries.c.action == action).order_by(entries.c.number)
        return [json.loads(detail) for detail in connection.execute(query).scalars()]


# --- What changed -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", {}),
        ("[funds.23]\na=1", "[funds.23]\na=2", {"changed": ["funds.23"]}),
        ("[funds.23]\na=1", "# a word\n[funds.23]\na = 1", {}),
        ("[funds.23]\na=1", "[funds.24]\na=1", {"added": ["funds.24"], "removed": ["funds.23"]}),
        ('[council]\nname="a"', '[council]\nname="b"', {"changed": ["council"]}),
        ("[plugins.camt]", "[plugins.camt]\n[plugins.ais]", {"added": ["plugins.ais"]}),
        ('[[rule]]\nname="a"', '[[rule]]\nname="a"\n[[rule]]\nname="b"', {"added": ["rule.b"]}),
        ('[[rule]]\nname="a"\no=1', '[[rule]]\nname="a"\no=2', {"changed": ["rule.a"]}),
        ('[[rule]]\nname="a"\n[[rule]]\nname="b"', '[[rule]]\nname="b"\n[[rule]]\nname="a"', {"changed": ["rule"]}),
        ("[funds.23]\na=1", "not toml", {"removed": ["funds.23"]}),
    ],
)  # fmt: skip
def test_changes_are_told_table_by_table(old: str, new: str, expected: dict[str, list[str]]) -> None:
    assert changes(old, new).detail() == expected


@pytest.mark.parametrize(
    ("names", "maintenance"),
    [
        (["funds.23", "vat.S", "fund_messages.bailiff"], True),
        (["funds.23", "methods.90"], False),
        (["funds"], False),
        (["fundsx.23"], False),
        (["council"], False),
        ([], True),
    ],
)
def test_funds_vat_codes_and_fund_messages_are_maintenance(names: list[str], *, maintenance: bool) -> None:
    for what in ("added", "removed", "changed"):
        lists: dict[str, tuple[str, ...]] = {"added": (), "removed": (), "changed": ()} | {what: tuple(names)}
        assert Changes(**lists).maintenance is maintenance


# --- Versions -----------------------------------------------------------------------------------------


def test_every_version_is_kept_with_when_who_and_what_changed(house: House, clock: MovableClock) -> None:
    import hashlib

    house.open()
    house.config.write_text(house.text(RENAMED), encoding="utf-8")
    opened = house.open()
    first, second = settings_history(opened)
    assert (first.number, second.number, second.by, second.at) == (1, 2, "tester", clock.moment)
    assert second.sha256 == hashlib.sha256(house.text(RENAMED).encode()).hexdigest()
    before, after = details(opened, "change_settings")
    assert "funds.23" in before["added"]
    assert (after["version"], after["changed"]) == (2, ["funds.23"])
    assert after.keys() & {"added", "removed"} == set()


def test_versions_are_shown_to_the_letter_and_compared(house: House) -> None:
    house.open()
    house.config.write_text(house.text(RENAMED), encoding="utf-8")
    opened = house.open()
    assert settings_text(opened) == settings_text(opened, 2) == house.text(RENAMED)
    assert settings_text(opened, 1) == house.text(BASE)
    lines = settings_diff(opened, 1, 2).splitlines()
    assert lines[:2] == ["--- version 1", "+++ version 2"]
    assert [line for line in lines[2:] if line[0] in "+-"] == [
        '-name = "Council tax"',
        '+name = "Council Tax"',
    ]
    assert settings_diff(opened, 1, 1) == ""
    with pytest.raises(NotFound, match="There is no version 9 of the settings") as refused:
        settings_diff(opened, 1, 9)
    assert refused.value.code == "no_such_version"


def test_seeing_the_settings_needs_a_permission(house: House) -> None:
    add_user(house.open(), name="cass", given=Given(roles=("cashier",)))
    for act in (settings_history, settings_text, lambda at: settings_diff(at, 1, 1)):
        with pytest.raises(NotPermitted):
            act(house.open("cass"))


# --- One file out and in ------------------------------------------------------------------------------


def test_a_council_goes_out_as_one_file_and_in_again_unchanged(house: House) -> None:
    opened = house.open()
    made = save_holder(opened, JONES)
    save_holder(opened, AccountHolder(fund="05", account_reference="12345678902"))
    out = house.config.parent / "all.toml"
    assert export_settings(opened, out, with_accounts=True) == 2
    parsed = tomllib.loads(out.read_text(encoding="utf-8"))
    assert parsed.pop("account_holder")[1] == {
        "fund": "23", "account_reference": "612345674", "surname": "Jones", "balance": "-1.50",
        "balance_as_at": date(2026, 5, 1), "message": "bailiff",
    }  # fmt: skip
    assert parsed == tomllib.loads(house.text(BASE))
    assert out.stat().st_mode & 0o077 == 0
    imported = import_settings(opened, house.config, out)
    assert (imported.version, imported.changed, imported.refused) == (1, False, False)
    assert imported.holders is not None
    assert (imported.holders.unchanged, imported.holders.changed) == (2, 0)
    assert house.config.read_text(encoding="utf-8") == house.text(BASE)
    assert holder(opened, "23", "612345674") == made


def test_the_settings_go_out_alone_unless_accounts_are_asked_for_and_never_over_a_file(house: House) -> None:
    opened = house.open()
    save_holder(opened, JONES)
    out = house.config.parent / "all.toml"
    assert export_settings(opened, out) == 0
    assert out.read_text(encoding="utf-8") == house.text(BASE)
    with pytest.raises(RuleViolation) as refused:
        export_settings(opened, out)
    assert refused.value.code == "file_exists"


def test_settings_and_accounts_of_a_file_come_into_force_together(house: House) -> None:
    opened = house.open()
    save_holder(opened, evolve(JONES, record_type="CTAX"))
    imported = import_settings(opened, house.config, house.file(RENAMED, JONES))
    assert (imported.version, imported.changed, imported.changes.changed) == (2, True, ("funds.23",))
    assert house.config.read_text(encoding="utf-8") == house.text(RENAMED)
    again = house.open()
    assert again.council.funds["23"].name == "Council Tax"
    assert len(settings_history(again)) == 2
    assert settings_text(again) == house.text(RENAMED)
    assert "Jones" not in settings_text(again)
    # A table says everything of its account: what it does not name is not known any more.
    assert holder(again, "23", "612345674") == evolve(JONES, number=2, source="new.toml")
    (entry,) = details(again, "import_settings")
    assert (entry["version"], entry["changed"]) == (2, ["funds.23"])
    assert entry["account_holders"] == {
        "source": "new.toml", "added": 0, "changed": 1, "unchanged": 0, "issues": 0,
    }  # fmt: skip
    assert set(entry["permission"].split()) == {"account.import", "settings.edit"}


def test_accounts_may_carry_messages_and_funds_that_come_in_the_same_file(house: House) -> None:
    added = '\n[funds.77]\nname = "Licences"\nnature = "income"\nledger = { code = "5500" }\n'
    added += '[fund_messages.lapsed]\nfund = "77"\ntext = "Lapsed"\n'
    account = AccountHolder(fund="77", account_reference="L1", message="lapsed")
    imported = import_settings(house.open(), house.config, house.file(BASE + added, account))
    assert imported.changes.added == ("fund_messages.lapsed", "funds.77")
    assert holder(house.open(), "77", "L1").message == "lapsed"


def test_an_account_that_cannot_be_used_refuses_the_whole_file(house: House) -> None:
    path = house.file(RENAMED, JONES, AccountHolder(fund="99", account_reference="1"))
    imported = import_settings(house.open(), house.config, path)
    assert imported.refused
    assert imported.holders is not None
    line = path.read_text(encoding="utf-8").splitlines().index('fund = "99"')
    assert [(issue.code, issue.place) for issue in imported.holders.issues] == [
        ("unknown-code", f"line {line}")
    ]
    again = house.open()
    assert len(settings_history(again)) == 1
    assert house.config.read_text(encoding="utf-8") == house.text(BASE)
    with pytest.raises(NotFound):
        holder(again, "23", "612345674")


@pytest.mark.parametrize(
    ("tail", "field"),
    [
        ('[[account_holder]]\nfund = "23"\naccount_reference = 5\n', "account_reference"),
        ('[[account_holder]]\nfund = "23"\naccount_reference = "1"\ncolour = "red"\n', "colour"),
        (
            '[[account_holder]]\nfund = "23"\naccount_reference = "612345674"\nbalance = 2026-05-01\n',
            "balance",
        ),
        (
            '[[account_holder]]\nfund = "23"\naccount_reference = "612345674"\nclosed_on = "soon"\n',
            "closed_on",
        ),
        ('[[account_holder]]\nfund = "23\n', ""),
        ('[[account_holder]]\nfund = "23"\naccount_reference = "1"\n[vat.X]\ntreatment = "zero"\n', ""),
    ],
)
def test_a_table_that_is_no_account_holder_is_told_by_its_line(house: House, tail: str, field: str) -> None:
    path = house.file(BASE)
    start = len(path.read_text(encoding="utf-8").splitlines()) + 1
    path.write_text(path.read_text(encoding="utf-8") + tail, encoding="utf-8")
    found = check_file(path)
    assert found.refused
    assert [(issue.place, issue.field) for issue in found.issues] == [(f"line {start}", field)]
    assert import_settings(house.open(), house.config, path).refused


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('nature = "income"', 'nature = "incoem"', "bad_settings"),
        ('format = "camt053"', 'format = "camt999"', "unknown_name"),
        ("sqlite:///ims.sqlite", "sqlite:///other.sqlite", "other_database"),
        ("[council]", "[council", "settings_not_toml"),
    ],
)
def test_settings_that_cannot_be_used_leave_everything_as_it_was(
    house: House, old: str, new: str, code: str
) -> None:
    assert old in BASE
    path = house.file(BASE.replace(old, new, 1), JONES)
    opened = house.open()
    with pytest.raises(ConfigurationError) as refused:
        import_settings(opened, house.config, path)
    assert refused.value.code == code
    assert house.config.read_text(encoding="utf-8") == house.text(BASE)
    assert len(settings_history(house.open())) == 1


@pytest.mark.parametrize("gone", ["[funds.2R]", "[fund_messages.bailiff]"])
def test_a_fund_or_message_that_accounts_have_stays_in_the_settings(house: House, gone: str) -> None:
    opened = house.open()
    save_holder(opened, JONES)
    save_holder(opened, AccountHolder(fund="2R", account_reference="FP20000050"))
    text = BASE.replace("[fund_messages.bailiff]", "[fund_messages.agent]")
    if gone == "[funds.2R]":
        text = BASE.replace("[funds.2R]", "[funds.2S]").replace('"2R"', '"2S"')
    with pytest.raises(ConfigurationError, match=f"\\{gone[:-1]}\\] is gone") as refused:
        import_settings(opened, house.config, house.file(text))
    assert refused.value.code == "name_in_use"


def test_a_message_that_no_account_carries_any_more_may_go(house: House) -> None:
    opened = house.open()
    save_holder(opened, evolve(save_holder(opened, JONES), message=None))
    text = BASE.replace("[fund_messages.bailiff]", "[fund_messages.agent]")
    assert import_settings(opened, house.config, house.file(text)).changed


# --- Who may ------------------------------------------------------------------------------------------


def test_the_service_desk_maintains_funds_vat_codes_and_messages_and_nothing_else(house: House) -> None:
    add_user(house.open(), name="desk", given=Given(roles=("service-desk",)))
    desk = house.open("desk")
    with pytest.raises(NotPermitted, match=r"settings\.edit"):
        import_settings(desk, house.config, house.file(BASE.replace("wait_days = 5", "wait_days = 6", 1)))
    assert import_settings(desk, house.config, house.file(RENAMED)).changed
    (entry,) = details(house.open(), "import_settings")
    assert entry["permission"] == "settings.maintain"
    with pytest.raises(NotPermitted, match=r"account\.import"):
        import_settings(desk, house.config, house.file(RENAMED, JONES))


def test_who_may_not_put_settings_in_force_changes_nothing(house: House) -> None:
    add_user(house.open(), name="cass", given=Given(roles=("cashier",)))
    with pytest.raises(NotPermitted):
        import_settings(house.open("cass"), house.config, house.file(RENAMED))
    assert house.config.read_text(encoding="utf-8") == house.text(BASE)


# --- Cut off in between -------------------------------------------------------------------------------


def test_cut_off_between_file_and_database_the_council_works_and_the_file_can_be_imported_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = house.open()
    path = house.file(RENAMED, JONES)
    put: list[str] = []

    class CutOff(BaseException):
        """The power goes."""

    def replace_once(config: Path, text: str) -> None:
        if put:
            raise CutOff  # nobody is there any more to put the old file back
        put.append(text)
        replace_file(config, text)

    def cut_off(_: Unit) -> None:
        raise CutOff

    with monkeypatch.context() as broken:
        broken.setattr(replacing, "replace_file", replace_once)
        broken.setattr(Unit, "commit", cut_off)
        with pytest.raises(CutOff):
            import_settings(opened, house.config, path)
    again = house.open()
    assert settings_text(again) == house.text(RENAMED)
    assert len(settings_history(again)) == 2
    imported = import_settings(again, house.config, path)
    assert imported.holders is not None
    assert (imported.changed, imported.holders.added) == (False, 1)
    assert all(law.holds for law in verify(again))


def test_a_database_that_fails_at_the_last_leaves_the_old_settings_in_force(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = house.open()

    def failing(_: Unit) -> None:
        raise StoreUnavailable("store_unavailable", "The database did not answer.")

    with monkeypatch.context() as broken:
        broken.setattr(Unit, "commit", failing)
        with pytest.raises(StoreUnavailable):
            import_settings(opened, house.config, house.file(RENAMED, JONES))
    assert house.config.read_text(encoding="utf-8") == house.text(BASE)
    assert len(settings_history(house.open())) == 1


def test_a_replaced_file_keeps_who_may_read_it_and_where_a_link_leads(tmp_path: Path) -> None:
    real, link = tmp_path / "real.toml", tmp_path / "council.toml"
    real.write_text("old", encoding="utf-8")
    real.chmod(0o640)
    link.symlink_to(real)
    replace_file(link, "new")
    assert (real.read_text(encoding="utf-8"), real.stat().st_mode & 0o777) == ("new", 0o640)
    assert link.is_symlink()


def test_a_file_that_was_not_finished_is_not_there(tmp_path: Path) -> None:
    def half() -> None:
        with new_file(tmp_path / "new.csv") as file:
            file.write("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half()
    assert list(tmp_path.iterdir()) == []


# --- TOML ---------------------------------------------------------------------------------------------

_texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(
    st.dictionaries(
        _texts, _texts | st.dates() | st.booleans() | st.integers(-(2**63), 2**63 - 1), max_size=5
    )
)
def test_what_is_written_as_toml_is_read_as_the_same(fields: dict[str, Any]) -> None:
    assert tomllib.loads(table_text("[x]", fields)) == {"x": fields}


@given(st.lists(accounts(), min_size=1, max_size=4))
def test_account_holders_come_back_from_the_one_file_as_they_went(made: list[AccountHolder]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "all.toml"
        path.write_text(BASE + "\n".join(map(holder_text, made)), encoding="utf-8", newline="\n")
        file = read_one_file(path)
        rows = list(holder_rows(path, file.holders_from))
    assert file.settings.text == BASE
    assert all(isinstance(row, HolderRow) for row in rows)
    assert [
        applied(row, AccountHolder(fund=row.key[0], account_reference=row.key[1]))
        for row in rows
        if isinstance(row, HolderRow)
    ] == made


def test_no_file_or_one_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as absent:
        check_file(tmp_path / "none.toml")
    assert absent.value.code == "no_settings"
    (tmp_path / "bad.toml").write_bytes(b"# \xa3")
    with pytest.raises(ConfigurationError) as unreadable:
        check_file(tmp_path / "bad.toml")
    assert unreadable.value.code == "settings_not_utf8"


def test_history_of_an_account_names_the_file_it_came_from(house: House) -> None:
    import_settings(house.open(), house.config, house.file(BASE, JONES))
    (version,) = history(house.open(), "23", "612345674")
    assert (version.holder.source, version.by) == ("new.toml", "tester")
