"""Encryption under a key made from the pseudonyms' secret, another one for each purpose (HKDF-SHA-256, RFC 5869)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def cipher(key: bytes, purpose: str) -> AESGCM:
    """AES-256-GCM for a purpose: `vault`, `archive`. What is sealed for one cannot be read as another's."""
    # For start-up: a run that finds nothing new opens nothing.
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    info = f"sangam {purpose} v1".encode()
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(key))
