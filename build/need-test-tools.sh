#!/bin/sh
# What the tests need beyond the build: real servers, clients and a browser.
set -u
missing=""
command -v nginx >/dev/null 2>&1 || [ -x /usr/sbin/nginx ] || missing="$missing nginx-light"
command -v curl >/dev/null 2>&1 || missing="$missing curl"
command -v ip >/dev/null 2>&1 || [ -x /usr/sbin/ip ] || missing="$missing iproute2"
command -v openssl >/dev/null 2>&1 || missing="$missing openssl"
command -v tcpdump >/dev/null 2>&1 || [ -x /usr/bin/tcpdump ] || missing="$missing tcpdump"
command -v h2load >/dev/null 2>&1 || missing="$missing nghttp2-client"
command -v nghttpx >/dev/null 2>&1 || [ -x /usr/sbin/nghttpx ] || missing="$missing nghttp2-proxy"
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
command -v dot >/dev/null 2>&1 || missing="$missing graphviz"
[ -d /usr/lib/python3/dist-packages/grpc ] || missing="$missing python3-grpcio"
command -v systemd-analyze >/dev/null 2>&1 || missing="$missing systemd"
exec sh "$(dirname "$0")/install-packages.sh" $missing
