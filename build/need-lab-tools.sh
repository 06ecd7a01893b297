#!/bin/sh
# What the lab of labelled handshakes runs: as many TLS stacks as Debian and npm have. What can't be had is told and left out by the lab.
set -u
here="$(dirname "$0")"
missing=""
need() { command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] || missing="$missing $2"; }
need_file() { [ -e "$1" ] || missing="$missing $2"; }
need ip iproute2
need sysctl procps
need tcpdump tcpdump
need openssl openssl
need curl curl
need chromium chromium
need nginx nginx-light
need apache2 apache2
need haproxy haproxy
need lighttpd lighttpd
need gnutls-serv gnutls-bin
need selfserv libnss3-tools
need go golang-go
need javac openjdk-17-jdk-headless
need escript erlang-base
need gcc gcc
need cargo cargo
need ghc ghc
need_file /usr/share/cargo/registry/rustls-0.20.8 librust-rustls-dev
need_file /usr/share/cargo/registry/rustls-pemfile-1.0.0 librust-rustls-pemfile-dev
ls /usr/lib/haskell-packages/ghc/lib/*/tls-* >/dev/null 2>&1 || missing="$missing libghc-tls-dev libghc-network-dev libghc-data-default-dev"
need_file /usr/include/stdio.h libc6-dev
need_file /usr/include/wolfssl/ssl.h libwolfssl-dev
need_file /usr/include/mbedtls/ssl.h libmbedtls-dev
need_file /usr/include/android/openssl/ssl.h android-libboringssl-dev
need_file /usr/share/java/bctls.jar libbctls-java
need_file /usr/bin/python3 python3
ls /usr/lib/erlang/lib/ssl-* >/dev/null 2>&1 || missing="$missing erlang-ssl"
for library in gnutls mbedtls wolfssl; do need_file "/usr/lib/lighttpd/mod_$library.so" "lighttpd-mod-$library"; done
/usr/bin/python3 -c "import pycurl" >/dev/null 2>&1 || missing="$missing python3-pycurl"
# Bun brings BoringSSL, Deno brings rustls. Their absence is no reason to stop: the lab says so.
[ -x "$here/lab-runtimes/node_modules/.bin/deno" ] || (cd "$here/lab-runtimes" && npm ci --no-audit --no-fund --silent) || true
exec sh "$here/install-packages.sh" $missing
