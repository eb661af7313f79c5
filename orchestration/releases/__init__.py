"""What leaves for donors: content, sign-off, files, numbered releases, and the proof that they are whole.

The way of a release: `content` (what would be published) → `approvals` (an officer signs exactly that) →
`build` (the files) → `publish` (S3 and the local copy) → `verify` (whole? the same again? what changed?).
"""
