#!/bin/sh -eu
# Runs in the chroot once packages and files are in place.
install -d -m 1777 /var/log/jobs
pg_ctlcluster 15 main start
runuser -u postgres -- psql --quiet <<'SQL'
CREATE DATABASE market;
\connect market
CREATE TABLE price (id bigserial PRIMARY KEY, at timestamptz, amount float);
INSERT INTO price (at, amount) SELECT now(), n FROM generate_series(1, 20000) AS n;
SQL
pg_ctlcluster 15 main stop
echo '* * * * * /usr/local/bin/note user' | crontab -u www-data -
systemctl enable quotes.service ticker.service
