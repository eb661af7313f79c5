"""SQL text: names and literals, and the templates (`*.sql`, Jinja2) that lie beside the modules that run them.

What is the same for every table stands in a template; what a contract decides is put in as one expression a column.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined


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


@cache
def _environment(folder: Path) -> Environment:
    # SQL, not HTML: there is nothing to escape but by the two filters.
    made = Environment(  # noqa: S701
        loader=FileSystemLoader(folder), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters |= {"text": quote, "name": sql_name}
    return made
