#!/bin/sh
# The binding's core under AddressSanitizer and UndefinedBehaviorSanitizer, then under valgrind. More captures may be named.
set -eu
here="$(cd "$(dirname "$0")" && pwd)"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
gunzip -c "$here/../../../demo/recorded.pcap.gz" >"$folder/recorded.pcap"
compile() {
  g++ -std=c++17 -g -O1 -Wall -Wextra -Werror "$@" "$here"/capture.cc "$here"/file-window.cc "$here"/pcapng-output.cc "$here"/check.cc -lpcap \
    -lpthread -o "$folder/check"
}
echo "AddressSanitizer, UndefinedBehaviorSanitizer"
compile -fsanitize=address,undefined -fno-sanitize-recover=all
"$folder/check" "$folder/recorded.pcap" "$@"
echo "valgrind"
compile
valgrind --quiet --leak-check=full --show-leak-kinds=definite,indirect,possible --errors-for-leak-kinds=definite,indirect,possible \
  --error-exitcode=1 "$folder/check" "$folder/recorded.pcap" "$@"
