"""TOML to layouts and contents: every fault is named, with its key."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from localgov_ims.files.account_fields import HolderField
from localgov_ims.files.columns import AmountColumns
from localgov_ims.files.income_fields import TextField
from localgov_ims.files.places import SheetColumn, Span

if TYPE_CHECKING:
    from cattrs import Converter

_T = TypeVar("_T")


def faults_of(kind: type[_T], mapping: Mapping[str, object]) -> tuple[_T | None, list[str]]:
    """Return what *mapping* makes, or none and what is wrong with it."""
    import cattrs  # noqa: PLC0415 - only whoever loads a profile pays for it

    try:
        return _converter().structure(mapping, kind), []
    except cattrs.BaseValidationError as error:
        faults = cattrs.transform_error(error, path="", format_exception=_said)
        return None, [_path_first(fault) for fault in faults]


@functools.cache
def _converter() -> Converter:
    from cattrs import Converter  # noqa: PLC0415 - as above

    converter = Converter(forbid_extra_keys=True)
    for kind in (str, bool, int):
        converter.register_structure_hook(kind, _strict)
    converter.register_structure_hook_func(lambda kind: kind == tuple[str, ...], _texts)
    converter.register_structure_hook_func(lambda kind: kind == int | str, _number_or_name)
    converter.register_structure_hook_func(
        lambda kind: kind == int | Span | None, functools.partial(_number_or_span, converter)
    )
    briefs = ((TextField, "column"), (HolderField, "column"), (SheetColumn, "header"))
    plain_amount = converter.get_structure_hook(AmountColumns)
    converter.register_structure_hook(
        AmountColumns,
        lambda value, kind: plain_amount(
            {"column": value, "sign": "as-printed"} if isinstance(value, str) else value, kind
        ),
    )
    # a hook also serves the subclasses of what it is for, so each class's own is taken before any is changed
    for brief, key, plain in [(brief, key, converter.get_structure_hook(brief)) for brief, key in briefs]:
        converter.register_structure_hook(brief, functools.partial(_in_brief, plain, key))
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


def _number_or_name(value: object, _: object) -> int | str:
    if type(value) is int or type(value) is str:
        return value
    message = f"must be a number or a name, not {value!r}"
    raise TypeError(message)


def _number_or_span(converter: Converter, value: object, _: object) -> int | Span | None:
    if value is None or type(value) is int:
        return value
    if isinstance(value, Mapping):
        return converter.structure(value, Span)
    message = f"must be the number of a field, or {{ start = 1, length = 8 }}, not {value!r}"
    raise TypeError(message)


def _in_brief(plain: Any, key: str, value: object, kind: type) -> Any:  # noqa: ANN401 - cattrs' own
    """Take a column by its bare name, or a sheet's by its number, for the table that would say no more."""
    if isinstance(value, str):
        value = {key: value}
    elif type(value) is int and key == "header":
        value = {"number": value}
    return plain(value, kind)


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
