"""`make ui`: the Dagster UI over SANGAM_HOME, and the documentation beside it.

`dagster dev` is Dagster's web server and its daemon, which carries out backfills, sensors and schedules.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from orchestration import docs_address
from orchestration.quarter_run import prepare_dagster_home
from orchestration.settings import PROJECT, landing_address, of_home

PORT = os.environ.get("SANGAM_UI_PORT", "3000")


def main() -> None:
    """Start the documentation's server, which ends with this process, and become `dagster dev` on 127.0.0.1."""
    where = of_home()
    prepare_dagster_home(where)
    os.environ |= {"SANGAM_HOME": str(where.home), "SANGAM_LANDING": landing_address()}
    os.environ.setdefault("SANGAM_UI_URL", f"http://127.0.0.1:{PORT}")  # for links back from pages and mails
    os.environ.setdefault("SANGAM_DEMO", "1" if (where.home / "sample").exists() else "0")
    dagster = str(Path(sys.executable).with_name("dagster"))
    print(f"Dagster UI: http://127.0.0.1:{PORT} (Ctrl-C ends it)", flush=True)
    print(f"Data Docs, dbt docs: {docs_address.url('')}", flush=True)
    subprocess.Popen([sys.executable, "-m", "orchestration.cli.docs_site", PORT], start_new_session=False)  # noqa: S603
    words = [dagster, "dev", "-w", str(PROJECT / "workspace.yaml"), "-h", "127.0.0.1", "-p", PORT]
    os.execv(dagster, words)  # noqa: S606 - our own dagster


if __name__ == "__main__":
    main()
