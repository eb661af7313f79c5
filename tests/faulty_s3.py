"""A way to a real S3 on which things go wrong: it hands requests on to the server, but for those that a test spoils."""

from __future__ import annotations

import contextlib
import http.client
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from orchestration.s3.seaweed import S3Endpoint

HANDED_ON, LOST_ANSWER, REFUSED, CUT = "handed on", "lost answer", "refused", "cut"
ERROR = "<?xml version='1.0'?><Error><Code>{code}</Code><Message>as the test wants it</Message></Error>"


@dataclass
class Way:
    """What becomes of each request: `spoil` is asked with method and path, and says a fault or an HTTP status."""

    url: str = ""
    spoil: Callable[[str, str], str | tuple[int, str]] = lambda _method, _path: HANDED_ON
    seen: list[tuple[str, str]] = field(default_factory=list)

    def first(self, times: int, fault: str | tuple[int, str], method: str = "PUT") -> None:
        """Spoil the first requests of a kind."""
        left = iter(range(times))
        self.spoil = lambda verb, _path: (
            fault if verb == method and next(left, None) is not None else HANDED_ON
        )

    def count(self, method: str = "PUT") -> int:
        """How many requests of a kind came."""
        return sum(verb == method for verb, _ in self.seen)


@contextlib.contextmanager
def way_to(endpoint: S3Endpoint) -> Iterator[Way]:
    """A port of its own before the server."""
    way = Way()
    handler = type("Handler", (_Handler,), {"way": way, "target": urlsplit(endpoint.url).netloc})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as before:
        way.url = f"http://127.0.0.1:{before.server_port}"
        threading.Thread(target=before.serve_forever, daemon=True).start()
        yield way
        before.shutdown()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    way: Way
    target: str

    def log_message(self, *_: Any) -> None:
        pass

    def pass_on(self) -> None:
        path = self.path.partition("?")[0]
        self.way.seen.append((self.command, path))
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fault = self.way.spoil(self.command, path)
        if fault == REFUSED:
            self.close_connection = True
        elif isinstance(fault, tuple):
            self.answer(fault[0], [("Content-Type", "application/xml")], ERROR.format(code=fault[1]).encode())
        else:
            status, headers, answer = self.ask(body)
            if fault == LOST_ANSWER:
                self.close_connection = True
            else:
                self.answer(status, headers, answer, cut=fault == CUT)

    def ask(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        """The server's answer: the request is signed, so it goes on as it came."""
        server = http.client.HTTPConnection(self.target, timeout=30)
        server.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() != "expect":
                server.putheader(name, value)
        server.endheaders(body)
        found = server.getresponse()
        answer = found.read()
        server.close()
        own = ("transfer-encoding", "connection")
        return found.status, [(n, v) for n, v in found.getheaders() if n.lower() not in own], answer

    def answer(self, status: int, headers: list[tuple[str, str]], body: bytes, cut: bool = False) -> None:
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        if not any(name.lower() == "content-length" for name, _ in headers):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[: len(body) // 2] if cut else body)
        self.close_connection = self.close_connection or cut

    do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = pass_on  # noqa: N815


def client_of(url: str, endpoint: S3Endpoint, attempts: int = 2) -> Any:
    """The administrator's client by way of `url`."""
    return boto3.client(
        "s3", endpoint_url=url, region_name="us-east-1", aws_access_key_id=endpoint.admin.access_key,
        aws_secret_access_key=endpoint.admin.secret_key,
        config=Config(
            retries={"mode": "standard", "total_max_attempts": attempts}, s3={"addressing_style": "path"},
            connect_timeout=2, read_timeout=5,
        ),
    )  # fmt: skip
