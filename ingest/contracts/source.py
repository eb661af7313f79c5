"""The words for one source: its files, tables, vocabularies, feeds, and their consistency."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from pydantic import Field, model_validator

from ingest.contracts.column import PLAIN_TYPES, Column
from ingest.contracts.conventions import Conventions
from ingest.contracts.faults import Fault
from ingest.contracts.mapping import IdentityMapping, Mapping
from ingest.contracts.table import Drift, Table
from ingest.contracts.vocabularies import spellings
from ingest.contracts.word import Encoding, Regex, in_order

Format = Literal[
    "mysqldump", "pg_dump", "xlsx", "xlsb", "xls", "xml_spreadsheet", "ods", "html", "delimited", "zip",
]  # fmt: skip


class Source(Conventions):
    """The contract of one source of a region."""

    title: str
    cadence: Literal["quarter", "round", "reference"] = "quarter"
    drift: Drift = Drift()  # of all tables that state none of their own
    format: tuple[Format, ...]  # as `readers.sniff` names them
    # Of delimited text, such as windows-1256. Without the word: what a byte order mark says, UTF-16 or UTF-8; anything
    # else is refused.
    encoding: Encoding = ""
    part: Regex = ""  # several files a drop: the first group of this, over a file's name, names its part
    named: tuple[str, ...] = ()  # names such files have, as examples; `{quarter}` stands for 2021Q2
    database: str = ""  # of a dump that holds several: the one whose tables are meant
    schema_name: str = (
        ""  # of a PostgreSQL dump: where the tables lie; empty: `public`, or the only ones of the name
    )
    tables: dict[str, Table]
    vocabularies: dict[str, Any] = Field(default_factory=dict)
    feeds: dict[str, tuple[Mapping, ...]] = Field(default_factory=dict)
    identities: tuple[IdentityMapping, ...] = ()

    @model_validator(mode="after")
    def _names_exist(self) -> Source:
        if self.part and not re.compile(self.part).groups:
            raise Fault(f"'{self.part}' has no group in brackets: it names the part.", "part")
        self._names_fit()
        for name, table in self.tables.items():
            self._steps_exist(name, table)
            for column_name, column in table.columns.items():
                at = ("tables", name, "columns", column_name)
                self._reference_exists(column, at)
                if column.vocabulary and column.vocabulary not in self.vocabularies:
                    words = f"vocabulary '{column.vocabulary}' is not listed"
                    raise Fault(words, *at, "vocabulary", word=column.vocabulary, known=self.vocabularies)
                self._split_exists(table, column, at)
        for at, table_name in self._mapped_tables():
            if table_name not in self.tables:
                raise Fault(f"there is no table '{table_name}'", *at, word=table_name, known=self.tables)
        self.judging_order()
        return self

    @model_validator(mode="after")
    def _types_are_known(self) -> Source:
        for kind in self.identifiers:
            if kind in PLAIN_TYPES:
                raise Fault("is a plain type: give the identifier another key.", "identifiers", kind)
        known = [*PLAIN_TYPES, *self.identifiers]
        for name, table in self.tables.items():
            for column_name, column in table.columns.items():
                at = ("tables", name, "columns", column_name, "type")
                if column.type not in known:
                    words = (
                        f"'{column.type}' is no plain type, and no identifier declared under 'identifiers'"
                    )
                    raise Fault(words, *at, word=column.type, known=known)
                if column.type == "phone" and not self.country:
                    raise Fault("phone numbers need the 'country' they are of, such as NP: state it.", *at)
        return self

    def _names_fit(self) -> None:
        if self.named and not self.part:
            raise Fault("these are names of the parts of a delivery: state 'part', too.", "named")
        for number, name in enumerate(self.named):
            if not re.search(self.part, name.replace("{quarter}", "2021Q2"), re.IGNORECASE):
                raise Fault(f"'{name}' does not fit 'part', {self.part}.", "named", number)

    def _reference_exists(self, column: Column, at: tuple[str, ...]) -> None:
        target, _, field = column.ref.partition(".")
        if target and target not in self.tables:
            words = f"refers to '{column.ref}', and there is no table '{target}'"
            raise Fault(words, *at, "ref", word=target, known=self.tables)
        if field and field not in self.tables[target].columns:
            words = f"refers to '{column.ref}', and '{target}' has no column '{field}'"
            raise Fault(words, *at, "ref", word=field, known=self.tables[target].columns)
        for here, there in column.agrees.items():
            if there not in self.tables[target].columns:
                words = f"agrees with '{there}', and '{target}' has no such column"
                raise Fault(words, *at, "agrees", here, word=there, known=self.tables[target].columns)

    def _split_exists(self, table: Table, column: Column, at: tuple[str, ...]) -> None:
        if not column.split:
            return
        if not column.vocabulary:
            raise Fault("codes that have columns of their own need a vocabulary.", *at, "vocabulary")
        for code in dict.fromkeys(spellings(column, self.vocabularies).values()):
            name = column.split.replace("{code}", code)
            if name not in table.columns:
                words = f"code '{code}' has no column '{name}'"
                raise Fault(words, *at, "split", word=name, known=table.columns)

    def _steps_exist(self, name: str, table: Table) -> None:
        for number, steps in enumerate(table.order):
            for step in (s for s in steps if s not in table.columns):
                reference, _, field = step.partition(".")
                target = table.columns[reference].ref.partition(".")[0]
                if target not in self.tables or field not in self.tables[target].columns:
                    known = self.tables[target].columns if target in self.tables else ()
                    words = f"orders '{step}', which is no date of a record it refers to"
                    raise Fault(words, "tables", name, "order", number, word=field, known=known)

    def _mapped_tables(self) -> Iterator[tuple[tuple[Any, ...], str]]:
        """Where mappings name a table, and which."""
        mapped: list[tuple[tuple[Any, ...], Mapping]] = [
            (("feeds", feed, i), m) for feed, maps in self.feeds.items() for i, m in enumerate(maps)
        ]
        mapped += [(("identities", i), mapping) for i, mapping in enumerate(self.identities)]
        for at, mapping in mapped:
            yield (*at, "table"), mapping.table
            for alias, look in mapping.look_up.items():
                yield (*at, "look_up", alias, "table"), look.table

    def template(self, table: str) -> str:
        """The contract's name of a delivered table: its own, or that of the words for every such sheet."""
        if table in self.tables:
            return table
        each = ((n, t.layout.sheet) for n, t in self.tables.items() if t.layout.each_sheet)
        return next((n for n, sheet in each if re.fullmatch(sheet, table, re.IGNORECASE)), table)

    def as_found(self, tables: Iterable[str]) -> Source:
        """This contract with the delivered tables in the place of those that stand for every such sheet."""
        if not any(table.layout.each_sheet for table in self.tables.values()):
            return self
        return self.model_copy(update={"tables": {name: self.tables[self.template(name)] for name in tables}})

    def judging_order(self) -> list[str]:
        """Tables with those they refer to first. Raises ValueError where references go round in a circle."""
        return in_order(
            {
                name: {c.ref.partition(".")[0] for c in table.columns.values()} - {"", name}
                for name, table in self.tables.items()
            }
        )

    def looked_up_sources(self) -> set[str]:
        """Other sources of the region that this one's rules look up."""
        rules = (rule for table in self.tables.values() for rule in table.rules.values())
        return {look.source for rule in rules for look in rule.related.values() if look.source}
