#!/bin/sh -eu
# Runs in the chroot once packages and files are in place.
a2enmod --quiet proxy_fcgi setenvif
a2enconf --quiet php8.2-fpm
install -d -m 1777 /var/log/jobs
install -d -o root -g adm -m 0750 /var/log/shop

mariadbd-safe --skip-networking >/dev/null 2>&1 &
mariadb-admin --wait=30 --silent ping >/dev/null
mariadb <<'SQL'
CREATE DATABASE shop;
CREATE TABLE shop.orders (id INT PRIMARY KEY, article VARCHAR(80)) ENGINE=InnoDB;
INSERT INTO shop.orders VALUES (1, 'kettle'), (2, 'lamp'), (3, 'blue thread');
CREATE USER shop@localhost IDENTIFIED BY 'n0t-a-real-passw0rd';
GRANT ALL ON shop.* TO shop@localhost;
SQL
mariadb-admin shutdown
wait

useradd --create-home --shell /bin/bash clerk
echo '* * * * * /usr/local/bin/note user' | crontab -u clerk -
units=/home/clerk/.config/systemd/user
install -d -o clerk -g clerk "$units" /home/clerk/.config /home/clerk/.config/systemd \
    "$units/timers.target.wants"
cat > "$units/till.service" <<'UNIT'
[Service]
Type=oneshot
ExecStart=/usr/local/bin/note user-timer
UNIT
cat > "$units/till.timer" <<'UNIT'
[Timer]
OnCalendar=*:*:0/10
AccuracySec=1s
UNIT
ln -s ../till.timer "$units/timers.target.wants/till.timer"
chown -R clerk:clerk /home/clerk
install -d /var/lib/systemd/linger
touch /var/lib/systemd/linger/clerk
systemctl enable shop-index.timer shop-year.timer
