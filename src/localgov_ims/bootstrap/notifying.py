"""Notifiers and links: from what the settings say, and the secrets, to what services use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import Any, Final

from localgov_ims.bootstrap.http import HttpxClient
from localgov_ims.bootstrap.secrets import EnvironmentSecrets
from localgov_ims.bootstrap.structuring import structured
from localgov_ims.domain.calendar import Clock
from localgov_ims.errors import ConfigurationError
from localgov_ims.hooks.notifiers import Notifier, NotifierSpec
from localgov_ims.service.installation import ChosenNotifier

LINK_KEYS: Final = "link_keys"
"""The secret that holds the keys of signed links, white space between them, the one that signs first."""


def checked_notifier(
    section: Mapping[str, Any], offered: Mapping[str, NotifierSpec]
) -> tuple[NotifierSpec, object] | None:
    """Return what `[notifier]` chooses, with its own settings; none where there is no such table.

    Raises:
        ConfigurationError: It names no notifier of an enabled plugin, or says what that one does not ask.
    """
    if not section:
        return None
    own = dict(section)
    name = own.pop("name", None)
    if not isinstance(name, str) or name not in offered:
        there_are = ", ".join(sorted(offered)) or "none"
        message = (
            f"[notifier] name = {name!r}: no enabled plugin offers such a notifier; there are: {there_are}."
        )
        raise ConfigurationError("unknown_name", message, name=name)
    return offered[name], structured(own, offered[name].settings_model, "[notifier]")


def chosen(spec: NotifierSpec, settings: object, clock: Clock) -> ChosenNotifier:
    """Return a notifier that is made when it is opened: only then are its secrets asked for."""

    @contextmanager
    def opened() -> Iterator[Notifier]:
        with closing(HttpxClient()) as http:
            yield spec.factory(settings, http, clock, EnvironmentSecrets())

    return ChosenNotifier(name=spec.name, opened=opened)


def link_keys() -> Sequence[bytes]:
    """Return the keys of signed links.

    Raises:
        ConfigurationError: The secret is not set.
    """
    return [key.encode() for key in EnvironmentSecrets().get(LINK_KEYS).reveal().split()]
