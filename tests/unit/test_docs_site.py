"""The pages beside the Dagster UI: what the first page says, and that nothing but `docs` is served."""

from __future__ import annotations

import urllib.error
import urllib.request
from pathlib import Path
from typing import Literal

import pytest

from expectations.results import BatchResult, CheckResult, Outside, result_path, write_result
from orchestration.cli.docs_site import serve, write_index
from orchestration.settings import Settings


def _result(home: Path, region: str, severity: Literal["error", "warning"]) -> None:
    outside = (Outside(subject="household", value=0.1, seen="1 record; 10 in 2021Q1"),)
    words = {"title": "Rows", "severity": severity, "expected": "at least 60%", "message": "m"}
    checks = {
        "rows": CheckResult(**words, looked_at=1, outside=outside),
        "keys": CheckResult(**words, looked_at=2),
        **{name: CheckResult(**words, looked_at=0) for name in ("places", "figures", "means")},
    }
    write_result(
        home,
        BatchResult(
            title=f"{region}/mis 2021Q2", region=region, source="mis", quarter="2021Q2", previous="2021Q1",
            checks=checks, page="validations/p/mis/2021Q2/x.html", profile={},
        ),
    )  # fmt: skip


def test_the_first_page_lists_deliveries_and_slips(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SANGAM_UI_URL", raising=False)
    _result(home, "sindh", "error")
    _result(home, "khulna", "warning")
    slip = home / "return" / "sindh" / "mis" / "2021Q2" / "a<b_return.xlsx"
    slip.parent.mkdir(parents=True)
    slip.touch()
    page = write_index(home, "3000").read_text(encoding="utf-8")
    link = '<a href="data_docs/validations/p/mis/2021Q2/x.html">sindh/mis 2021Q2</a></td><td>2021Q1</td>'
    fine_and_nothing = '<td class="fine">1</td><td class="nothing">3</td>'
    assert f'{link}<td class="error">1</td><td class="">–</td>{fine_and_nothing}' in page
    assert f'<td class="">–</td><td class="warning">1</td>{fine_and_nothing}' in page
    assert '<tr id="sindh-mis">' in page  # where the asset of the delivery links to
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


def test_a_result_of_another_version_is_left_out(home: Path) -> None:
    _result(home, "sindh", "error")
    path = result_path(home, "khulna", "mis", "2021Q2")
    path.parent.mkdir(parents=True)
    path.write_text('{"title": "khulna/mis 2021Q2", "checks": {}, "errors": []}')
    page = write_index(home, "3000").read_text(encoding="utf-8")
    assert "sindh/mis 2021Q2" in page
    assert "khulna" not in page
