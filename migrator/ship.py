"""A read-only registry on loopback that serves the store: targets pull only what they lack."""

from __future__ import annotations

import contextlib
import http.server
import re
import secrets
import shutil
import threading
from collections.abc import Iterator
from http import HTTPStatus

from migrator.store import Store
from migrator.store.layout import MANIFEST

AT_MOST = 0.02  # seconds that the server's end takes
REQUEST = re.compile(r"/v2/([a-z0-9]+)/[a-z0-9._-]+/(manifests|blobs)/(sha256:[0-9a-f]{64})\Z")
RANGE = re.compile(r"bytes=(\d{1,18})-\Z")  # of a client whose connection was cut in a blob
TYPES = {
    "manifests": MANIFEST,
    "blobs": "application/octet-stream",
}


@contextlib.contextmanager
def served(store: Store) -> Iterator[tuple[int, str]]:
    """(port, prefix) where the store is served on 127.0.0.1 while the block runs.

    Other users of the machine cannot guess the prefix, which begins every repository's name.
    """
    secret = secrets.token_hex(16)

    class Handler(_Handler):
        blobs = store
        prefix = secret

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(AT_MOST,), daemon=True).start()
        try:
            yield server.server_port, secret
        finally:
            server.shutdown()


class _Handler(http.server.BaseHTTPRequestHandler):
    blobs: Store
    prefix: str
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def log_message(self, format: str, *args: object) -> None:
        """Silent: what is pulled shows in the launch."""

    def _answer(self, with_body: bool) -> None:
        if self.path == "/v2/":
            self._head(HTTPStatus.OK, "application/json", 0)
            return
        wanted = REQUEST.match(self.path)
        path = self.blobs.blob(wanted[3]) if wanted and wanted[1] == self.prefix else None
        if wanted is None or path is None or not path.exists():
            self._head(HTTPStatus.NOT_FOUND, "application/json", 0)
            return
        size = path.stat().st_size
        resumed = RANGE.match(self.headers.get("Range", ""))
        start = int(resumed[1]) if resumed else 0
        if resumed and start < size:
            self._head(HTTPStatus.PARTIAL_CONTENT, TYPES[wanted[2]], size, wanted[3], start)
        else:
            start = 0
            self._head(HTTPStatus.OK, TYPES[wanted[2]], size, wanted[3])
        if with_body:
            with path.open("rb") as handle:
                handle.seek(start)
                shutil.copyfileobj(handle, self.wfile, 1 << 20)

    def _head(
        self, status: HTTPStatus, kind: str, whole: int, digest: str = "", start: int = 0
    ) -> None:
        self.send_response(status)
        if status == HTTPStatus.PARTIAL_CONTENT:
            self.send_header("Content-Range", f"bytes {start}-{whole - 1}/{whole}")
        size = whole - start
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(size))
        if digest:
            self.send_header("Docker-Content-Digest", digest)
        self.end_headers()
