"""What a source can set of Standard 18."""

from __future__ import annotations

from attrs import field, frozen

from localgov_ims.files.readers import Options


def _pair(value: object) -> tuple[int, int]:
    if isinstance(value, list | tuple) and len(value) == 2 and all(type(end) is int for end in value):  # noqa: PLR2004 - first and last
        return int(value[0]), int(value[1])
    message = f"must be the first and last position, such as [5, 17], not {value!r}"
    raise ValueError(message)


@frozen(kw_only=True)
class Standard18Options(Options):
    """Where UTL1 states its totals: first and last position, counted from 1.

    The guides that are public do not show them; these are the positions that bureaux' files have.
    """

    utl1_debits: tuple[int, int] = field(default=(5, 17), converter=_pair)
    utl1_credits: tuple[int, int] = field(default=(18, 30), converter=_pair)
    utl1_debit_count: tuple[int, int] = field(default=(31, 37), converter=_pair)
    utl1_credit_count: tuple[int, int] = field(default=(38, 44), converter=_pair)
