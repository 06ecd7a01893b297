#!/bin/sh
# Installs the Debian packages named, or says the one command that does.
[ $# -eq 0 ] && exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  echo "These packages are missing: $*" >&2
  echo "Install them with:  sudo apt-get update && sudo apt-get install -y $*" >&2
  exit 1
fi
echo "Installing $*" >&2
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@" >/dev/null
