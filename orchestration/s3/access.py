"""Who may do what in S3, as IAM policies: the embedded server keeps to the same documents that AWS does.

Pure functions of bucket names; keys and servers are elsewhere.
"""

from typing import Any

Policy = dict[str, Any]

# Refuses to overwrite, on AWS: a write has to say that nothing may lie there. Parts of a large upload cannot say it;
# what completes them can, and has to. The embedded server does not know these conditions.
_NOTHING_THERE = (
    {"Null": {"s3:if-none-match": "false"}},
    {"Bool": {"s3:ObjectCreationOperation": "false"}},
)


def reads(bucket: str) -> Policy:
    """What a donor may: list its own bucket and read the current objects in it. Nothing else, of no other bucket."""
    return _policy(
        _allow(["s3:ListBucket", "s3:GetBucketLocation"], bucket),
        _allow(["s3:GetObject"], f"{bucket}/*"),
    )


def drops(bucket: str, prefix: str, *, once: bool = True) -> Policy:
    """What a partner may: put objects under `prefix` (which ends in a slash). Not read, list, delete or go elsewhere.

    `once`: nor overwrite. For servers that know AWS's conditions; without it, a bucket with versions keeps what was.
    """
    place = f"{bucket}/{prefix}*"
    if not once:
        return _policy(_allow(["s3:PutObject"], place))
    return _policy(
        *({**_allow(["s3:PutObject"], place), "Condition": condition} for condition in _NOTHING_THERE)
    )


def _policy(*statements: Policy) -> Policy:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _allow(actions: list[str], place: str) -> Policy:
    return {"Effect": "Allow", "Action": actions, "Resource": f"arn:aws:s3:::{place}"}
