from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrator.agent import accounts
from migrator.agent.accounts import directories, groups, keys, pam, rights, users
from migrator.agent.host import Host
from migrator.decode import decode
from migrator.facts.accounts import Accounts
from tests.agent.trees import grown

DAY = 86400
ED25519 = "AAAAC3NzaC1lZDI1NTE5AAAAIBERERERERERERERERERERERERERERERERERERERERER"
RSA = (
    "AAAAB3NzaC1yc2EAAAADAQABAAAAQQDXxgPBo8zVq8hvQ7HcRkA2dP1p1t0bqT5cZ6rA9cJXtPj0mSg9lXw8P2P1fQ0Y"
    "oWcF7rQ1kY8bR9dW2n5u3v4x"
)
TREE = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/bash\n"
    "toor:x:0:0::/root:/bin/sh\n"
    "daemon:x:2:2::/sbin:/usr/sbin/nologin\n"
    "ops:x:1000:1000:Operations,,,:/home/ops:/bin/sh\n"
    "gone:x:1001:1001::/home/gone:/bin/sh\n"
    "free:x:1002:1002::/home/free:/bin/sh\n"
    "+nis::::::\n"
    "broken:$6$salt$hash\n",
    "etc/shadow": "root:*:1::::::\ntoor:!$1$salt$hash0123456789abcdef0:1::::::\ndaemon:!!:1::::::\n"
    "ops:$6$salt$hash:19000:0:90:7:30::\ngone:$y$j9T$hash:19000:0:99999:7::19500:\nfree::1::::::\n",
    "etc/group": "root:x:0:\nadm:x:4:ops,root\n",
    "etc/gshadow": "adm:!:root:ops\n",
    "etc/subuid": "ops:100000:65536\n",
    "etc/subgid": "1000:100000:65536\nbroken\n",
    "etc/login.defs": "# x\nUID_MIN 1000\nENCRYPT_METHOD SHA512\n",
    "etc/sudoers": "# top\nDefaults\tenv_reset\n@includedir /etc/sudoers.d\n"
    "User_Alias ADMINS = ops, \\\n    root\n#1000 ALL = /bin/id\n%sudo ALL=(ALL) ALL\n"
    "#include sudoers.local\n",
    "etc/sudoers.d/ops": "ops ALL=(ALL) NOPASSWD: ALL\n@include /etc/sudoers\n",
    "etc/sudoers.d/ops.bak": "ops ALL=(ALL) ALL\n",
    "etc/sudoers.local": "web ALL = PASSWD: /bin/systemctl\n",
    "etc/doas.conf": "# d\npermit nopass ops as root cmd reboot\n",
    "etc/pam.d/sshd": "#%PAM-1.0\nauth required pam_sss.so use_first_pass\n@include common-auth\n"
    "-session optional pam_systemd.so\nsession [success=1 default=ignore] \\\n  pam_limits.so\n",
    "etc/pam.d/sshd.rpmnew": "auth required pam_deny.so\n",
    "etc/ssh/sshd_config": "AuthorizedKeysFile .ssh/authorized_keys /etc/keys/%u\n"
    "TrustedUserCAKeys /etc/ssh/ca.pub\nInclude sshd_config.d/*.conf\n",
    "etc/ssh/sshd_config.d/a.conf": "Match User ops\n  AuthorizedKeysFile /etc/ops-keys\n",
    "etc/ssh/ca.pub": f"ssh-ed25519 {ED25519} ca\n",
    "etc/keys/ops": f'from="10.0.0.0/8,::1",command="dump --password=hunter2" ssh-rsa {RSA} a b\n',
    "home/ops/.ssh/authorized_keys": f"# laptop\n\nssh-ed25519 {ED25519} ops\nssh-ed25519 AAA\n",
    "etc/ops-keys": f"cert-authority ssh-ed25519 {ED25519}\n",
    "var/lib/systemd/linger/ops": "",
    "etc/polkit-1/rules.d/50-ops.rules": "polkit.addRule(x);\n",
    "etc/sssd/sssd.conf": "[sssd]\ndomains = corp\n[domain/corp]\nid_provider = ldap\n"
    "ldap_uri = ldaps://a, ldaps://b\nldap_default_authtok = hunter2\nkrb5_realm = CORP\n",
    "etc/nslcd.conf": "uri ldap://c/\nbase dc=x\nbindpw hunter2\n",
    "etc/krb5.conf": "[libdefaults]\n default_realm = CORP\n[realms]\n CORP = {\n  kdc = k1\n"
    "  kdc = k2\n }\n[domain_realm]\n .x = CORP\n",
    "etc/samba/smb.conf": "[global]\n  security = ADS\n  realm = CORP\n"
    "  workgroup = C\n[a]\n x = y\n",
    "etc/yp.conf": "ypserver n1\ndomain d server n2\n",
}


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(grown(tmp_path, TREE))


def by_name(host: Host, now: int = 20000 * DAY) -> dict[str, dict[str, Any]]:
    return {user["name"]: user for user in users.read(host, now)}


def test_a_password_is_a_state_and_never_a_hash(host: Host) -> None:
    found = by_name(host)
    states = {name: (user["password"], user["hash_method"]) for name, user in found.items()}
    assert states == {
        "root": ("locked", ""),
        "toor": ("locked", "md5"),
        "daemon": ("locked", ""),
        "ops": ("set", "sha512"),
        "gone": ("expired", "yescrypt"),
        "free": ("none", ""),
    }
    assert by_name(host, 19499 * DAY)["gone"]["password"] == "set"
    assert "hash" not in str([list(user.values()) for user in found.values()])
    assert [row["raw"] for row in host.unparsed][:2] == ["+nis::::::", "broken:<redacted>"]


def test_users(host: Host) -> None:
    found = by_name(host)
    assert found["root"]["same_uid"] == ["toor"]
    ages = ("changed", "min_days", "max_days", "warn_days", "inactive_days", "expires")
    assert [found["ops"][key] for key in ages] == [19000, 0, 90, 7, 30, None]
    assert [name for name, user in found.items() if user["system"]] == ["root", "toor", "daemon"]
    assert [name for name, user in found.items() if not user["login"]] == ["daemon"]
    assert [name for name, user in found.items() if user["linger"]] == ["ops"]
    assert found["ops"]["home_uid"] == os.geteuid()
    assert found["gone"]["home_uid"] is None


def test_without_shadow_nobody_knows(tmp_path: Path) -> None:
    tree = {"etc/passwd": "a:x:1:1::/:/bin/sh\n", "etc/shadow": ""}
    (user,) = users.read(Host(grown(tmp_path, tree)), 0)
    assert user["password"] == ""


def test_groups_and_sub_ids(host: Host) -> None:
    assert groups.read(host)[1] == {
        "name": "adm",
        "gid": 4,
        "members": ["ops", "root"],
        "administrators": ["root"],
        "password": "locked",
        "where": "/etc/group:2",
    }
    assert [(row["kind"], row["owner"]) for row in groups.sub_ids(host)] == [
        ("uid", "ops"),
        ("gid", "1000"),
    ]
    assert host.unparsed[-1]["raw"] == "broken"


def test_keys_are_found_where_sshd_looks(host: Host) -> None:
    found = keys.read(host, users.read(host, 0))
    assert [(row["user"], row["use"], row["where"], row["bits"]) for row in found] == [
        ("", "authority", "/etc/ops-keys:1", 256),
        ("ops", "login", "/home/ops/.ssh/authorized_keys:3", 256),
        ("ops", "login", "/etc/keys/ops:1", 512),
        ("", "authority", "/etc/ssh/ca.pub:1", 256),
    ]


def test_sudo_follows_includes_and_joins_lines(host: Host) -> None:
    found = rights.sudo(host)
    assert [(row["where"], row["key"], row["value"]) for row in found] == [
        ("/etc/sudoers:2", "Defaults", "env_reset"),
        ("/etc/sudoers.d/ops:1", "ops", "ALL=(ALL) NOPASSWD: ALL"),
        ("/etc/sudoers:4", "User_Alias", "ADMINS = ops, root"),
        ("/etc/sudoers:6", "#1000", "ALL = /bin/id"),
        ("/etc/sudoers:7", "%sudo", "ALL=(ALL) ALL"),
        ("/etc/sudoers.local:1", "web", "ALL = PASSWD: /bin/systemctl"),
    ]
    assert found[2]["raw"] == "User_Alias ADMINS = ops, \\\n    root"
    assert [row["key"] for row in rights.doas(host)] == ["permit"]
    assert rights.polkit(host) == ["/etc/polkit-1/rules.d/50-ops.rules"]
    assert [(row["key"], row["value"]) for row in rights.defaults(host)] == [
        ("UID_MIN", "1000"),
        ("ENCRYPT_METHOD", "SHA512"),
    ]


def test_pam(host: Host) -> None:
    found = [(row["type"], row["control"], row["module"]) for row in pam.read(host)]
    assert found == [
        ("auth", "required", "pam_sss.so"),
        ("", "@include", "common-auth"),
        ("-session", "optional", "pam_systemd.so"),
        ("session", "[success=1 default=ignore]", "pam_limits.so"),
    ]


def test_directories(host: Host) -> None:
    found = directories.read(host)
    assert [(row["kind"], row["domain"], row["realm"], row["servers"]) for row in found] == [
        ("sssd", "corp", "CORP", ["ldaps://a", "ldaps://b"]),
        ("nslcd", "dc=x", "", ["ldap://c/"]),
        ("winbind", "C", "CORP", []),
        ("kerberos", "", "CORP", ["k1", "k2"]),
        ("nis", "", "", ["n1", "n2"]),
    ]


def test_no_secret_is_shown_and_the_document_loads(host: Host) -> None:
    document = json.loads(json.dumps(accounts.read(host, {"taken_at": 0})))
    assert not host.failures
    decode(Accounts, document)
    assert "hunter2" not in str(document)
    assert "hunter2" not in str(host.unparsed)


PIECES = st.lists(
    st.one_of(
        st.sampled_from([":", "\n", "\\\n", " ", "=", '"', "[", "]", "#", "@include ", "%", "\0"]),
        st.sampled_from(["ops", "x", "ssh-rsa", "AAAA", "/etc/sudoers", "Match all", "include *"]),
        st.text(max_size=5),
    ),
    max_size=30,
).map("".join)
FILES = [name for name in TREE if not name.startswith("var/")]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(name=st.sampled_from(FILES), text=PIECES)
def test_no_text_makes_a_reader_fail(tmp_path: Path, name: str, text: str) -> None:
    tree = {**TREE, name: TREE[name][: len(text) * 3] + text}
    host = Host(grown(tmp_path, tree))
    decode(Accounts, json.loads(json.dumps(accounts.read(host, {"taken_at": 0}))))
    assert not [failure for failure in host.failures if failure["kind"] == "failed"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(lines=st.lists(st.sampled_from(["a:x:1:1::/:/bin/sh", "b:x:2", "::::::", "c"]), max_size=5))
def test_no_line_of_passwd_is_lost(tmp_path: Path, lines: list[str]) -> None:
    host = Host(grown(tmp_path, {"etc/passwd": "".join(f"{line}\n" for line in lines)}))
    assert len(users.read(host, 0)) + len(host.unparsed) == len(lines)
