#!/bin/sh
# Process 1 until the prestart steps are done; then the init begins.
# 37 is SIGRTMIN+3, for which not every shell has a name.
# shellcheck disable=SC2172
trap 'exit 143' TERM INT PWR 37
read -r _ </run/migrator/gate && exec "$@"
