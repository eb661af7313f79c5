"""Links to the pages beside the Dagster UI: wherever these are served."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration import docs_address
from orchestration.cli.docs_site import write_index


@pytest.mark.parametrize(
    ("said", "link"),
    [
        ("", f"http://127.0.0.1:{docs_address.PORT}/data_docs/x.html"),
        ("https://data.example.org/sangam/docs/", "https://data.example.org/sangam/docs/data_docs/x.html"),
        ("/docs", "/docs/data_docs/x.html"),  # of the server that the UI's page is from
    ],
)
def test_a_page_is_where_the_environment_says(monkeypatch: pytest.MonkeyPatch, said: str, link: str) -> None:
    monkeypatch.setenv("SANGAM_DOCS_URL", said)
    assert docs_address.url("data_docs/x.html") == link


def test_the_first_page_leads_back_to_the_ui(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANGAM_UI_URL", "https://data.example.org/sangam")
    assert 'href="https://data.example.org/sangam"' in write_index(home, "3000").read_text(encoding="utf-8")
