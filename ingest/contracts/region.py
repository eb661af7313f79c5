"""The words for a partner region, and what holds over all its sources."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from ingest.contracts.conventions import Conventions, Service
from ingest.contracts.faults import Fault
from ingest.contracts.linkage import Linkage
from ingest.contracts.rule import Related
from ingest.contracts.source import Source
from ingest.contracts.word import MailAddress, in_order


class Region(Conventions):
    """A partner region: whose deliveries, in which country, currency and scripts."""

    region: str
    programme: str
    title: str
    languages: tuple[str, ...] = ("en",)
    contacts: tuple[MailAddress, ...] = ()  # who gets a mail when a return slip went out
    placeholders: tuple[str, ...] = ()  # beside those of every region
    due_days: dict[str, int] = Field(default_factory=dict)
    linkage: dict[Literal["person", "household"], Linkage] = Field(default_factory=dict)
    services: dict[str, Service] = Field(default_factory=dict)  # by common code, beside the shared catalogue
    tiers: tuple[str, ...] = ()  # the levels its institutions are of
    sources: dict[str, Source]

    @model_validator(mode="after")
    def _looked_up_tables_exist(self) -> Region:
        for source_name, source in self.sources.items():
            for table_name, table in source.tables.items():
                for rule_name, rule in table.rules.items():
                    for alias, look in rule.related.items():
                        at = (
                            "sources",
                            source_name,
                            "tables",
                            table_name,
                            "rules",
                            rule_name,
                            "related",
                            alias,
                        )
                        self._check_look(at, source_name, look)
        in_order({name: source.looked_up_sources() - {name} for name, source in self.sources.items()})
        return self

    def reading_groups(self) -> list[list[str]]:
        """The sources in groups that look nothing of each other up; within a group those looked up come first."""
        needs = {name: source.looked_up_sources() - {name} for name, source in self.sources.items()}
        groups: list[set[str]] = []
        for name in needs:
            joined = [group for group in groups if group & (needs[name] | {name})]
            groups = [group for group in groups if group not in joined]
            groups.append({name, *needs[name]}.union(*joined))
        ordered = in_order(needs)
        return [sorted(group, key=ordered.index) for group in groups]

    @model_validator(mode="after")
    def _registers_exist(self) -> Region:
        for entity, linkage in self.linkage.items():
            if (name := linkage.register_source) not in self.sources:
                words = f"there is no source '{name}'"
                raise Fault(words, "linkage", entity, "register_source", word=name, known=self.sources)
        return self

    def _check_look(self, at: tuple[str, ...], source_name: str, look: Related) -> None:
        name = look.source or source_name
        if name not in self.sources:
            raise Fault(f"there is no source '{name}'", *at, "source", word=name, known=self.sources)
        if look.table not in (tables := self.sources[name].tables):
            words = f"there is no table '{name}/{look.table}' to look up"
            raise Fault(words, *at, "table", word=look.table, known=tables)
