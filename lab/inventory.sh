#!/bin/sh -eu
# The running lab hosts as an Ansible inventory script.
cd "$(dirname "$(readlink -f "$0")")/.."
exec python3 -m lab inventory --list
