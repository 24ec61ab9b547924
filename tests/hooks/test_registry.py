"""Plugins: found, checked, enabled by name, and refused with a message that names whose fault it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import SimpleNamespace
from typing import Any, BinaryIO

import pytest
from attrs import frozen

from localgov_ims.domain.statements import Evidence
from localgov_ims.errors import ConfigurationError
from localgov_ims.files.events import Event, Yields
from localgov_ims.files.readers import Options, Reader
from localgov_ims.hooks import hookimpl, registry


@frozen
class Silent:
    """A reader that knows nothing."""

    name: str = "silent"
    api_version: tuple[int, int] = (1, 0)
    yields: Yields = Yields.STATEMENT
    requires: Evidence = Evidence.UNPROVED
    options: type[Options] = Options

    def recognise(self, head: bytes) -> bool:
        return False

    def read(self, stream: BinaryIO, options: Options) -> Iterator[Event]:
        yield from ()


class Offering:
    """A plugin that offers readers."""

    def __init__(self, *readers: Reader) -> None:
        self._readers = readers

    @hookimpl
    def ims_file_formats(self) -> Iterable[Reader]:
        return self._readers


def _load(**plugins: object) -> registry.Registry:
    return registry.registry_of({name: (plugin, None) for name, plugin in plugins.items()})


def test_built_ins_come_in_by_the_same_door() -> None:
    found = registry.load([])
    assert [plugin.name for plugin in found.plugins if plugin.enabled] == ["builtin"]
    assert {"lloyds-cbo", "stripe-payout"} <= {reader.name for reader in found.readers}
    assert "generic-csv" in found.exporters


def test_installed_is_not_enabled() -> None:
    found = registry.load([])
    camt = next(plugin for plugin in found.plugins if plugin.name == "camt")
    assert not camt.enabled
    assert "camt053" not in {reader.name for reader in found.readers}
    assert "camt053" in {reader.name for reader in registry.load(["camt"]).readers}


def test_without_a_list_every_installed_plugin_is_loaded() -> None:
    assert "camt053" in {reader.name for reader in registry.load(None).readers}


def test_a_plugin_is_recorded_with_distribution_version_and_hash() -> None:
    camt = next(plugin for plugin in registry.load(["camt"]).plugins if plugin.name == "camt")
    assert camt.distribution == "localgov-ims-camt"
    assert camt.version
    assert len(camt.sha256) == 64


def test_a_plugin_that_is_enabled_but_not_installed_is_named() -> None:
    with pytest.raises(
        ConfigurationError, match=r"'worldpay' is enabled but not installed. Installed: .*builtin, camt"
    ):
        registry.load(["worldpay"])


def test_two_offers_of_one_name_are_refused_by_both_names() -> None:
    with pytest.raises(ConfigurationError, match=r"(?s)both offer 'silent'") as caught:
        _load(one=Offering(Silent()), two=Offering(Silent()))
    assert "'one'" in caught.value.message
    assert "'two'" in caught.value.message


def test_another_major_version_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"'future' offers 'silent' for interface 2.0; this is 1.0"):
        _load(future=Offering(Silent(api_version=(2, 0))))


def test_a_later_minor_version_is_accepted() -> None:
    assert [reader.name for reader in _load(newer=Offering(Silent(api_version=(1, 9)))).readers] == ["silent"]


def test_an_unknown_hook_is_refused_marked_or_not() -> None:
    class Marked:
        @hookimpl
        def ims_file_format(self) -> list[Any]:
            return []

    with pytest.raises(ConfigurationError, match="hook that does not exist"):
        _load(typo=Marked())
    with pytest.raises(ConfigurationError, match="'ims_payment_provider', which is no hook"):
        _load(early=SimpleNamespace(ims_payment_provider=list))


def test_what_a_plugin_offers_is_listed_under_it() -> None:
    (plugin,) = _load(mine=Offering(Silent("a"), Silent("b"))).plugins
    assert plugin.offers == ("a", "b")
