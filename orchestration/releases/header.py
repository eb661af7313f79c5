"""What a release is besides its values: number, names, sign-off, what it replaces; and reading it from a manifest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from orchestration.releases.changes import Change, change_of
from orchestration.releases.missing import Missing
from orchestration.warehouse.iati_words import Activity

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Header:
    """What a release is besides its values: all of it data, so that it can be built again.

    `approved_at` is the time of the sign-off (UTC, ISO 8601), `predecessor` the release that this one
    replaces (`r001`) and `reason` why it does. `certificate`: what an attack on everything published showed; `iati` is
    what the logframe says for `iati.xml`, and `exchange` (`adx`) which files the donor asks for beside those of every
    release; `missing` are the sources without which it went out. `recipe` names, by its SHA-256, what it was made of.
    """

    number: int
    donor_name: str
    approved_by: str
    approved_at: str
    code_version: str
    predecessor: str | None = None
    predecessor_manifest_sha256: str | None = None
    reason: str | None = None
    changes: Sequence[Change] = ()
    certificate: Mapping[str, Any] | None = None
    iati: Activity = field(default_factory=Activity)
    exchange: Sequence[str] = ()
    missing: Sequence[Missing] = ()
    recipe: str | None = None

    @property
    def status(self) -> str:
        """`provisional` where something is missing, else `final`."""
        return "provisional" if self.missing else "final"

    @property
    def release(self) -> str:
        """The release's name: `r001`."""
        return release_name(self.number)


def release_name(number: int) -> str:
    """Return the name of the release of that number: 1 is `r001`."""
    return f"r{number:03d}"


def header_of(manifest: dict[str, Any]) -> Header:
    """Return the header that a manifest was made with."""
    return Header(
        number=int(manifest["release"][1:]),
        donor_name=manifest["donor_name"],
        approved_by=manifest["approved_by"],
        approved_at=manifest["approved_at"],
        code_version=manifest["code_version"],
        predecessor=manifest["predecessor"],
        predecessor_manifest_sha256=manifest["predecessor_manifest_sha256"],
        reason=manifest["reason"],
        changes=[change_of(change) for change in manifest["changes"]],
        certificate=manifest.get("certificate"),
        iati=Activity.model_validate(manifest.get("iati", {})),  # older releases have neither
        exchange=tuple(manifest.get("exchange", ())),
        missing=tuple(Missing(**one) for one in manifest.get("missing", ())),
        recipe=manifest.get("recipe"),
    )
