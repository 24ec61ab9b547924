"""Sending: the notifier that the settings choose, or what to do where they choose none."""

from __future__ import annotations

from localgov_ims.errors import ConfigurationError
from localgov_ims.service.installation import ChosenNotifier, Installation


def chosen_notifier(installation: Installation) -> ChosenNotifier:
    """Return the council's notifier.

    Raises:
        ConfigurationError: The settings choose none.
    """
    if installation.notifier is None:
        message = "The settings choose no way of sending messages. Add a table [notifier] with name = 'smtp', or another's name."
        raise ConfigurationError("no_notifier", message)
    return installation.notifier
