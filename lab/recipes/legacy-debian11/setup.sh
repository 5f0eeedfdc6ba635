#!/bin/sh -eu
# Runs in the chroot once packages and files are in place.
useradd --system --home-dir /opt/inventory --shell /usr/sbin/nologin inventory
useradd --create-home --shell /bin/bash ops
useradd --create-home --shell /bin/bash auditor
echo 'auditor:correct horse' | chpasswd
chmod 0440 /etc/sudoers.d/people

install -d -o root -g adm -m 0750 /var/log/inventory
install -d -m 1777 /var/log/jobs
install -d -o inventory -g inventory -m 0750 /opt/inventory/var
chown root:inventory /etc/inventory/env
chmod 0640 /etc/inventory/env
openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=legacy \
    -keyout /etc/inventory/tls.key -out /etc/inventory/tls.crt 2>/dev/null
chown root:inventory /etc/inventory/tls.key
chmod 0640 /etc/inventory/tls.key
echo 'db.example.org:5432:inventory:inventory:n0t-a-real-passw0rd' > /home/ops/.pgpass
chown ops:ops /home/ops/.pgpass
chmod 0600 /home/ops/.pgpass

cp /bin/nc.openbsd /opt/inventory/bin/portcheck
setcap cap_net_bind_service+ep /opt/inventory/bin/portcheck
setfacl -m u:inventory:rw,g:adm:r /opt/inventory/etc/acl.conf
setfattr -n user.origin -v 'imported 2014' /opt/inventory/etc/xattr.conf
ln /opt/inventory/etc/link-a /opt/inventory/etc/link-b
truncate -s 64M /opt/inventory/var/index.db
printf 'head of the index' | dd of=/opt/inventory/var/index.db conv=notrunc status=none
printf 'tail of the index' |
    dd of=/opt/inventory/var/index.db bs=1 seek=33554432 conv=notrunc status=none
chown inventory:inventory /opt/inventory/var/index.db

crontab -u ops - <<'CRON'
# the stock list of the night shift
* * * * * /opt/inventory/bin/note user
CRON
crontab -u root - <<'CRON'
# at each start one check is queued for later
@reboot echo /opt/inventory/bin/note at | at now + 1 minute 2>/dev/null
CRON
echo '/opt/inventory/bin/note at' | at 04:00 2037-01-01 2>/dev/null

update-rc.d legacyd defaults
systemctl enable nftables.service inventory.service inventory-snapshot.timer
