#!/bin/sh
# What the build itself needs; installed where this user may, named where not.
set -u
missing=""
command -v g++ >/dev/null 2>&1 || missing="$missing g++"
command -v make >/dev/null 2>&1 || missing="$missing make"
command -v python3 >/dev/null 2>&1 || missing="$missing python3"
[ -e /usr/include/pcap/pcap.h ] || [ -e /usr/include/pcap.h ] || missing="$missing libpcap-dev"
exec sh "$(dirname "$0")/install-packages.sh" $missing
