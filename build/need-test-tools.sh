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
here="$(dirname "$0")"
sh "$here/install-packages.sh" $missing || exit 1

# Other implementations of gRPC. Not every system has them: tests of what is not there are skipped, and say so.
missing=""
command -v go >/dev/null 2>&1 || missing="$missing golang-go"
[ -d /usr/share/gocode/src/google.golang.org/grpc ] || missing="$missing golang-google-grpc-dev"
command -v javac >/dev/null 2>&1 || missing="$missing default-jdk-headless"
for name in grpc netty perfmark; do
  set -- /usr/share/java/"$name"-*.jar
  [ -e "$1" ] || missing="$missing lib$name-java"
done
sh "$here/install-packages.sh" $missing || echo "Without$missing some tests are skipped." >&2
