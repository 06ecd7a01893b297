#!/bin/sh
# What the capture binding is measured against and checked with.
set -u
missing=""
need() { command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] || missing="$missing $2"; }
need ip iproute2
need dumpcap tshark
need tcpdump tcpdump
need tcpreplay tcpreplay
need valgrind valgrind
need g++ g++
exec sh "$(dirname "$0")/install-packages.sh" $missing
