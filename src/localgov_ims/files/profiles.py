"""Profiles: a file described in TOML, and the reader that goes by it.

Data, not code: a council adds a bank or an agent by writing a table. A profile is a layout (how the rows are laid out)
and a content (what their columns mean); every layout goes with every content.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import BinaryIO, TypeVar

from attrs import fields_dict, frozen

from localgov_ims.domain.statements import Evidence
from localgov_ims.errors import ConfigurationError
from localgov_ims.files import (
    delimited,
    fixed,
    profiled_accounts,
    profiled_income,
    profiled_lists,
    profiled_settlements,
    profiled_statements,
    sheets,
)
from localgov_ims.files.account_fields import AccountFields
from localgov_ims.files.contents import Content, SettlementFields, StatementFields
from localgov_ims.files.events import Event, Yields
from localgov_ims.files.income_fields import IncomeFields
from localgov_ims.files.layouts import Delimited, Fixed, Sheet
from localgov_ims.files.limits import Limits, ending_with_issue
from localgov_ims.files.list_fields import ListFields
from localgov_ims.files.readers import API_VERSION, Options
from localgov_ims.files.shapes import fits, row_fits
from localgov_ims.files.structuring import faults_of
from localgov_ims.files.tables import Table

AnyLayout = Delimited | Fixed | Sheet
AnyContent = StatementFields | SettlementFields | IncomeFields | AccountFields | ListFields
_Content = TypeVar("_Content", bound=Content)

_LAYOUTS: Mapping[str, type[AnyLayout]] = {
    "delimited": Delimited,
    "fixed": Fixed,
    "sheet": Sheet,
}
_CONTENTS: Mapping[str, type[AnyContent]] = {
    "statement": StatementFields,
    "settlement": SettlementFields,
    "income": IncomeFields,
    "accounts": AccountFields,
    "list": ListFields,
}


@frozen
class Profile:
    """How the rows of a file are laid out, and what their columns mean."""

    layout: AnyLayout
    content: AnyContent

    @property
    def name(self) -> str:
        """The profile's name, which is the format's."""
        return self.layout.name


@frozen
class ProfileReader:
    """Reads the files that one profile describes; the profile's name is the format's."""

    profile: Profile
    api_version: tuple[int, int] = API_VERSION
    options: type[Options] = Options

    @property
    def name(self) -> str:
        """The profile's name."""
        return self.profile.name

    @property
    def yields(self) -> Yields:
        """What kind of rows the profile describes."""
        return Yields(self.profile.content.yields)

    @property
    def requires(self) -> Evidence:
        """A file whose profile requires a trailer must be counted; others need prove nothing."""
        counted = any(trailer.required for trailer in self.profile.layout.trailers)
        return Evidence.COUNTED if counted else Evidence.UNPROVED

    def recognise(self, head: bytes) -> bool:
        """Tell whether *head* begins as the profile's files do."""
        return fits(head, self.profile.layout, self.profile.content)

    def looks_inside(self, stream: BinaryIO, limits: Limits) -> bool:
        """Tell whether a workbook is one of the profile's; of other files, the head has told all."""
        layout, content = self.profile.layout, self.profile.content
        return not isinstance(layout, Sheet) or sheets.fits(stream, layout, content, limits)

    @ending_with_issue
    def read(self, stream: BinaryIO, options: Options) -> Iterator[Event]:
        """Read the stream's rows into what the profile yields; every fault is an Issue."""
        layout, content = self.profile.layout, self.profile.content
        table = table_of(layout, content, stream, options.limits)
        if isinstance(content, StatementFields):
            yield from profiled_statements.events(layout, content, table.rows())
        elif isinstance(content, SettlementFields):
            yield from profiled_settlements.events(layout, content, table.rows())
        elif isinstance(content, IncomeFields):
            yield from profiled_income.events(layout, content, table)
        elif isinstance(content, ListFields):
            yield from profiled_lists.events(layout, content, table)
        else:
            yield from profiled_accounts.events(layout, content, table)


def table_of(layout: AnyLayout, content: Content, stream: BinaryIO, limits: Limits) -> Table:
    """Return a file's rows, laid out as *layout* says.

    Raises:
        Refused: They cannot be told; also while they are read.
    """
    if isinstance(layout, Delimited):
        return delimited.table(
            stream, layout, limits, functools.partial(row_fits, layout=layout, content=content)
        )
    if isinstance(layout, Fixed):
        return fixed.table(stream, layout, limits)
    return sheets.table(stream, layout, content, limits)


def profile_from(name: str, mapping: Mapping[str, object]) -> Profile:
    """Make a profile of a table `[profiles.<name>]`.

    Raises:
        ConfigurationError: It has an unknown key, lacks one, or a value is not what it must be. The
            message names the profile and every key that is wrong.
    """
    return Profile(*layout_and_content(name, mapping, _CONTENTS, where=f"profiles.{name}"))


def layout_and_content(
    name: str, mapping: Mapping[str, object], contents: Mapping[str, type[_Content]], *, where: str = ""
) -> tuple[AnyLayout, _Content]:
    """Make the two halves of a profile, the content being one of *contents*, by what it `yields`; *where* in the settings, default *name*.

    Raises:
        ConfigurationError: As `profile_from`.
    """
    where = where or name
    kind, yields = mapping.get("kind"), mapping.get("yields")
    if kind not in _LAYOUTS:
        raise _bad(name, where, [f"kind: must be {' or '.join(map(repr, _LAYOUTS))}, not {kind!r}"])
    if yields not in contents:
        raise _bad(name, where, [f"yields: must be {' or '.join(map(repr, contents))}, not {yields!r}"])
    if "name" in mapping:
        raise _bad(name, where, ["name: is the table's own name and not a key"])
    layout_class, content_class = _LAYOUTS[str(kind)], contents[str(yields)]
    own = set(fields_dict(layout_class))
    layout, faults = faults_of(layout_class, {k: v for k, v in mapping.items() if k in own} | {"name": name})
    content, more = faults_of(content_class, {k: v for k, v in mapping.items() if k not in own})
    if layout is None or content is None:
        raise _bad(name, where, [*faults, *more])
    if misfit := _misfit(layout, content):
        raise _bad(name, where, [misfit])
    return layout, content


def _misfit(layout: AnyLayout, content: Content) -> str | None:
    """Say which column a content speaks of that the layout has not, or what else does not go together."""
    for column in content.used:
        if column not in layout.names:
            return f"the column {column!r} is not in {layout.naming}"
    for column in content.needed:
        if isinstance(layout, Delimited) and column in layout.optional:
            return f"the column {column!r} is needed for every row, so it cannot be optional"
    if layout.trailers and not content.counted:
        return f"trailers: a {content.yields} has none"
    return None


def _bad(name: str, where: str, faults: list[str]) -> ConfigurationError:
    message = f"Profile {name!r} cannot be used. {'; '.join(faults)}. Correct [{where}]."
    return ConfigurationError("bad_profile", message, profile=name, faults=faults)
