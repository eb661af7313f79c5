"""The vault: clear identities of accepted records, encrypted at rest, for linkage alone.

    vault/region=…/source=…/quarter=…/<sha>.vault      readable by the owner only, and only with the secret

AES-256-GCM under a key derived from the pseudonyms' secret (HKDF-SHA-256, RFC 5869); nothing is written in clear, not
even for a moment. What is deleted here is made again from the landing. Where the files lie is in `deliveries.places`,
linking in `linkage`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa

from ingest.boundary.pseudonyms import SECRET_VARIABLE, key_id
from ingest.errors import SangamError
from ingest.store.sealing import cipher

_TEXTS = (
    *("local_id", "given_id", "name", "name_other", "relative_name", "official_id_kind", "official_id"),
    *("card", "phone", "sex", "place"),
)
# The columns of an identity: what a contract's `identities` may fill, and where the record stands.
# given_id: the identifier somebody gave the person or household, on the record; group_ids: what it belongs to.
IDENTITY: dict[str, str] = dict.fromkeys(_TEXTS, "VARCHAR") | {
    "birth_date": "DATE",
    "birth_year": "INTEGER",
    "group_ids": "VARCHAR[]",
    "first_seen": "DATE",
}
PLACE_IN_FILE: dict[str, str] = {
    "_file": "VARCHAR",
    "_table": "VARCHAR",
    "_row": "BIGINT",
    "_record": "BIGINT",
    "_sha256": "VARCHAR",
}
_MAGIC = b"SANGAM-VAULT-1\n"
_KEY_ID = 8
_NONCE = 12


def encrypt(table: pa.Table, key: bytes, label: str) -> bytes:
    """The table as encrypted Parquet; `label` is bound to it, so that one file cannot stand for another."""
    # For start-up: a run that finds nothing new opens no vault.
    import pyarrow.parquet as pq

    buffer = pa.BufferOutputStream()
    pq.write_table(table, buffer, compression="zstd")
    nonce = os.urandom(_NONCE)
    head = _MAGIC + key_id(key).encode()
    sealed = cipher(key, "vault").encrypt(nonce, buffer.getvalue().to_pybytes(), head + label.encode())
    return head + nonce + sealed


def read_identities(path: Path, key: bytes) -> pa.Table:
    """The identities in a vault file.

    Raises SangamError where they were written under another secret, or the file was changed.
    """
    # For start-up: a run that finds nothing new opens no vault.
    import pyarrow.parquet as pq
    from cryptography.exceptions import InvalidTag

    content = path.read_bytes()
    start = len(_MAGIC) + _KEY_ID
    head, nonce, sealed = content[:start], content[start : start + _NONCE], content[start + _NONCE :]
    written_under = head[len(_MAGIC) :].decode(errors="replace")
    if head[: len(_MAGIC)] != _MAGIC:
        raise SangamError(
            f"{path} is no file of the vault. Delete it and run again: it is made from the landing."
        )
    if written_under != key_id(key):
        raise SangamError(
            f"{path} was written under another secret (key id {written_under}, now {key_id(key)}). Set "
            f"{SECRET_VARIABLE} to the secret of before; or, to go on with the new one, run the sources again: their "
            "identities are then made anew from the landing."
        )
    try:
        plain = cipher(key, "vault").decrypt(nonce, sealed, head + path.parent.name.encode())
    except InvalidTag as error:
        raise SangamError(
            f"{path} was changed or moved since it was written. Delete it and run again: it is made from the landing."
        ) from error
    return pq.read_table(pa.BufferReader(plain))
