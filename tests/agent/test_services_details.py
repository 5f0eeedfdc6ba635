from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from migrator.agent import services
from migrator.agent.host import Host
from tests.agent.services_host import FOUND, TREE
from tests.agent.trees import grown


@pytest.fixture
def said(tmp_path: Path) -> dict[str, dict[str, Any]]:
    host = Host(grown(tmp_path, TREE))
    found = services.read(host, FOUND)
    assert not host.failures
    return {service["name"]: service for service in found}


def test_sites_of_nginx(said: dict[str, dict[str, Any]]) -> None:
    shop, plain = said["nginx"]["sites"]
    assert shop == {
        "where": "/etc/nginx/sites/shop.conf:1",
        "names": ["shop.example.org", "www.example.org"],
        "listens": ["443 ssl"],
        "roots": ["/srv/shop"],
        "certificates": ["/etc/tls/shop.pem"],
        "targets": [
            "http://app/",
            "app: 10.0.0.1:8080",
            "app: unix:/run/app.sock",
            "unix:/run/php.sock",
            "http://bob:<redacted>@old",
        ],
    }
    assert (plain["where"], plain["listens"]) == ("/etc/nginx/nginx.conf:5", ["80 default_server"])
    assert said["nginx"]["certificates"] == ["/etc/tls/shop.pem"]


def test_sites_of_apache(said: dict[str, dict[str, Any]]) -> None:
    main, virtual = said["apache"]["sites"]
    assert (main["names"], main["listens"], main["roots"]) == (
        ["main.example.org"],
        ["80"],
        ["/var/www/html"],
    )
    assert virtual == {
        "where": "/etc/httpd/conf.d/a.conf:2",
        "names": ["a.example.org", "b.example.org", "c.example.org"],
        "listens": ["*:443", "[::]:443"],
        "roots": ["/srv/a b"],
        "certificates": ["/etc/pki/tls/certs/a.crt"],
        "targets": ["http://127.0.0.1:8080/app"],
    }
    assert said["apache"]["detail"] == {"modules": "ssl_module"}


def test_haproxy(said: dict[str, dict[str, Any]]) -> None:
    www, stats = said["haproxy"]["sites"]
    assert (www["names"], www["listens"], www["targets"]) == (["www"], [":443"], ["app"])
    assert www["certificates"] == ["/etc/haproxy/site.pem"]
    assert stats["listens"] == ["127.0.0.1:9000"]
    assert said["haproxy"]["parts"][0]["detail"] == {
        "servers": "10.0.0.1:80, 10.0.0.2:80",
        "mode": "http",
    }


def test_databases(said: dict[str, dict[str, Any]]) -> None:
    mysql, postgresql, redis = said["mysql"], said["postgresql"], said["redis"]
    assert mysql["configs"] == ["/etc/mysql/my.cnf", "/etc/mysql/conf.d/a.cnf"]
    assert mysql["detail"] == {"databases": "shop", "bind-address": "0.0.0.0"}
    assert (mysql["ports"], [data["path"] for data in mysql["data"]]) == ([3307], ["/data/mysql"])
    assert 5000 <= mysql["data"][0]["size"] <= 20000
    (cluster,) = postgresql["parts"]
    assert (cluster["kind"], cluster["name"], postgresql["ports"]) == ("cluster", "14/main", [5433])
    assert cluster["detail"] == {
        "port": "5433",
        "data": "/data/pg",
        "version": "14",
        "start": "auto",
        "max_connections": "200",
        "primary_conninfo": "host=a password=<redacted>",
    }
    assert (redis["ports"], redis["detail"]) == ([6380], {"bind": "127.0.0.1"})


@pytest.mark.parametrize(
    ("name", "kind", "part", "detail"),
    [
        ("samba", "share", "data", {"path": "/srv/d"}),
        ("rsyncd", "module", "backup", {"path": "/srv/b", "auth users": "ops"}),
        (
            "supervisor",
            "program",
            "worker",
            {"command": "/opt/w --token <redacted>", "user": "web"},
        ),
        ("php-fpm", "pool", "b", {"php_value[session.save_path]": "/srv/b/sessions"}),
        ("php-fpm", "pool", "www", {"listen": "/run/php.sock", "user": "www-data"}),
        ("monit", "check", "sshd", {"what": "process", "how": "with pidfile /run/sshd.pid"}),
        ("pm2", "program", "api", {"pm_exec_path": "/srv/api.js"}),
        ("oracle", "database", "ORCL", {"home": "/u01/db", "start": "Y"}),
        ("bind", "zone", "example.org", {"type": "master", "file": "/var/z"}),
        ("drbd", "resource", "r0", {"device": "/dev/drbd0", "disk": "/dev/sdb"}),
        (
            "docker",
            "container",
            "web",
            {"image": "nginx:1", "running": "yes", "restart": "always", "ports": "8080->80/tcp"},
        ),
        ("podman", "container", "db", {"image": "postgres:14"}),
        ("lxc", "container", "old", {"root": "/var/lib/lxc/old/rootfs", "start": "1"}),
        ("tomcat", "application", "shop", {}),
    ],
)
def test_parts(
    said: dict[str, dict[str, Any]], name: str, kind: str, part: str, detail: dict[str, str]
) -> None:
    found = [(row["kind"], row["name"], row["detail"]) for row in said[name]["parts"]]
    assert (kind, part, detail) in found


def test_the_rest(said: dict[str, dict[str, Any]]) -> None:
    assert said["php-fpm"]["detail"] == {"session.save_handler": "files"}
    assert said["postfix"]["detail"] == {
        "myhostname": "mail.example.org",
        "relayhost": "[relay]:587",
    }
    assert said["samba"]["detail"]["workgroup"] == "CORP"
    assert said["caddy"]["sites"][0]["names"] == ["a.example.org", "b.example.org"]
    assert said["caddy"]["sites"][0]["targets"] == [":8080"]
    assert said["tomcat"]["ports"] == [8080]
    assert {"heap": "1g", "main": "org.apache.catalina.startup.Bootstrap"} in [
        part["detail"] for part in said["tomcat"]["parts"]
    ]
    assert said["org.example.Main"]["detail"] == {"heap": "512m", "main": "org.example.Main"}
