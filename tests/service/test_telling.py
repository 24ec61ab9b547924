"""Plugins that listen: each hears of every export, whatever becomes of the others, and no export is undone by one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from attrs import Factory, define, evolve
from tests.conftest import MovableClock

from localgov_ims.domain.hearings import HearingState
from localgov_ims.domain.money import Money
from localgov_ims.errors import Unavailable
from localgov_ims.hooks import JournalExported, hookimpl
from localgov_ims.hooks.registry import registry_of
from localgov_ims.service.installation import Installation
from localgov_ims.service.ledger.exporting import export_again, export_to_folder
from localgov_ims.service.ledger.journal_views import list_journals
from localgov_ims.service.ledger.telling import list_unheard, tell_listeners
from localgov_ims.service.payments.receipts import Taking, record_takings
from localgov_ims.service.verifying import verify
from localgov_ims.testing import JournalListenerContract
from localgov_ims.testing.listeners import Listening


@define(eq=False)
class Courier:
    """An example of a listener: it asks a courier to fetch each file, once for each telling."""

    carried: list[str] = Factory(list)
    told: list[UUID] = Factory(list)
    asked: set[UUID] = Factory(set)
    trouble: Exception | None = None
    meanwhile: Callable[[], object] = lambda: None

    @hookimpl
    def ims_journal_exported(self, export: JournalExported) -> None:
        self.told.append(export.id)
        self.meanwhile()
        if self.trouble is not None:
            raise self.trouble
        if export.id not in self.asked:
            self.asked.add(export.id)
            self.carried.append(f"{export.name}, {export.totals.debit}{', a copy' if export.copy else ''}")


class TestCourier(JournalListenerContract):
    """What is shipped to suppliers, on the example."""

    def make(self) -> Listening:
        courier = Courier()

        def break_it() -> None:
            courier.trouble = Unavailable("unavailable", "The courier is closed.")

        return Listening(plugin=courier, done=lambda: courier.carried, break_it=break_it)


def with_couriers(installation: Installation, **couriers: Courier) -> Installation:
    plugins = registry_of({name: (courier, None) for name, courier in couriers.items()})
    return evolve(installation, journal_listeners=plugins.journal_listeners())


def take(installation: Installation, reference: str, day: int) -> None:
    taking = Taking(
        reference=reference, fund="23", account_reference="612345674", amount=Money(120_00), mop="14",
        taken_on=date(2026, 5, day),
    )  # fmt: skip
    record_takings(installation, [taking])


CLOSED = Unavailable("unavailable", "nine@example.org is closed.")


@pytest.fixture
def council(installation: Installation) -> Installation:
    """Give a council that took 120.00 on each of two days."""
    take(installation, "K7MP2QXW9TRN", 11)
    take(installation, "000000000000", 12)
    return installation


def test_each_listener_hears_of_each_export_once(council: Installation, tmp_path: Path) -> None:
    first, second = Courier(), Courier()
    house = with_couriers(council, first=first, second=second)
    export_to_folder(house, "MAIN", tmp_path)
    files = ["MAIN-20260511-001.csv, 120.00", "MAIN-20260512-001.csv, 120.00"]
    assert first.carried == second.carried == files
    export_to_folder(house, "MAIN", tmp_path)
    assert tell_listeners(house) == []
    assert len(first.told) == len(set(first.told)) == 2
    assert set(first.told) != set(second.told)


def test_it_hears_after_the_export_was_recorded(council: Installation, tmp_path: Path) -> None:
    stands: list[str] = []
    courier = Courier()
    house = with_couriers(council, courier=courier)
    courier.meanwhile = lambda: stands.extend(each.standing.state.value for each in list_journals(house))
    export_to_folder(house, "MAIN", tmp_path)
    assert stands == ["exported"] * 4


def test_one_that_fails_undoes_nothing_and_silences_nobody(council: Installation, tmp_path: Path) -> None:
    broken, well = Courier(trouble=ZeroDivisionError("secret")), Courier()
    house = with_couriers(council, a_broken=broken, b_well=well)
    exported = export_to_folder(house, "MAIN", tmp_path).exported
    assert len(exported) == len(well.carried) == 2
    assert all((tmp_path / each.artefact.name).exists() for each in exported)
    unheard = list_unheard(house)
    assert [(each.listener, each.journal, each.state) for each in unheard] == [
        ("a_broken", "MAIN-20260511-001", HearingState.FAILED),
        ("a_broken", "MAIN-20260512-001", HearingState.WAITING),
    ]
    assert unheard[0].detail == "The plugin itself broke (ZeroDivisionError). Tell whoever looks after it."
    assert [law.broken for law in verify(house) if not law.holds] == []


def test_what_failed_is_told_again_by_the_same_id_after_a_while(
    council: Installation, tmp_path: Path, clock: MovableClock
) -> None:
    courier = Courier(trouble=CLOSED)
    house = with_couriers(council, courier=courier)
    export_to_folder(house, "MAIN", tmp_path)
    (failed, _) = list_unheard(house)
    assert failed.detail == "(address) is closed."
    courier.trouble = None
    unheard = tell_listeners(house)
    assert [each.journal for each in unheard] == [
        "MAIN-20260511-001"
    ]  # it waits; the other was not tried yet
    clock.moment += timedelta(minutes=1)
    assert tell_listeners(house) == []
    assert courier.told[0] == courier.told[2]
    assert len(courier.carried) == 2


def test_a_person_need_not_wait(council: Installation, tmp_path: Path) -> None:
    courier = Courier(trouble=CLOSED)
    house = with_couriers(council, courier=courier)
    export_to_folder(house, "MAIN", tmp_path)
    courier.trouble = None
    assert tell_listeners(house, at_once=True) == []


def test_a_plugin_that_is_not_enabled_any_more_hears_of_it_when_it_is(
    council: Installation, tmp_path: Path
) -> None:
    courier = Courier(trouble=CLOSED)
    house = with_couriers(council, courier=courier)
    export_to_folder(house, "MAIN", tmp_path)
    courier.trouble = None
    assert len(tell_listeners(council, at_once=True)) == 2
    assert tell_listeners(house, at_once=True) == []


def test_a_copy_is_told_as_one(council: Installation, tmp_path: Path) -> None:
    courier = Courier()
    house = with_couriers(council, courier=courier)
    export_to_folder(house, "MAIN", tmp_path)
    export_again(house, "MAIN-20260511-001", tmp_path)
    assert courier.carried[2:] == ["MAIN-20260511-001.csv, 120.00, a copy"]


def test_of_two_that_tell_at_once_one_tells(council: Installation, tmp_path: Path) -> None:
    courier = Courier(trouble=CLOSED)
    house = with_couriers(council, courier=courier)
    export_to_folder(house, "MAIN", tmp_path)
    courier.trouble, courier.told[:] = None, []
    both = threading.Barrier(2)

    def tell() -> None:
        both.wait()
        tell_listeners(house, at_once=True)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(tell), pool.submit(tell)]:
            done.result()
    assert len(courier.told) == len(set(courier.told)) == 2
    assert list_unheard(house) == []


def test_whoever_was_killed_while_telling_leaves_it_to_be_told_again(
    council: Installation, tmp_path: Path, clock: MovableClock
) -> None:
    def killed() -> None:
        raise KeyboardInterrupt

    courier = Courier(meanwhile=killed)
    house = with_couriers(council, courier=courier)
    with pytest.raises(KeyboardInterrupt):
        export_to_folder(house, "MAIN", tmp_path)
    courier.meanwhile = lambda: None
    assert [each.state for each in tell_listeners(house)] == [HearingState.CLAIMED]
    clock.moment += timedelta(minutes=15)
    assert tell_listeners(house) == []
    assert courier.told[0] == courier.told[-1]
