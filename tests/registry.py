"""Debian's docker-registry with TLS and a login, for the tests that ship by a registry."""

from __future__ import annotations

import base64
import contextlib
import datetime
import ipaddress
import json
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import bcrypt
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "mover", "correct horse"
PATIENCE = 30  # seconds until it answers


@dataclass(frozen=True)
class Registry:
    name: str  # address:port
    ca: Path
    log: Path

    def login(self, path: Path, password: str = PASSWORD) -> Path:
        """A file as ``skopeo login --authfile`` writes it."""
        words = base64.b64encode(f"{USER}:{password}".encode()).decode()
        path.write_text(json.dumps({"auths": {self.name: {"auth": words}}}))
        return path

    def uploads(self) -> int:
        """How many blobs were put into it so far."""
        return self.log.read_text(errors="replace").count("PUT /v2/")


@contextlib.contextmanager
def served(base: Path, address: str = "127.0.0.1") -> Iterator[Registry]:
    with socket.socket() as probe:
        probe.bind((address, 0))
        name = f"{address}:{probe.getsockname()[1]}"
    base.mkdir(parents=True, exist_ok=True)
    _certificate(base, address)
    known = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(5)).decode()
    (base / "htpasswd").write_text(f"{USER}:{known}\n")
    tls = {"certificate": str(base / "registry.crt"), "key": str(base / "registry.key")}
    settings = {
        "version": 0.1,
        "storage": {"filesystem": {"rootdirectory": str(base / "data")}},
        "http": {"addr": name, "tls": tls},
        "auth": {"htpasswd": {"realm": "lab", "path": str(base / "htpasswd")}},
    }
    (base / "config.yml").write_text(yaml.safe_dump(settings))
    log = base / "log"
    with log.open("wb") as said:
        command = ["docker-registry", "serve", str(base / "config.yml")]
        process = subprocess.Popen(command, stdout=said, stderr=said)
        try:
            made = Registry(name, base / "registry.crt", log)
            _wait(made)
            yield made
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE)


def _wait(made: Registry) -> None:
    trusted = ssl.create_default_context(cafile=str(made.ca))
    end = time.monotonic() + PATIENCE
    while True:
        try:
            urllib.request.urlopen(f"https://{made.name}/v2/", context=trusted, timeout=5)
        except urllib.error.HTTPError as error:
            error.close()
            assert error.code == 401, "it asks for a login"
            return
        except OSError:
            assert time.monotonic() < end, made.log.read_text()
            time.sleep(0.1)


def _certificate(base: Path, address: str) -> None:
    """Its own CA."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "registry of the tests")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    (base / "registry.crt").write_bytes(made.public_bytes(pem))
    (base / "registry.key").write_bytes(key.private_bytes(pem, *private))
