"""The shipped proxy lets nobody in but the operator's own pages: J9, T2."""

import http.client
import os
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from adapters.loopback import free_port

Ports = dict[str, int]
PUBLISHED = ("8080", "8233", "8025")


@pytest.fixture(scope="module")
def configuration(root: Path, project: dict[str, Any]) -> str:
    here, _, _ = str(*project["services"]["proxy"]["volumes"]).split(":")
    return (root / here).read_text()


def test_every_port_the_proxy_publishes_is_refused_under_any_other_name(
    configuration: str, project: dict[str, Any]
) -> None:
    published = {port.split(":")[-1] for port in project["services"]["proxy"]["ports"]}
    assert set(re.findall(r"listen (\d+) default_server;", configuration)) == published
    assert set(re.findall(r"listen (\d+);", configuration)) == published
    assert set(re.findall(r"server_name (.*);", configuration)) == {"localhost 127.0.0.1"}


def test_the_proxy_leads_to_services_that_exist(configuration: str, project: dict[str, Any]) -> None:
    behind = set(re.findall(r"set \$\w+ ([\w-]+):\d+;", configuration))
    assert behind == set(project["services"]["proxy"]["depends_on"])


class _Behind(BaseHTTPRequestHandler):
    """What must not be reached from elsewhere."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET  # noqa: N815 - the name http.server looks for

    def log_message(self, *_: object) -> None:
        """Nothing."""


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def ports(configuration: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ports]:
    """The shipped file in a real nginx, moved to other ports and another directory."""
    tmp_path = tmp_path_factory.mktemp("proxy")
    nginx = shutil.which("nginx")
    if not nginx:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("needs nginx: the rules themselves are nginx's")
    behind = ThreadingHTTPServer(("127.0.0.1", 0), _Behind)
    threading.Thread(target=behind.serve_forever, daemon=True).start()
    ports = {port: free_port() for port in PUBLISHED}
    moved = re.sub(r"(set \$\w+) [\w-]+:\d+;", rf"\1 127.0.0.1:{behind.server_port};", configuration)
    moved = re.sub(r"listen (\d+)", lambda found: f"listen 127.0.0.1:{ports[found[1]]}", moved)
    file = tmp_path / "nginx.conf"
    file.write_text(moved.replace("/tmp/", f"{tmp_path}/"))
    process = subprocess.Popen([nginx, "-e", "stderr", "-p", str(tmp_path), "-c", str(file), "-g", "daemon off;"])
    try:
        while process.poll() is None and not all(map(_listens, ports.values())):
            time.sleep(0.05)
        assert process.poll() is None, "nginx refused the file"
        yield ports
    finally:
        process.terminate()
        process.wait(300)
        behind.shutdown()


def answered(port: int, method: str, **headers: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    connection.putrequest(method, "/api/v1/namespaces", skip_host=True)
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value.replace("PORT", str(port)))
    connection.endheaders()
    try:
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize("published", PUBLISHED)
@pytest.mark.parametrize(
    ("expected", "method", "headers"),
    [
        (200, "GET", {"Host": "localhost:PORT"}),
        (200, "GET", {"Host": "127.0.0.1:PORT"}),
        (200, "POST", {"Host": "localhost:PORT", "Origin": "http://localhost:PORT"}),
        (421, "GET", {"Host": "evil.test:PORT"}),
        (421, "GET", {"Host": "localhost.evil.test"}),
        (421, "GET", {"Host": "evil.test", "Origin": "http://evil.test"}),
        (400, "GET", {}),
        (403, "POST", {"Host": "localhost:PORT", "Origin": "http://evil.test", "Content-Type": "text/plain"}),
        (403, "POST", {"Host": "localhost:PORT", "Origin": "null"}),
        (403, "POST", {"Host": "localhost:PORT", "Origin": "http://localhost:1"}),
        (403, "POST", {"Host": "localhost:PORT", "Origin": "http://127.0.0.1:PORT"}),
        (403, "GET", {"Host": "localhost:PORT", "Origin": "http://evil.test", "Upgrade": "websocket"}),
    ],
)
def test_a_page_from_elsewhere_reaches_nothing(
    ports: Ports, published: str, expected: int, method: str, headers: dict[str, str]
) -> None:
    assert answered(ports[published], method, **headers) == expected
