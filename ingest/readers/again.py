"""What is known of a dump at its end, and the event that it has to be read with that from the beginning."""

from __future__ import annotations

from dataclasses import dataclass, field

Key = tuple[str, ...]  # database, schema (PostgreSQL only), table


@dataclass
class Known:
    """What is known of a dump at its end: parents of tables, how often each was made void, which there are."""

    parents: dict[Key, list[Key]] = field(default_factory=dict)
    times_void: dict[Key, int] = field(default_factory=dict)
    tables: set[Key] = field(default_factory=set)


class ReadAgain(Exception):  # noqa: N818 - an event for the caller, no error of its own
    """Chunks already handed out are void: forget them all and read the file anew with `known` for `name`."""

    def __init__(self, name: str, known: Known) -> None:
        super().__init__(f"{name} has to be read again")
        self.name, self.known = name, known
