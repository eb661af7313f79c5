"""The words for one source: its files, tables, vocabularies, feeds, and their consistency."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Literal

from pydantic import Field, model_validator

from ingest.contracts.column import PLAIN_TYPES
from ingest.contracts.conventions import Conventions
from ingest.contracts.mapping import IdentityMapping, Mapping
from ingest.contracts.table import Drift, Table
from ingest.contracts.word import in_order


class Source(Conventions):
    """The contract of one source of a region."""

    title: str
    cadence: Literal["quarter", "round", "reference"] = "quarter"
    drift: Drift = Drift()  # of all tables that state none of their own
    format: tuple[str, ...]  # as `readers.sniff` names them
    part: str = (
        ""  # several files a drop: regular expression over the file name whose first group names the part
    )
    tables: dict[str, Table]
    vocabularies: dict[str, Any] = Field(default_factory=dict)
    feeds: dict[str, tuple[Mapping, ...]] = Field(default_factory=dict)
    identities: tuple[IdentityMapping, ...] = ()
    ignored_tables: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _references_exist(self) -> Source:
        for name, table in self.tables.items():
            self._steps_exist(name, table)
            for column in table.columns.values():
                target, _, field = column.ref.partition(".")
                if target and (
                    target not in self.tables or (field and field not in self.tables[target].columns)
                ):
                    raise ValueError(
                        f"Table '{name}' refers to '{column.ref}', which the source does not have."
                    )
                if column.vocabulary and column.vocabulary not in self.vocabularies:
                    raise ValueError(
                        f"Table '{name}' uses vocabulary '{column.vocabulary}', which nobody listed."
                    )
        self.judging_order()
        return self

    @model_validator(mode="after")
    def _types_are_known(self) -> Source:
        if shadowed := sorted(set(self.identifiers) & set(PLAIN_TYPES)):
            raise ValueError(f"An identifier cannot be called {', '.join(shadowed)}: that is a plain type.")
        known = [*PLAIN_TYPES, *self.identifiers]
        for name, table in self.tables.items():
            for column_name, column in table.columns.items():
                if column.type not in known:
                    raise ValueError(
                        f"Column '{name}.{column_name}' has the type '{column.type}', which is none of "
                        f"{', '.join(known)}. A kind of identifier is declared under 'identifiers'."
                    )
                if column.type == "phone" and not self.country:
                    raise ValueError(
                        f"Column '{name}.{column_name}' holds phone numbers: state the 'country' they are of, "
                        "such as NP."
                    )
        return self

    def _steps_exist(self, name: str, table: Table) -> None:
        for step in (s for steps in table.order for s in steps if s not in table.columns):
            reference, _, field = step.partition(".")
            target = table.columns[reference].ref.partition(".")[0]
            if target not in self.tables or field not in self.tables[target].columns:
                raise ValueError(
                    f"Table '{name}' orders '{step}', which is no date of a record it refers to."
                )

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
