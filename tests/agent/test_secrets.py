from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrator.agent import secrets
from migrator.agent.host import Host
from migrator.agent.secrets import files, keys
from migrator.decode import decode
from migrator.facts.secrets import Secret
from tests.agent.trees import grown

PEM = "-----BEGIN {}PRIVATE KEY-----\nhunter2\n-----END {}PRIVATE KEY-----\n"
# Path, content, and what must be said of it: (kind, detail, line) of each secret; hunter2 is one.
PLANTED: list[tuple[str, str, list[tuple[str, str, int]]]] = [
    ("etc/shadow", "ops:$6$hunter2$hunter2hunter2:1::::::\n", [("shadow", "", 0)]),
    ("home/ops/.pgpass", "db:5432:*:ops:hunter2\n", [("password-file", "PostgreSQL", 0)]),
    ("root/.my.cnf", "[client]\npassword = hunter2\n", [("password-file", "MySQL", 0)]),
    ("root/.netrc", "machine h login u password hunter2\n", [("password-file", "netrc", 0)]),
    ("etc/app/tls.key", PEM.format("", ""), [("private-key", "PKCS8", 0)]),
    ("home/ops/.ssh/id_rsa", PEM.format("RSA ", "RSA "), [("private-key", "RSA", 0)]),
    (
        "etc/ssh/ssh_host_rsa_key",
        PEM.format("OPENSSH ", "OPENSSH "),
        [("ssh-host-key", "", 0)],
    ),
    ("root/k.ppk", "PuTTY-User-Key-File-2: ssh-rsa\nhunter2\n", [("private-key", "PuTTY", 0)]),
    ("etc/app/store.jks", "\udcfe\udced\udcfe\udcedhunter2", [("private-key", "Java keystore", 0)]),
    ("etc/x.p12", "0\udc82\x04\x00\x02\x01\x03hunter2", [("private-key", "PKCS12", 0)]),
    ("etc/krb5.keytab", "\x05\x02hunter2", [("keytab", "Kerberos", 0)]),
    (
        "root/.aws/credentials",
        "[default]\naws_secret_access_key = hunter2\n",
        [("password-file", "AWS", 0)],
    ),
    (
        "root/.docker/config.json",
        '{"auths": {"r": {"auth": "hunter2"}}}',
        [("password-file", "registry", 0)],
    ),
    (
        "var/www/blog/wp-config.php",
        "<?php\n$x = 1;\ndefine( 'DB_PASSWORD', 'hunter2' );\n",
        [("setting", "DB_PASSWORD", 3)],
    ),
    (
        "srv/app/settings.py",
        'DATABASES = {\n  "PASSWORD": "hunter2",\n}\n',
        [("setting", "PASSWORD", 2)],
    ),
    (
        "srv/rails/config/database.yml",
        "production:\n  user: a\n  password: hunter2\n",
        [("setting", "password:", 3)],
    ),
    ("opt/app/.env", "PORT=1\nAPI_KEY=hunter2\n", [("setting", "API_KEY", 2)]),
    (
        "opt/java/application.properties",
        "spring.datasource.password=hunter2\n",
        [("setting", "spring.datasource.password", 1)],
    ),
    (
        "etc/cron.d/backup",
        "0 1 * * * root mysqldump -uroot -phunter2 a > /b\n"
        "*/5 * * * * root PGPASSWORD=hunter2 psql\n",
        [("setting", "-p", 1), ("setting", "PGPASSWORD", 2)],
    ),
    ("var/spool/cron/root", "0 1 * * * curl -u bob:hunter2 http://x\n", [("setting", "-u", 1)]),
    (
        "home/ops/.bash_history",
        "ls\nmysql -u root -phunter2\nexport API_TOKEN=hunter2\n",
        [("history", "-p", 2), ("history", "API_TOKEN", 3)],
    ),
    (
        "etc/NetworkManager/system-connections/office",
        "[wifi-security]\npsk=hunter2\n",
        [("password-file", "NetworkManager", 0)],
    ),
    (
        "etc/netplan/01.yaml",
        'network:\n  wifis:\n    w:\n      password: "hunter2"\n',
        [("password-file", "netplan", 0)],
    ),
    (
        "etc/apt/sources.list",
        "deb https://bob:hunter2@mirror/debian stable main\n",
        [("setting", "https://bob:", 1)],
    ),
    ("etc/apt/auth.conf", "machine m login u password hunter2\n", [("password-file", "apt", 0)]),
    ("etc/snmp/snmpd.conf", "rocommunity hunter2\n", [("setting", "rocommunity", 1)]),
    ("etc/slapd.conf", "suffix dc=x\nrootpw hunter2\n", [("setting", "rootpw", 2)]),
    (
        "etc/sssd/sssd.conf",
        "[domain/x]\nldap_default_authtok = hunter2\n",
        [("setting", "ldap_default_authtok", 2)],
    ),
    ("etc/ldap.secret", "hunter2\n", [("password-file", "LDAP", 0)]),
    (
        "etc/nginx/.htpasswd",
        "bob:$apr1$hunter2$hunter2\n",
        [("password-file", "hashes of web users", 0)],
    ),
    (
        "root/.kube/config",
        "users:\n- user:\n    token: hunter2\n",
        [("password-file", "Kubernetes", 0)],
    ),
    (
        "srv/tf/terraform.tfstate",
        '{"terraform_version": "1", "x": "hunter2"}',
        [("store", "Terraform state", 0)],
    ),
    ("etc/ansible/.vault_pass", "hunter2\n", [("password-file", "vault", 0)]),
    (
        "etc/wireguard/wg0.conf",
        "[Interface]\nPrivateKey = hunter2\n",
        [("private-key", "WireGuard", 0)],
    ),
    ("root/.gnupg/private-keys-v1.d/A.key", "hunter2", [("private-key", "OpenPGP", 0)]),
    ("etc/postfix/sasl_passwd", "[relay] user:hunter2\n", [("password-file", "mail relay", 0)]),
    (
        "etc/fstab",
        "//nas/x /mnt cifs username=a,password=hunter2 0 0\n",
        [("setting", "password", 1)],
    ),
    (
        "etc/letsencrypt/accounts/acme/d/1/private_key.json",
        '{"kty": "RSA", "d": "hunter2"}',
        [("private-key", "ACME account", 0)],
    ),
    (
        "opt/tomcat/conf/tomcat-users.xml",
        '<user username="a" password="hunter2" roles="b"/>\n',
        [("setting", "password", 1)],
    ),
]
# Names that sound secret, without a secret.
INNOCENT = {
    "etc/app/notes.key": "no key at all\n",
    "etc/app/empty.pem": "",
    "etc/app/cert.pem": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    "home/ops/.pgpass": "# nothing\n",
    "etc/app.conf": "# password = hunter2\npassword_file = /etc/app/pw\n"
    "password = ${DB_PASSWORD}\n",
    "etc/ssh/sshd_config": "PasswordAuthentication yes\nPermitEmptyPasswords no\n",
    "etc/sudoers": "ops ALL=(ALL) NOPASSWD: ALL\n",
    "etc/pam.d/common-account": "account [success=1 new_authtok_reqd=done] pam_unix.so\n",
    "etc/nsswitch.conf": "passwd: files sss\nshadow: files\n",
    "etc/pam.d/common-password": "password requisite pam_pwquality.so retry=3\n",
    "etc/login.defs": "PASS_MAX_DAYS 99999\nPASS_WARN_AGE 7\n",
    "srv/app/settings.py": "PASSWORD = os.environ['DB_PASSWORD']\nTOKEN = get('x')\n",
    "srv/app/node_modules/x/.env": "API_KEY=hunter2\n",
    "etc/logcheck/ignore.d.server/mariadb": "sshd: Accepted password: hunter2 for root\n",
    "opt/py/lib/python3.9/config.py": "password = 'hunter2'\n",
}


def of_files(host: Host) -> list[dict[str, Any]]:
    return list(files.read(host))


@pytest.mark.parametrize(("path", "content", "expected"), PLANTED, ids=[row[0] for row in PLANTED])
def test_a_secret_is_named(
    tmp_path: Path, path: str, content: str, expected: list[tuple[str, str, int]]
) -> None:
    found = of_files(Host(grown(tmp_path, {path: content})))
    assert [(row["kind"], row["detail"], row["line"]) for row in found] == expected
    assert {row["path"] for row in found} == {f"/{path}"}


@pytest.mark.parametrize("path", INNOCENT)
def test_a_name_alone_is_no_secret(tmp_path: Path, path: str) -> None:
    assert of_files(Host(grown(tmp_path, {path: INNOCENT[path]}))) == []


def test_permissions_are_facts(tmp_path: Path) -> None:
    root = grown(tmp_path, {"etc/tls.key": PEM.format("", "")})
    (tmp_path / "etc/tls.key").chmod(0o644)
    (found,) = of_files(Host(root))
    assert (found["mode"], found["uid"]) == ("0644", (tmp_path / "etc/tls.key").stat().st_uid)


def test_units_and_processes(tmp_path: Path) -> None:
    tree = {
        "etc/app/env": "API_TOKEN=hunter2\nPORT=1\n",
        "proc/7/environ": "A=b\0DB_PASSWORD=hunter2\0URL=redis://:hunter2@r\0PWD=/root\0",
    }
    unit = {
        "name": "shop.service",
        "fragment": "/etc/systemd/system/shop.service",
        "environment_names": ["DB_PASSWORD", "LANG"],
        "commands": ["/opt/shop --token=<redacted>"],
        "properties": {"EnvironmentFiles": "/etc/app/env (ignore_errors=no)"},
    }
    process = {"pid": 7, "exe": "/opt/shop", "command": ["/opt/shop", "--password", "hunter2"]}
    host = Host(grown(tmp_path, tree))
    found = secrets.read(host, {"units": [unit], "processes": [process, process]})
    assert [(row["kind"], row["path"], row["detail"]) for row in found] == [
        ("setting", "/etc/app/env", "API_TOKEN"),
        ("token", "/etc/systemd/system/shop.service", "DB_PASSWORD in shop.service"),
        ("token", "/etc/systemd/system/shop.service", "--token in shop.service"),
        ("token", "/etc/app/env", "API_TOKEN in shop.service"),
        ("process", "/opt/shop", "DB_PASSWORD in the environment of a process"),
        ("process", "/opt/shop", "URL in the environment of a process"),
        ("process", "/opt/shop", "--password on the command line of a process"),
    ]
    assert not host.failures


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(row=st.sampled_from(PLANTED), cut=st.integers(0, 60), data=st.binary(max_size=40))
def test_no_bytes_make_it_fail(tmp_path: Path, row: Any, cut: int, data: bytes) -> None:
    root = grown(tmp_path, {row[0]: row[1]})
    content = row[1].encode("utf-8", "surrogateescape")
    (tmp_path / row[0]).write_bytes(content[:cut] + data + content[cut:])
    host = Host(root)
    found = json.loads(json.dumps(secrets.read(host, {"units": [], "processes": []})))
    for secret in found:
        decode(Secret, secret)
    assert not [failure for failure in host.failures if failure["kind"] == "failed"]


@given(st.binary(max_size=100), st.sampled_from(["/a.p12", "/a.key", "/ssh_host_x"]))
def test_bytes_are_no_key(data: bytes, path: str) -> None:
    kind, _ = keys.kind(path, data)
    assert kind in ("", "private-key")
