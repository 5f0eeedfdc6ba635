"""No secret of a host is anywhere in its facts, whichever subject read the file it is in."""

from __future__ import annotations

import json
from pathlib import Path

from migrator.agent import facts
from tests.agent.test_secrets import PLANTED
from tests.agent.trees import grown


def test_no_planted_secret_is_in_the_document(tmp_path: Path) -> None:
    """Nowhere in the facts, whichever subject reads the file."""
    tree = {path: content for path, content, _ in PLANTED}
    tree |= {
        "proc/7/cmdline": "mysqld\0--password=hunter2\0-phunter2\0",
        "proc/7/environ": "DB_PASSWORD=hunter2\0",
        "proc/7/stat": "7 (mysqld) S 1 7 7 0 -1 0\n",
        "proc/7/status": "Name:\tmysqld\nUid:\t0\t0\t0\t0\n",
        "proc/1/comm": "systemd\n",
        "etc/systemd/system/shop.service": "[Service]\nEnvironment=DB_PASSWORD=hunter2 A=b\n"
        "ExecStart=/opt/shop --token hunter2 redis://:hunter2@r/0\n",
        "etc/default/shop": "export SHOP_PASSWORD=hunter2\n",
        "etc/rsyslog.conf": "*.* :ommysql:db,syslog,user,hunter2\n",
        "etc/yum.repos.d/x.repo": "[x]\nbaseurl=https://bob:hunter2@m/x\npassword=hunter2\n",
        "etc/passwd": "ops:$6$hunter2$hunter2hunter2:1000:1000::/home/ops:/bin/sh\n",
        "etc/group": "web:$1$hunter2$hunter2hunter2:1:\n",
        "etc/sudoers": 'Defaults env_file="/x"\nops ALL = /bin/mount -o password=hunter2 x\n',
        "etc/ppp/chap-secrets": "a * hunter2 *\n",
        "etc/logrotate.d/x": "/var/log/x {\n postrotate\n  mysqladmin -phunter2 flush-logs\n"
        " endscript\n}\n",
        "etc/mysql/my.cnf": "[client]\npassword=hunter2\n",
        "etc/supervisord.conf": "[program:x]\ncommand=/opt/x --password=hunter2\n"
        'environment=API_TOKEN="hunter2"\n',
        "etc/haproxy/haproxy.cfg": "listen stats\n bind :9000\n stats auth admin:hunter2\n",
        "etc/nginx/sites-enabled/x": "server {\n listen 80;\n proxy_pass http://u:hunter2@b/;\n}\n",
        "etc/sysconfig/network-scripts/keys-wlan0": "KEY1=s:hunter2\n",
        "etc/sysctl.d/x.conf": "net.x = 1\n",
        "etc/environment": "HTTP_PROXY=http://bob:hunter2@proxy:3128\nAPI_TOKEN=hunter2\n",
        "etc/profile.d/x.sh": "export HTTP_PROXY=http://bob:hunter2@proxy:3128\n",
    }
    root = grown(tmp_path, tree)
    recording: list[tuple[list[str], str]] = [(["hostname"], "h\n")]
    document = json.dumps(facts.facts({"root": root, "recording": recording}))
    places = [document[max(0, i - 120) : i + 20] for i in _all(document, "hunter2")]
    assert places == []
    assert '"secrets": []' not in document


def _all(text: str, word: str) -> list[int]:
    return [i for i in range(len(text)) if text.startswith(word, i)]
