"""What a host offers to others, and what it takes from them."""

from __future__ import annotations

import json
from pathlib import Path

from tests.agent.test_storage import read


def test_nfs_exports(tmp_path: Path) -> None:
    text = (
        "# to the web\n/srv/web 10.0.0.0/24(rw,sync) \\\n   *.example.org(ro)\n"
        '"/srv/my data" host(rw)\n/srv/a\\040b\n-sync\n'
    )
    found, host = read(tmp_path, {"etc/exports": text, "etc/exports.d/x.exports": "/x *(ro)\n"})
    assert [(row.where, row.path, row.options) for row in found.exports] == [
        ("/etc/exports:2", "/srv/web", ("10.0.0.0/24(rw,sync)", "*.example.org(ro)")),
        ("/etc/exports:4", "/srv/my data", ("host(rw)",)),
        ("/etc/exports:5", "/srv/a b", ()),
        ("/etc/exports.d/x.exports:1", "/x", ("*(ro)",)),
    ]
    assert [row["raw"] for row in host.unparsed] == ["-sync"]


def test_samba_shares(tmp_path: Path) -> None:
    text = (
        "odd\n[global]\n workgroup = SHOP\n ; no = 1\n[data]\n  Path = /srv/data\n"
        "  valid users = @shop\n  root password = hunter2\n"
    )
    found, host = read(tmp_path, {"etc/samba/smb.conf": text})
    whole, share = found.exports
    assert (whole.name, whole.path, whole.options) == ("global", "", ("workgroup = SHOP",))
    assert (share.protocol, share.name, share.path) == ("smb", "data", "/srv/data")
    assert "valid users = @shop" in share.options and "hunter2" not in str(found.exports)
    assert share.where == "/etc/samba/smb.conf:5"
    assert [row["raw"] for row in host.unparsed] == ["odd"]


def test_iscsi_targets(tmp_path: Path) -> None:
    said = {
        "storage_objects": [{"name": "disk0", "plugin": "block", "dev": "/dev/vg/lun0"}],
        "targets": [
            {
                "fabric": "iscsi",
                "wwn": "iqn.2003-01.org.example:t1",
                "tpgs": [
                    {
                        "luns": [{"index": 0, "storage_object": "/backstores/block/disk0"}],
                        "node_acls": [{"chap_password": "hunter2"}],
                    }
                ],
            }
        ],
    }
    tgt = (
        "<target iqn.2008-09.com.example:t2>\n  backing-store /dev/sdb\n  incominguser u hunter2\n"
    )
    files = {"etc/target/saveconfig.json": json.dumps(said), "etc/tgt/targets.conf": tgt}
    found, _ = read(tmp_path, files)
    assert [(row.name, row.path, row.options) for row in found.exports] == [
        ("iqn.2003-01.org.example:t1", "/dev/vg/lun0", ("disk0=/dev/vg/lun0",)),
        ("iqn.2008-09.com.example:t2", "/dev/sdb", ("backing-store=/dev/sdb",)),
    ]
    assert "hunter2" not in str(found)


def test_iscsi_disks(tmp_path: Path) -> None:
    node = "var/lib/iscsi/nodes/iqn.2001-05.com.example:a"
    files = {
        "etc/iscsi/initiatorname.iscsi": "# own\nInitiatorName=iqn.1994-05.com.redhat:1\n",
        f"{node}/10.0.0.9,3260,1/default": "node.startup = automatic\n"
        "node.session.auth.password = hunter2\n",
        f"{node}/10.0.1.9,3260,1": "node.startup = manual\n",
    }
    found, _ = read(tmp_path, files)
    assert found.iscsi_initiator == "iqn.1994-05.com.redhat:1"
    assert [(row.target, row.portal, row.startup) for row in found.iscsi] == [
        ("iqn.2001-05.com.example:a", "10.0.0.9:3260", "automatic"),
        ("iqn.2001-05.com.example:a", "10.0.1.9:3260", "manual"),
    ]
    assert "hunter2" not in str(found)


def test_automounts(tmp_path: Path) -> None:
    files = {
        "etc/auto.master": "/misc auto.misc --timeout=60\n/net -hosts\n+auto.master\n/odd\n"
        "/prog /etc/auto.prog\n/home ldap:ou=home\n",
        "etc/auto.master.d/x.autofs": "/- /etc/auto.direct\n",
        "etc/auto.misc": "cd -fstype=iso9660,ro :/dev/cdrom\n"
        "data -fstype=cifs,username=u,password=hunter2 \\\n  ://nas/data\n* nas:/home/&\n",
        "etc/auto.direct": "/srv/nas nas:/srv\n",
        "etc/auto.prog": "#!/bin/sh\necho never read\n",
    }
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/auto.prog").touch(mode=0o755)
    found, host = read(tmp_path, files)
    assert [(row.path, row.key, row.location) for row in found.automounts] == [
        ("/misc", "", "auto.misc"),
        ("/misc", "cd", ":/dev/cdrom"),
        ("/misc", "data", "://nas/data"),
        ("/misc", "*", "nas:/home/&"),
        ("/net", "", "-hosts"),
        ("", "", "+auto.master"),
        ("/prog", "", "/etc/auto.prog"),
        ("/home", "", "ldap:ou=home"),
        ("/-", "", "/etc/auto.direct"),
        ("/-", "/srv/nas", "nas:/srv"),
    ]
    assert found.automounts[1].options == "-fstype=iso9660,ro"
    assert "hunter2" not in str(found)
    assert [row["raw"] for row in host.unparsed] == ["/odd"]
