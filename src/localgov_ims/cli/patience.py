"""How long a command goes on asking a provider; apart from the printing, which reading a file needs too."""

from __future__ import annotations

import time

import click

from localgov_ims.service.payments.backing_off import BACKING_OFF, Patience


def _told_and_waited(seconds: float) -> None:
    click.echo(f"No answer yet; trying again in {seconds:.0f} seconds.", err=True)
    time.sleep(seconds)


PATIENT = Patience(BACKING_OFF.waits, _told_and_waited)
"""Half a minute, and whoever waits is told."""
