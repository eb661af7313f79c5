"""The form of the code itself: SQL programs are templates, modules are small, no import hides."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from sqlfluff.core import FluffConfig, Linter

from tests import house

ROOT = Path(__file__).resolve().parents[2]
FILES = house.files(ROOT)
TEMPLATES = sorted(path for room in house.ROOMS for path in (ROOT / room).rglob("*.sql"))
# What a sample dump says is the text of a file, and no program that is run here.
DUMPS = {"ingest/samples/files/mysqldump.py", "ingest/samples/files/pg_dump.py"}


def test_sql_programs_are_templates() -> None:
    """Of more than five lines; what is put in (one expression a column) stays in Python."""
    found = {name: lines for name, text in _sources() if (lines := house.long_sql(text))}
    assert set(found) == DUMPS, f"Move it into a .sql template beside the module (ingest/sql.py): {found}"


def test_imports_do_not_hide() -> None:
    """An import within a function is for start-up, and a comment says so."""
    found = {name: lines for name, text in _sources() if (lines := house.hidden_imports(text))}
    assert found == {}, "Import it at the top, or say in a comment why not."


def test_modules_are_small() -> None:
    """Half of them under 100 lines, nine in ten under 250, none over 400."""
    sizes = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in house.modules(ROOT)}
    assert house.too_large(sizes) == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_template_is_linted(template: Path) -> None:
    """A template that the linter cannot fill in passes for a clean one: it has nothing to look at."""
    config = FluffConfig.from_path(str(template))
    text = template.read_text(encoding="utf-8")
    rendered = Linter(config=config).render_string(text, str(template), config, "utf-8")
    assert [violation.desc() for violation in rendered.templater_violations] == []
    assert any(variant.templated_str.strip() for variant in rendered.templated_variants)


SQL_THAT_IS_LONG = (
    'con.execute("""\n  select a,\n  b,\n  c\n  from t\n  where a\n  and b\n""")',
    'con.execute(\n  "SELECT a, "\n  "b, "\n  "c "\n  "FROM t "\n  f"WHERE {a} "\n  "AND b"\n)',
    'q = (\n  "WITH x AS (" +\n  inner +\n  ") SELECT a "\n  + "FROM x "\n  + "WHERE a "\n  + more\n)',
    r'q = f"INSERT INTO t\n{a}\n{b}\n{c}\n{d}\n{e}"',
    'q = (\n  f"{verb} x AS "\n  "SELECT a, "\n  "b, "\n  "c "\n  "FROM t "\n  "WHERE a"\n)',
    "f(\n  x=f\"\"\"{go('''SELECT a,\n  b,\n  c,\n  d\n  FROM t\n  WHERE a''')}\"\"\"\n)",
    '"""What it holds."""\nq = """-- One row a record\n  copy\n  (from t)\n\n\n  to \'x\'"""',
)
SQL_THAT_IS_SHORT = (
    'con.execute("SELECT count(*) FROM t")',
    'con.execute(\n  "SELECT a "\n  "FROM t "\n  "WHERE a"\n)',
    'def f():\n  """SELECT of the records\n  from\n  which\n  all\n  the\n  rest\n  is made."""',
    'message = """Send the sheet\n\n\n\n\nthat you select from the portal."""',
    'a = "select"\n\n\n\n\n\nb = "from t"',
)


@pytest.mark.parametrize("text", SQL_THAT_IS_LONG)
def test_a_long_program_is_seen(text: str) -> None:
    assert house.long_sql(text) != []


@pytest.mark.parametrize("text", SQL_THAT_IS_SHORT)
def test_a_short_statement_may_stay(text: str) -> None:
    assert house.long_sql(text) == []


def test_a_hidden_import_is_seen() -> None:
    text = dedent("""\
        if TYPE_CHECKING:
            from ingest.sql import quote
        else:
            import os


        def read():
            import json

            import pandas as pd
            # The workbook's library is loaded only when one is written: start-up.
            import xlsxwriter
            import ingest.files
            from ingest.sql import render
            from ingest.readers import read  # start-up: brings Arrow along

            import duckdb  # noqa: PLC0415
            from . import sniff
    """)
    assert [line.split(":")[0] for line in house.hidden_imports(text)] == [
        "line 2", "line 10", "line 17", "line 18",
    ]  # fmt: skip


def test_large_modules_are_seen() -> None:
    def sizes(*lines: int) -> dict[Path, int]:
        return {Path(f"m{n}.py"): count for n, count in enumerate(lines)}

    assert house.too_large(sizes(99, 99, 99, 99, 99, 249, 249, 249, 249, 400)) == []
    assert house.too_large(sizes(99, 99, 99, 99, 249, 249, 249, 249, 249, 400)) != []
    assert house.too_large(sizes(99, 99, 99, 99, 99, 249, 249, 249, 250, 400)) != []
    assert house.too_large(sizes(*[99] * 20, 401)) == ["m20.py has 401 lines: none may have more than 400."]


def _sources() -> list[tuple[str, str]]:
    return [(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in FILES]


def test_tests_of_a_module_stay_in_one_process(request: pytest.FixtureRequest) -> None:
    """Else what is slow to make is made in each process. The group stands behind the test's name."""
    if hasattr(request.config, "workerinput"):
        assert request.node.nodeid.endswith("@test_house")
