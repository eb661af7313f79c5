"""The pages beside the Dagster UI: what the first page says, and that nothing but `docs` is served."""

from __future__ import annotations

import urllib.error
import urllib.request
from pathlib import Path

import pytest

from expectations.batches import result_path
from ingest.files import write_json
from orchestration.cli.docs_site import serve, write_index
from orchestration.settings import Settings


def _result(home: Path, region: str, severity: str) -> None:
    check = {"passed": False, "severity": severity}
    content = {
        "title": f"{region}/mis 2021Q2", "quarter": "2021Q2", "previous": "2021Q1", "docs": "2021Q2/p.mis.html",
        "checks": {"rows": check, "keys": {"passed": True, "severity": "error"}},
    }  # fmt: skip
    write_json(result_path(home, region, "mis", "2021Q2"), content)


def test_the_first_page_lists_deliveries_and_slips(home: Path) -> None:
    _result(home, "sindh", "error")
    _result(home, "khulna", "warning")
    slip = home / "return" / "sindh" / "mis" / "2021Q2" / "a<b_return.xlsx"
    slip.parent.mkdir(parents=True)
    slip.touch()
    page = write_index(home, "3000").read_text(encoding="utf-8")
    sindh = '<a href="data_docs/2021Q2/p.mis.html">sindh/mis 2021Q2</a></td><td>2021Q1</td><td class="error">1</td>'
    assert sindh in page
    assert '<td class="warning">1</td>' in page
    assert "http://127.0.0.1:3000" in page
    assert "a&lt;b_return.xlsx" in page
    assert 'href="return' not in page


def test_a_new_home_has_a_first_page(home: Path) -> None:
    page = write_index(home, "3000").read_text(encoding="utf-8")
    assert "None yet" in page
    assert "No return slips yet" in page
    assert "being written" in page


def test_only_docs_are_served(home: Path) -> None:
    (home / "return").mkdir()
    (home / "return" / "slip.xlsx").write_text("names")
    server = serve(Settings(home, home / "landing"), "3000", port=0)
    try:
        at = f"http://127.0.0.1:{server.server_address[1]}"
        with urllib.request.urlopen(f"{at}/", timeout=5) as answer:  # noqa: S310
            assert b"sangam" in answer.read()
        for path in ("/../return/slip.xlsx", "/%2e%2e/return/slip.xlsx", "/return/slip.xlsx"):
            with pytest.raises(urllib.error.HTTPError, match="404"):
                urllib.request.urlopen(at + path, timeout=5)  # noqa: S310
    finally:
        server.shutdown()
        server.server_close()
