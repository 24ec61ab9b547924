"""Days and moments as files print them: by the format that the profile states, never by the machine's habits."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Final

from localgov_ims.domain.calendar import LONDON, local_day
from localgov_ims.files.columns import ISO
from localgov_ims.files.text import day_pattern, printed_day

_ISO = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?)?",
    re.ASCII,
)
_DAY = 10

Said = tuple[date, datetime | None]
"""What a text says of when: the London day, and the moment (UTC) where it has a time."""
_UNITS = ("hour", "minute", "second")


@functools.cache
def day_reader(layout: str) -> Callable[[str], date | None]:
    """Return what reads the London day of a text printed by *layout*, or none where it is not printed so."""
    if layout == ISO:
        return _iso_day
    return lambda text: printed_day(text, layout)


@functools.cache
def moment_reader(layout: str) -> Callable[[str], Said | None]:
    """Return what reads day and moment of a text printed by *layout*, or none where it is not printed so.

    A time that does not say how far it is from UTC is London's; of an hour that comes twice, the first is meant.
    """
    return _iso if layout == ISO else _printed_by(layout)


@functools.cache
def day_shape(layout: str) -> Callable[[str], bool]:
    """Return what tells whether a text looks like *layout*, though it may be no day of the calendar."""
    pattern = _ISO if layout == ISO else day_pattern(layout)
    return lambda text: pattern.fullmatch(text) is not None


def printed_by(layout: str, moment: date | datetime) -> str:
    """Return a day or a London time as *layout* has it."""
    if layout == ISO:
        at_midnight = isinstance(moment, datetime) and moment.time() == datetime.min.time()
        return moment.date().isoformat() if at_midnight and isinstance(moment, datetime) else str(moment)
    parts = {
        "YYYY": "%Y",
        "YY": "%y",
        "Mon": "%b",
        "MM": "%m",
        "DD": "%d",
        "hh": "%H",
        "mm": "%M",
        "ss": "%S",
    }
    pattern = re.sub(
        "YYYY|YY|Mon|MM|DD|hh|mm|ss", lambda found: parts[found.group()], layout.replace("%", "%%")
    )
    whole = moment if isinstance(moment, datetime) else datetime(moment.year, moment.month, moment.day)  # noqa: DTZ001
    return whole.strftime(pattern)


_HOUR: Final = len("2026-05-04 09:")
_IN_HOUR: Final = {
    f"{minute:02d}{second}": timedelta(minutes=minute, seconds=int(second[1:] or 0))
    for minute in range(60)
    for second in ("", *(f":{number:02d}" for number in range(60)))
}
_HOURS_MOST: Final = 4096
_hours: dict[str, tuple[date, datetime]] = {}


def _iso(text: str) -> Said | None:
    """Return the London day of an ISO 8601 text and, where it has a time, the moment (UTC).

    A file's moments lie close together, so each hour of London is worked out once.
    """
    hour, since = _hours.get(text[:_HOUR]), _IN_HOUR.get(text[_HOUR:])
    if hour is not None and since is not None:
        return hour[0], hour[1] + since
    said = _worked_out(text)
    if said is not None and said[1] is not None and since is not None:
        if len(_hours) >= _HOURS_MOST:
            _hours.clear()
        _hours[text[:_HOUR]] = said[0], said[1] - since
    return said


def _worked_out(text: str) -> Said | None:
    if _ISO.fullmatch(text) is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if len(text) == _DAY:
            return moment.date(), None
        if moment.tzinfo is None:
            return moment.date(), _in_utc(moment)
        return local_day(moment), moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _iso_day(text: str) -> date | None:
    found = _iso(text)
    return None if found is None else found[0]


def _in_utc(moment: datetime) -> datetime:
    """Return a time of London in UTC; the distance is looked up once an hour."""
    return (moment - _distance(moment.year, moment.month, moment.day, moment.hour)).replace(tzinfo=UTC)


@functools.lru_cache(maxsize=4096)
def _distance(year: int, month: int, day: int, hour: int) -> timedelta:
    return datetime(year, month, day, hour, tzinfo=LONDON).utcoffset() or timedelta()


@functools.cache
def _printed_by(layout: str) -> Callable[[str], Said | None]:
    pattern = day_pattern(layout)
    timed = "hour" in pattern.groupindex

    def said(text: str) -> Said | None:
        day, found = printed_day(text, layout), pattern.fullmatch(text)
        if day is None or found is None:
            return None
        if not timed:
            return day, None
        hour, minute, second = (int(found.groupdict().get(name) or 0) for name in _UNITS)
        try:
            return day, _in_utc(datetime(day.year, day.month, day.day, hour, minute, second))  # noqa: DTZ001 - London's
        except (ValueError, OverflowError):
            return None

    return said
