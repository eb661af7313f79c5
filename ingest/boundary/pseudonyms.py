"""Keyed pseudonyms and the secret they are made with. No identifier leaves `ingest` but as one of these."""

from __future__ import annotations

import hashlib
import os

from ingest.errors import SangamError
from ingest.sql import quote

DEMO_SECRET = "sangam-demo-only"  # noqa: S105 - known to everyone on purpose; refused outside the demo
SECRET_VARIABLE = "SANGAM_SECRET"  # noqa: S105


def secret(*, demo: bool = False) -> bytes:
    """The pseudonyms' secret from the environment. Raises SangamError where it is missing or the demo's."""
    value = os.environ.get(SECRET_VARIABLE, "")
    if demo:
        return (value or DEMO_SECRET).encode()
    if not value or value == DEMO_SECRET or len(value) < 16:
        raise SangamError(
            f"The secret for pseudonyms is missing or too weak: set {SECRET_VARIABLE} to at least 16 random "
            "characters, the same for every run, kept by one party and outside the lake."
        )
    return value.encode()


def key_id(key: bytes) -> str:
    """Which secret made a pseudonym, without telling the secret."""
    return hashlib.sha256(b"sangam key id" + key).hexdigest()[:8]


def pseudonym(kind: str, value: str, key: bytes) -> str:
    """SQL for `<key id>:<HMAC-SHA-256(key, kind + ':' + value)>` (RFC 2104), NULL for NULL.

    The kind separates domains: one number as CNIC and as phone gives two pseudonyms.
    """
    block = (hashlib.sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
    inner, outer = (bytes(b ^ pad for b in block) for pad in (0x36, 0x5C))
    message = f"from_hex({quote(inner.hex())}) || encode({quote(kind + ':')} || {value})"
    digest = f"sha256(from_hex({quote(outer.hex())}) || from_hex(sha256({message})))"
    return f"CASE WHEN {value} IS NOT NULL THEN {quote(key_id(key) + ':')} || {digest} END"
