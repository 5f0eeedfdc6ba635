#!/bin/sh -eu
useradd --system --home-dir /var/lib/ledger --shell /usr/sbin/nologin ledger
install -d -o ledger -g ledger -m 0750 /var/lib/ledger
install -o ledger -g ledger /dev/null /var/lib/ledger/numbers
install -d -m 1777 /var/log/jobs
systemctl enable ledger.service front.service note.timer
