"""The command line: parse, call a service, show. `ims --help` lists the commands."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; the entry point of `ims`."""
    try:
        from localgov_ims.cli.root import ims  # noqa: PLC0415 - click comes with the extra, not with the core
    except ModuleNotFoundError as error:
        if error.name != "click":
            raise
        sys.exit("The command line needs the reference extra: pip install 'localgov-ims[reference]'")
    ims()
