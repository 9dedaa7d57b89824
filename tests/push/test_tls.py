"""A server with a certificate."""

from __future__ import annotations

import json
import ssl
import subprocess
from pathlib import Path

import pytest
import websockets

from rendercanvas_rfb.errors import ConfigurationError
from rendercanvas_rfb.server import Server
from tests.push.serving import HELLO, add_display, http


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a certificate for this machine, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
            *("-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")),
        ],
        check=True,
        capture_output=True,
    )
    return folder


class TestTls:
    async def test_pages_and_sockets_are_encrypted(self, certificate: Path) -> None:
        trust = ssl.create_default_context(cafile=str(certificate / "cert.pem"))
        cert, key = certificate / "cert.pem", certificate / "key.pem"
        with Server(port=0, ssl_certfile=cert, ssl_keyfile=key) as server:
            add_display(server)
            assert server.url("plot").startswith("https://127.0.0.1:")
            async with http(server, verify=trust) as client:
                assert (await client.get("plot/")).status_code == 200
            address = server.url("plot").replace("https", "wss") + "ws"
            async with websockets.connect(address, ssl=trust) as socket:
                await socket.send(HELLO)
                assert json.loads(await socket.recv())["type"] == "welcome"

    def test_a_certificate_that_is_none_is_refused_at_once(self, tmp_path: Path) -> None:
        (tmp_path / "bad.pem").write_text("nothing")
        for file in ("bad.pem", "missing.pem"):
            with pytest.raises(ConfigurationError, match="cannot serve with the certificate"):
                Server(ssl_certfile=tmp_path / file)
        with pytest.raises(ConfigurationError, match="ssl_keyfile needs ssl_certfile"):
            Server(ssl_keyfile="key.pem")
