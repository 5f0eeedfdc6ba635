"""A host with one of each service whose own files are read."""

from __future__ import annotations

import json
from typing import Any

NGINX = """user www-data; # who
http {
    upstream app { server 10.0.0.1:8080; server unix:/run/app.sock weight=2; }
    include sites/*.conf;
    server { listen 80 default_server; return 301 https://$host; }
}
"""
SITE = """server {
    listen 443 ssl;
    server_name shop.example.org "www.example.org";
    root /srv/shop;
    ssl_certificate /etc/tls/shop.pem;
    location / { proxy_pass http://app/; }
    location ~ \\.php$ { fastcgi_pass unix:/run/php.sock; }
    location /old { proxy_pass http://bob:hunter2@old; }
}
"""
APACHE = """ServerRoot "/etc/httpd"
Listen 80
LoadModule ssl_module modules/mod_ssl.so
ServerName main.example.org
DocumentRoot "/var/www/html"
IncludeOptional conf.d/*.conf
"""
VHOST = """# comment
<VirtualHost *:443 [::]:443>
  ServerName a.example.org
  ServerAlias b.example.org c.example.org
  DocumentRoot "/srv/a b"
  SSLCertificateFile /etc/pki/tls/certs/a.crt
  ProxyPass /app http://127.0.0.1:8080/app retry=0
  <Location /x>
    Require all granted
  </Location>
</VirtualHost>
"""
HAPROXY = """global
  maxconn 100
frontend www
  bind :443 ssl crt /etc/haproxy/site.pem
  default_backend app
backend app
  mode http
  server a1 10.0.0.1:80 check
  server a2 10.0.0.2:80 check
listen stats
  bind 127.0.0.1:9000
  stats auth admin:hunter2
"""
TREE = {
    "etc/nginx/nginx.conf": NGINX,
    "etc/nginx/sites/shop.conf": SITE,
    "etc/httpd/conf/httpd.conf": APACHE,
    "etc/httpd/conf.d/a.conf": VHOST,
    "etc/haproxy/haproxy.cfg": HAPROXY,
    "etc/mysql/my.cnf": "[mysqld]\nport = 3307\n!includedir /etc/mysql/conf.d/\n",
    "etc/mysql/conf.d/a.cnf": "[mysqld]\ndatadir=/data/mysql\nbind-address = 0.0.0.0\n",
    "data/mysql/shop/t.ibd": "x" * 5000,
    "data/mysql/ibdata1": "x",
    "etc/postgresql/14/main/postgresql.conf": "data_directory = '/data/pg'\nport = 5433 # why\n"
    "#max_connections = 7\nmax_connections=200\nprimary_conninfo = 'host=a password=hunter2'\n",
    "etc/postgresql/14/main/start.conf": "# auto\nauto\n",
    "data/pg/PG_VERSION": "14\n",
    "etc/redis/redis.conf": "bind 127.0.0.1\nport 6380\ndir /data/redis\nrequirepass hunter2\n",
    "etc/postfix/main.cf": "myhostname = mail.example.org\nrelayhost = [relay]:587\n",
    "etc/samba/smb.conf": "[global]\n  workgroup = CORP\n[homes]\n x = y\n"
    "[data]\n  path = /srv/d\n",
    "etc/rsyncd.conf": "uid = nobody\n[backup]\n  path = /srv/b\n  auth users = ops\n",
    "etc/supervisor/conf.d/w.conf": "[program:worker]\ncommand=/opt/w --token hunter2\nuser=web\n",
    "etc/php/8.1/fpm/pool.d/www.conf": "[www]\nlisten = /run/php.sock\nuser = www-data\n",
    "etc/php/8.1/fpm/pool.d/b.conf": "[b]\nphp_value[session.save_path] = /srv/b/sessions\n",
    "etc/php/8.1/fpm/php.ini": "[Session]\n;session.save_path = x\nsession.save_handler = files\n",
    "etc/monit/conf.d/a": "check process sshd with pidfile /run/sshd.pid\n",
    "root/.pm2/dump.pm2": '[{"name": "api", "pm_exec_path": "/srv/api.js", '
    '"env": {"A": "hunter2"}}]',
    "etc/oratab": "# x\nORCL:/u01/db:Y\n",
    "etc/bind/named.conf": 'zone "example.org" {\n type master;\n file "/var/z";\n};\n',
    "etc/drbd.d/r0.res": "resource r0 {\n device /dev/drbd0;\n disk /dev/sdb;\n}\n",
    "etc/caddy/Caddyfile": "a.example.org, b.example.org {\n"
    " reverse_proxy :8080\n root * /srv/c\n}\n",
    "var/lib/docker/containers/abc/config.v2.json": json.dumps(
        {
            "Name": "/web",
            "Config": {"Image": "nginx:1", "Env": ["P=hunter2"]},
            "State": {"Running": True},
        }
    ),
    "var/lib/docker/containers/abc/hostconfig.json": json.dumps(
        {"RestartPolicy": {"Name": "always"}, "PortBindings": {"80/tcp": [{"HostPort": "8080"}]}}
    ),
    "var/lib/containers/storage/overlay-containers/containers.json": json.dumps(
        [{"id": "d", "names": ["db"], "metadata": '{"image-name": "postgres:14"}'}]
    ),
    "var/lib/lxc/old/config": "lxc.rootfs = /var/lib/lxc/old/rootfs\nlxc.start.auto = 1\n",
    "etc/tomcat9/server.xml": '<!-- <Connector port="1"/> --><Connector\n port="8080"/>'
    '<Host name="localhost"/>',
    "var/lib/tomcat9/webapps/shop/x": "",
}
NAMES = [
    *("nginx", "httpd", "haproxy", "mysql", "postgresql", "redis-server", "postfix", "smbd"),
    *("rsync", "supervisor", "php8.1-fpm", "monit", "pm2-root", "oracle", "named", "drbd"),
    *("caddy", "docker", "podman", "lxc", "tomcat9"),
]
JAVA = [
    "/usr/bin/java",
    "-Xmx512m",
    "-cp",
    "/a:/b",
    "-Dp.password=hunter2",
    "org.example.Main",
    "x",
]


def unit(name: str, **given: Any) -> dict[str, Any]:
    row = {"name": f"{name}.service", "load": "loaded", "active": "inactive", "enabled": "enabled"}
    return {**row, **given}


def process(pid: int, *command: str, exe: str = "") -> dict[str, Any]:
    return {"pid": pid, "command": list(command), "exe": exe or command[0], "unit": ""}


FOUND: dict[str, Any] = {
    "units": [unit(name) for name in NAMES],
    "processes": [
        process(7, "nginx: master process /usr/sbin/nginx", exe="/usr/sbin/nginx"),
        process(8, *JAVA),
        process(9, "/usr/bin/java", "-Xmx1g", "org.apache.catalina.startup.Bootstrap", "start"),
    ],
    "packages": {"installed": [{"name": "nginx", "version": "1.18.0-6"}]},
    "network": {
        "listeners": [{"port": 8443, "pid": 7, "unit": ""}, {"port": 1, "pid": 0, "unit": ""}]
    },
}
