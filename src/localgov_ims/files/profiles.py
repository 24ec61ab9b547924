"""Profiles: a bank's or provider's file described in TOML, and the reader that goes by it.

Data, not code: a council adds a bank by writing a table. Every fault of one is named at once, with its key.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, BinaryIO

from attrs import frozen

from localgov_ims.domain.statements import Evidence
from localgov_ims.errors import ConfigurationError
from localgov_ims.files import delimited, profiled_settlements, profiled_statements
from localgov_ims.files.events import Event, Yields
from localgov_ims.files.layouts import Profile, SettlementProfile, StatementProfile
from localgov_ims.files.limits import ending_with_issue
from localgov_ims.files.readers import API_VERSION, Options

if TYPE_CHECKING:
    from cattrs import Converter

_CLASSES: Mapping[str, type[StatementProfile | SettlementProfile]] = {
    "statement": StatementProfile,
    "settlement": SettlementProfile,
}


@frozen
class ProfileReader:
    """Reads the files that one profile describes; the profile's name is the format's."""

    profile: Profile
    api_version: tuple[int, int] = API_VERSION
    requires: Evidence = Evidence.UNPROVED
    options: type[Options] = Options

    @property
    def name(self) -> str:
        """The profile's name."""
        return self.profile.name

    @property
    def yields(self) -> Yields:
        """What kind of rows the profile describes."""
        return Yields(self.profile.yields)

    def recognise(self, head: bytes) -> bool:
        """Tell whether *head* begins with the profile's header row."""
        return delimited.begins_with_header(head, self.profile)

    @ending_with_issue
    def read(self, stream: BinaryIO, options: Options) -> Iterator[Event]:
        """Read the stream's rows into statements or settlements; every faulty row is an Issue."""
        rows = delimited.rows(stream, self.profile, options.limits)
        if isinstance(self.profile, StatementProfile):
            yield from profiled_statements.events(self.profile, rows)
        else:
            yield from profiled_settlements.events(self.profile, rows)


def profile_from(name: str, mapping: Mapping[str, object]) -> Profile:
    """Make a profile of a table `[profiles.<name>]`.

    Raises:
        ConfigurationError: It has an unknown key, lacks one, or a value is not what it must be. The
            message names the profile and every key that is wrong.
    """
    import cattrs  # noqa: PLC0415 - only whoever loads a profile pays for it

    kind, yields = mapping.get("kind"), mapping.get("yields")
    if kind != "delimited":
        raise _bad(name, [f"kind: must be 'delimited', not {kind!r}"])
    if yields not in _CLASSES:
        raise _bad(name, [f"yields: must be {' or '.join(map(repr, _CLASSES))}, not {yields!r}"])
    if "name" in mapping:
        raise _bad(name, ["name: is the table's own name and not a key"])
    try:
        return _converter().structure({**mapping, "name": name}, _CLASSES[str(yields)])
    except cattrs.BaseValidationError as error:
        faults = cattrs.transform_error(error, path="", format_exception=_said)
        raise _bad(name, [_path_first(fault) for fault in faults]) from error


def _bad(name: str, faults: list[str]) -> ConfigurationError:
    message = f"Profile {name!r} cannot be used. {'; '.join(faults)}. Correct [profiles.{name}]."
    return ConfigurationError("bad_profile", message, profile=name, faults=faults)


@functools.cache
def _converter() -> Converter:
    from cattrs import Converter  # noqa: PLC0415 - as above

    converter = Converter(forbid_extra_keys=True)
    for kind in (str, bool, int):
        converter.register_structure_hook(kind, _strict)
    converter.register_structure_hook_func(lambda kind: kind == tuple[str, ...], _texts)
    return converter


def _strict(value: object, kind: type) -> Any:  # noqa: ANN401 - a value of *kind*
    # cattrs would call str() on anything; `type is` keeps True from being 1
    if type(value) is not kind:
        message = f"must be {kind.__name__}, not {value!r}"
        raise TypeError(message)
    return value


def _texts(value: object, _: object) -> tuple[str, ...]:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list | tuple) or not all(isinstance(text, str) for text in texts):
        message = f"must be a text or a list of texts, not {value!r}"
        raise TypeError(message)
    return tuple(texts)


def _said(error: BaseException, kind: type | None) -> str:
    from cattrs import ForbiddenExtraKeysError  # noqa: PLC0415 - as above
    from cattrs.v import format_exception  # noqa: PLC0415

    if isinstance(error, ForbiddenExtraKeysError):
        return f"unknown keys {', '.join(sorted(error.extra_fields))}"
    if isinstance(error, ValueError | TypeError) and error.args:
        return str(error)
    return format_exception(error, kind)


def _path_first(fault: str) -> str:
    """Turn cattrs' `reason @ .date.format` round to `date.format: reason`."""
    reason, _, path = fault.rpartition(" @ ")
    return f"{path.removeprefix('.')}: {reason}" if path else reason
