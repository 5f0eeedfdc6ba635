"""A root file system with packages of rpm, made by the real rpmbuild and rpm."""

from __future__ import annotations

import subprocess
from pathlib import Path

SPEC = """\
Name: app
Epoch: 2
Version: 1.0
Release: 3
Summary: a package for the tests
License: none
Group: Applications/Tests
Vendor: Example
BuildArch: noarch
%description
Has a file of each kind.
%package empty
Summary: a package without files
%description empty
None.
%prep
%build
%install
cd %{buildroot}
mkdir -p etc usr/bin usr/share/app var/log
echo one > etc/app.conf
echo two > etc/kept.conf
printf '#!/bin/sh\\n' > usr/bin/app
cp usr/bin/app usr/bin/ping
ln -s app usr/bin/app-link
echo read > usr/share/app/readme
echo gone > usr/share/app/gone
echo data > usr/share/app/data
touch var/log/app.log
%files
%config /etc/app.conf
%config(noreplace) %attr(0640, root, daemon) /etc/kept.conf
%attr(0755, root, root) /usr/bin/app
%attr(0755, root, root) %caps(cap_net_raw=ep) /usr/bin/ping
/usr/bin/app-link
%dir /usr/share/app
%doc /usr/share/app/readme
/usr/share/app/gone
/usr/share/app/data
%ghost /var/log/app.log
%files empty
"""
ACCOUNTS = {
    "etc/passwd": "root:x:0:0::/root:/bin/sh\ndaemon:x:1:1::/:/bin/false\n",
    "etc/group": "root:x:0:\ndaemon:x:1:\n",
}


def install(top: Path, database: str = "/var/lib/rpm") -> Path:
    """Build SPEC below ``top`` and install it in a root there; needs root."""
    (top / "app.spec").write_text(SPEC)
    build = ["rpmbuild", "-bb", "--quiet", "--define", f"_topdir {top}/build", top / "app.spec"]
    subprocess.run(build, check=True, capture_output=True)
    root = top / "root"
    for name, text in ACCOUNTS.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    rpms = sorted((top / "build").rglob("*.rpm"))
    command = ["rpm", "--root", root, "--dbpath", database, "-i", "--nodeps", *rpms]
    subprocess.run(command, check=True, capture_output=True)
    return root


def verify(root: Path, database: str = "/var/lib/rpm") -> dict[str, str]:
    """Path -> what rpm itself says of it, such as "S.5....T." or "missing"."""
    command = ["rpm", "--root", root, "--dbpath", database, "-Va", "--nodeps", "--noscripts"]
    done = subprocess.run(command, capture_output=True, text=True)
    lines = (line.split() for line in done.stdout.splitlines())
    return {words[-1]: words[0] for words in lines}
