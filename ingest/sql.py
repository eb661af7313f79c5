"""SQL text: names and literals, and the templates (`*.sql`, Jinja2) that lie beside the modules that run them.

What is the same for every table stands in a template; what a contract decides is put in as one expression a column.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment


def quote(text: str) -> str:
    """`text` as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def sql_name(identifier: str) -> str:
    """`identifier` as a quoted SQL name."""
    return '"' + identifier.replace('"', '""') + '"'


def render(module: str, template: str, **words: object) -> str:
    """The SQL of a template beside a module (`__file__`).

    In a template `{{ x | text }}` is a string literal, `{{ x | name }}` a quoted name, `{{ x }}` SQL as it is. A word
    that is missing raises jinja2.UndefinedError.
    """
    return _environment(Path(module).parent).get_template(template).render(words)


def union_all(selects: Iterable[str]) -> str:
    """The rows of several SELECTs, each of which may begin with WITH."""
    return " UNION ALL ".join(f"SELECT * FROM ({select}\n)" for select in selects)


def parquet_relation(paths: Iterable[Path]) -> str:
    """SQL of the rows of Parquet files: only what is in them, nothing from the names of their folders."""
    files = ", ".join(quote(str(path)) for path in paths)
    return f"read_parquet([{files}], hive_partitioning = false, union_by_name = true)"


def copy_to_parquet(select: str, path: Path) -> str:
    """The statement that writes what a SELECT gives as a Parquet file."""
    # A line of its own: the SELECT may end with a comment.
    return f"COPY ({select}\n) TO {quote(str(path))} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"


@cache
def _environment(folder: Path) -> Environment:
    # For start-up: contracts are loaded without templates.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    # SQL, not HTML: there is nothing to escape but by the two filters.
    made = Environment(  # noqa: S701
        loader=FileSystemLoader(folder), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters |= {"text": quote, "name": sql_name}
    return made
