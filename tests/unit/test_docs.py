"""The documentation names nothing that is not there: paths, commands with options, targets, functions, words."""

from __future__ import annotations

import pytest

from tests import docs

FILES = sorted(
    path.relative_to(docs.ROOT).as_posix() for path in (*docs.ROOT.glob("*.md"), *docs.ROOT.glob("docs/*.md"))
)


@pytest.mark.parametrize("file", FILES)
def test_what_a_document_names_is_there(file: str) -> None:
    found = docs.faults((docs.ROOT / file).read_text(encoding="utf-8"))
    assert found == [], f"{file} names what is not there; mend the document:\n" + "\n".join(found)


def test_every_document_is_looked_at() -> None:
    assert {"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/design.md", "docs/runbook.md"} <= set(FILES)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("`ingest/jugding/`", "there is no ingest/jugding/"),
        ("`ingest/contracts/{source,tabel}.py`", "there is no ingest/contracts/tabel.py"),
        ("`.venv/bin/pytest tests/unit/test_doc.py`", "there is no tests/unit/test_doc.py"),
        ("`test_colums.py`", "there is no test_colums.py"),
        ("`lake/acepted`", "there is no lake/acepted"),
        ("`ingest/regions/<programme>/decision.yml`", "there is no ingest/regions/<programme>/decision.yml"),
        ("`sangam realease list`", "sangam has no command 'realease'"),
        ("`sangam release list, verfy`", "sangam has no command 'release verfy'"),
        ("`sangam run --quater 2021Q2`", "'sangam run' has no option --quater"),
        ("`sangam read FILE [--tabel T]`", "'sangam read' has no option --tabel"),
        ("```\nsangam approve D Q --bye N\n```", "'sangam approve' has no option --bye"),
        ("`--resaon`", "no command of sangam has this option"),
        ("`make tests`", "the Makefile has no target 'tests'"),
        ("`python -m tests.picture`", "there is no module tests/picture.py"),
        ("`ingest.run.ingest_sources`", "ingest.run defines no 'ingest_sources'"),
        ("```\nfrom expectations.gx.project import projekt\n```", "defines no 'projekt'"),
        ("`suppresion_threshold`", "'suppresion_threshold' stands nowhere in the code"),
        ("```\nSANGAM_WAREHAUS=x dbt run\n```", "'SANGAM_WAREHAUS' stands nowhere"),
        ("[see](docs/desing.md)", "there is no such file to link to"),
        ("| 7 | `judging/` | records | `judge.juge` |", "no module of this room defines 'judge.juge'"),
        ("| 8 | `store/` | records | `judge.judge` |", "no module of this room defines 'judge.judge'"),
    ],
)
def test_what_is_not_there_is_told(text: str, said: str) -> None:
    (found,) = docs.faults(text)
    assert said in found


@pytest.mark.parametrize(
    "text",
    [
        "`ingest/regions/<programme>/regions/<region>.yml`, `ingest/regions/<programme>/decisions.yml`",
        "`/etc/sangam/sangam.env`, `/operate`",
        "`SANGAM_HOME/gx`, `lake/accepted`, `warehouse.duckdb`, `.xls`",
        "`sangam release list|verify`, `sangam run --quarter 2021Q2 [--region R]`, `make test`",
        "| 7 | `judging/` | records | `judge.judge`, `judge` |",
    ],
)
def test_what_is_there_is_not_told(text: str) -> None:
    assert docs.faults(text) == []
