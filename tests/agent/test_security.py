from __future__ import annotations

import base64
import contextlib
import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrator.agent import security
from migrator.agent.host import Host
from migrator.agent.security import certificates, der, privileged, selinux
from migrator.decode import decode
from migrator.facts.security import Security
from tests.agent.trees import grown

# Made with openssl: C=DE, O=Example, CN=www.example.org, three alternative names.
CERTIFICATE = (
    "MIICgTCCAeqgAwIBAgIUey3STYnNwmCbD1FgDQr9Rguql+cwDQYJKoZIhvcNAQELBQAwOTELMAkGA1UEBhMCREUx"
    "EDAOBgNVBAoMB0V4YW1wbGUxGDAWBgNVBAMMD3d3dy5leGFtcGxlLm9yZzAgFw0yNjExMjQwNzQ1MTFaGA8yMTI2"
    "MTAzMTA3NDUxMVowOTELMAkGA1UEBhMCREUxEDAOBgNVBAoMB0V4YW1wbGUxGDAWBgNVBAMMD3d3dy5leGFtcGxl"
    "Lm9yZzCBnzANBgkqhkiG9w0BAQEFAAOBjQAwgYkCgYEAqZZ6vE8ygjZCjw/llCsclCtmtXLDmFnE4vDl1ANdXGuN"
    "jUu36AJmhtjuFNQUWzN6CTFtjAAJu5r91Dj0coLkwJbJ1JkiQoeSWJxvV0NL/p/9Oum03LUXJXRWrADtY2mxmk7J"
    "Ifr03+wKiHJ5ubLIbNVB6xeCiveuvv/XTl8xEPUCAwEAAaOBgzCBgDAdBgNVHQ4EFgQUkQ5pZ53jNue1a2QIsTkp"
    "A6V0zZYwHwYDVR0jBBgwFoAUkQ5pZ53jNue1a2QIsTkpA6V0zZYwDwYDVR0TAQH/BAUwAwEB/zAtBgNVHREEJjAk"
    "gg93d3cuZXhhbXBsZS5vcmeCC2V4YW1wbGUub3JnhwTAAAIHMA0GCSqGSIb3DQEBCwUAA4GBAJVHCHyIqPYXnRMo"
    "dZ4sY0FeQNrzQYdYZpwA0TB/UhyqcB2JJK7vq1PE5FK8AQ/kZxcEeC4WNZQMBy+96bsnV4AaNH0aMbLY1VaLejFc"
    "Mvm+l8aWHZKu5MKHtN3r2cW+07H0lPNl526ePlLTR9+VLcy9T4jw/m5Ay2rixw0AsZ7U"
)
PEM = f"-----BEGIN CERTIFICATE-----\n{CERTIFICATE}\n-----END CERTIFICATE-----\n"
TREE = {
    "etc/selinux/config": "# x\nSELINUX=enforcing\nSELINUXTYPE=targeted\n",
    "etc/selinux/targeted/active/booleans.local": "# auto\nhttpd_can_network_connect=1\n",
    "etc/selinux/targeted/active/file_contexts.local": "/srv/web(/.*)?    system_u:object_r:x:s0\n",
    "sys/fs/selinux/enforce": "0",
    "sys/module/apparmor/parameters/enabled": "Y\n",
    "sys/kernel/security/apparmor/profiles": "/usr/sbin/ntpd (enforce)\nman_filter (complain)\nx\n",
    "etc/apparmor.d/local/usr.sbin.ntpd": "# local\n/srv/** r,\n",
    "etc/apparmor.d/local/README": "about\n",
    "etc/apparmor.d/local/empty": "# nothing\n",
    "etc/apparmor.d/disable/usr.sbin.rsyslogd": "",
    "etc/audit/rules.d/b.rules": "-w /etc/passwd -p wa -k identity\n",
    "etc/audit/rules.d/a.rules": "## First\n-D\n",
    "proc/sys/crypto/fips_enabled": "1\n",
    "etc/crypto-policies/config": "# which\nLEGACY\n",
    "etc/ssh/sshd_config": "#Port 22\nPort 2222\nInclude /etc/ssh/sshd_config.d/*.conf\n"
    "Match Group sftp\n  ChrootDirectory /srv\nMatch all\nUsePAM=yes\n",
    "etc/ssh/sshd_config.d/a.conf": "PermitRootLogin no\n",
    "usr/bin/sudo": "x",
    "usr/bin/plain": "x",
    "usr/share/odd": "x",
    "etc/letsencrypt/live/example.org/cert.pem": PEM,
    "etc/pki/tls/certs/ca-bundle.crt": PEM,
    "etc/pki/tls/certs/broken.crt": PEM.replace(CERTIFICATE, "AAAA"),
}


@pytest.fixture
def host(tmp_path: Path) -> Host:
    root = grown(tmp_path, TREE)
    for name in ("usr/bin/sudo", "usr/share/odd"):
        (tmp_path / name).chmod(0o4755)
    return Host(root)


def test_selinux(host: Host) -> None:
    found = selinux.read(host)
    assert (found["mode"], found["configured"], found["policy"]) == (
        "permissive",
        "enforcing",
        "targeted",
    )
    assert [(row["key"], row["value"]) for row in found["changes"]] == [
        ("httpd_can_network_connect", "1"),
        ("/srv/web(/.*)?", "system_u:object_r:x:s0"),
    ]


def test_the_rest(host: Host) -> None:
    found = security.read(host, {})
    assert found["apparmor"] == {
        "enabled": True,
        "profiles": [
            {"name": "/usr/sbin/ntpd", "mode": "enforce"},
            {"name": "man_filter", "mode": "complain"},
        ],
        "local": ["/etc/apparmor.d/local/usr.sbin.ntpd"],
        "disabled": ["usr.sbin.rsyslogd"],
    }
    assert host.unparsed[0]["raw"] == "x"
    assert [row["raw"] for row in found["audit"]] == ["-D", "-w /etc/passwd -p wa -k identity"]
    assert (found["fips"], found["crypto_policy"]) == (True, "LEGACY")
    assert [(row["match"], row["key"], row["value"]) for row in found["sshd"]] == [
        ("", "Port", "2222"),
        ("", "PermitRootLogin", "no"),
        ("Group sftp", "Match", "Group sftp"),
        ("Group sftp", "ChrootDirectory", "/srv"),
        ("", "Match", "all"),
        ("", "UsePAM", "yes"),
    ]
    assert [(row["path"], row["mode"]) for row in found["privileged"]] == [
        ("/usr/bin/sudo", "4755")
    ]
    assert not host.failures
    decode(Security, json.loads(json.dumps(found)))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("0100000200200000000000000000000000000000", "cap_net_raw=ep"),
        ("0000000200300000000000000000000000000000", "cap_net_admin,cap_net_raw=p"),
        ("010000030000000000200000000000000000000001000000", "cap_net_raw=ei"),
        ("010000020000000000000000000000000000000000", ""),
        ("0100000200000000000000008000000000000000", "cap_bpf=ep"),
        ("0100000100200000000000", ""),
        ("010000010020000000000000", "cap_net_raw=ep"),
        ("0100000200000000000000000000008000000000", "cap_63=ep"),
        ("", ""),
    ],
)
def test_capabilities_are_named_as_getcap_does(value: str, shown: str) -> None:
    assert privileged.decoded_capabilities(bytes.fromhex(value)) == shown


def test_a_file_with_capabilities(tmp_path: Path) -> None:
    root = grown(tmp_path, {"usr/bin/ping": "x"})
    (tmp_path / "usr/bin/ping").chmod(0o755)
    value = bytes.fromhex("0100000200200000000000000000000000000000")
    os.setxattr(tmp_path / "usr/bin/ping", "security.capability", value)
    (found,) = privileged.read(Host(root))
    assert found["capabilities"] == "cap_net_raw=ep"


def test_certificates(host: Host) -> None:
    found = certificates.read(
        host, [{"certificates": ["/etc/letsencrypt/live/example.org/cert.pem"]}]
    )
    assert found == [
        {
            "path": "/etc/letsencrypt/live/example.org/cert.pem",
            "subject": "C=DE, O=Example, CN=www.example.org",
            "issuer": "C=DE, O=Example, CN=www.example.org",
            "names": ["www.example.org", "example.org", "192.0.2.7"],
            "not_before": "2026-11-24T07:45:11Z",
            "not_after": "2126-10-31T07:45:11Z",
        }
    ]
    assert [row["where"] for row in host.unparsed] == ["/etc/pki/tls/certs/broken.crt"]


DER = base64.b64decode(CERTIFICATE)


@given(st.integers(0, len(DER)), st.binary(max_size=8), st.integers(0, 8))
def test_a_damaged_certificate_is_malformed_or_read(at: int, data: bytes, cut: int) -> None:
    damaged = DER[:at] + data + DER[at + cut :]
    with contextlib.suppress(der.Malformed):
        assert set(der.certificate(damaged)) == set(der.certificate(DER))


@given(st.binary(max_size=60))
def test_any_bytes_are_no_capability_that_raises(data: bytes) -> None:
    assert isinstance(privileged.decoded_capabilities(data), str)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(name=st.sampled_from(sorted(TREE)), data=st.binary(max_size=60), cut=st.integers(0, 60))
def test_no_bytes_make_a_reader_fail(tmp_path: Path, name: str, data: bytes, cut: int) -> None:
    host = Host(grown(tmp_path, TREE))
    content = TREE[name].encode()
    (tmp_path / name).write_bytes(content[:cut] + data + content[cut:])
    decode(Security, json.loads(json.dumps(security.read(host, {}))))
    assert not [failure for failure in host.failures if failure["kind"] == "failed"]
