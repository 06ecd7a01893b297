#!/bin/sh
# The npm packages. Some are compiled where there is no binary of theirs; Node's headers beside it need no download.
set -eu
prefix="$(node -p 'require("path").dirname(require("path").dirname(process.execPath))')"
if [ -z "${npm_config_nodedir:-}" ] && [ -e "$prefix/include/node/node_api.h" ]; then
  export npm_config_nodedir="$prefix"
fi
exec npm ci --no-audit --no-fund
