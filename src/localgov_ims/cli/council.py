"""Opening the council that `--config` names, for as long as a command runs."""

from __future__ import annotations

import click

from localgov_ims.bootstrap.installing import open_installation
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.adding import come_in


def opened_council(context: click.Context) -> Installation:
    """Open the council of the command's settings for who is at the keyboard; its store is closed when the command ends.

    Raises:
        NotSignedIn: They are no user of it, or are disabled or locked.
    """
    installation = open_installation(context.obj)
    context.call_on_close(installation.store.close)
    come_in(installation)
    return installation
