"""A child of `test_killed.py`: import and reconcile, but die at the n-th call of the database.

Run as `python killed_import.py CONFIG N FILE...`; the process kills itself as a power cut would.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.stories.dying import Calls

from localgov_ims.bootstrap.installing import open_installation
from localgov_ims.service.files.importing import import_files
from localgov_ims.service.files.receiving import Incoming
from localgov_ims.service.ledger.exporting import export_to_folder
from localgov_ims.service.reconciliation.reconciling import reconcile


def main(config: Path, dies_at: int, files: list[Path]) -> int:
    """Do a morning's work, and return how many calls it took."""
    calls = Calls(dies_at)
    installation = open_installation(config, create=True)
    calls.watch(installation.store.engine)
    incoming = [Incoming(name=path.name, stream=path.open("rb")) for path in files]
    import_files(installation, incoming)
    reconcile(installation)
    export_to_folder(installation, "MAIN", config.parent / "journals")
    for file in incoming:
        file.stream.close()
    installation.store.close()
    return calls.made


if __name__ == "__main__":
    sys.stdout.write(str(main(Path(sys.argv[1]), int(sys.argv[2]), [Path(path) for path in sys.argv[3:]])))
