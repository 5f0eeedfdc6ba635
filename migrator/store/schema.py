"""The tables of the index: blobs, their spans, the contents in those, and whole layers by key."""

from __future__ import annotations

VERSION = 2

SCHEMA = f"""
CREATE TABLE blob (id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE);
CREATE TABLE span (key BLOB NOT NULL, blob INTEGER NOT NULL, start INTEGER NOT NULL,
    size INTEGER NOT NULL, raw_size INTEGER NOT NULL, crc INTEGER NOT NULL,
    PRIMARY KEY (key, blob, start)) WITHOUT ROWID;
CREATE INDEX span_blob ON span (blob);
CREATE TABLE content (digest BLOB NOT NULL, key BLOB NOT NULL, at INTEGER NOT NULL,
    size INTEGER NOT NULL, PRIMARY KEY (digest, key)) WITHOUT ROWID;
CREATE INDEX content_size ON content (size);
CREATE TABLE layer (key BLOB PRIMARY KEY, digest TEXT NOT NULL, size INTEGER NOT NULL,
    diff_id TEXT NOT NULL, raw_size INTEGER NOT NULL) WITHOUT ROWID;
PRAGMA user_version = {VERSION};
"""
