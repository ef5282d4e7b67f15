#!/bin/sh
# Shows that /mcp works with real clients and servers: the reference client of the protocol (TypeScript) and ./vivace mcp (the
# Java SDK's client) list, call, hear progress and cancel, with the reference server behind the gateway over stdio and over
# HTTP; both are killed in the middle and come back.
#
#   docs/examples/mcp-check.sh [FOLDER]
#
# Needs Node.js 20 and npm. The packages are installed in FOLDER, which is kept; without it, in a temporary one, which is not.
# Exit code 0 if all checks hold, 1 if one does not, 2 if something is missing.
set -eu

case ${1-} in
  -h | --help)
    sed -n '2,9s/^# \{0,1\}//p' "$0"
    exit 0
    ;;
esac
root=$(cd "$(dirname "$0")/../.." && pwd)
for tool in node npm; do
  command -v "$tool" >/dev/null || {
    echo "mcp-check: needs $tool (Node.js 20 or newer: https://nodejs.org)" >&2
    exit 2
  }
done

if [ $# -gt 0 ]; then
  mkdir -p "$1"
  folder=$(cd "$1" && pwd)
else
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  trap 'exit 130' INT TERM
fi
cp "$root/docs/examples/mcp-check.mjs" "$folder/"
[ -d "$folder/node_modules/@modelcontextprotocol/server-everything" ] || {
  echo "Installing the client and the server ..."
  (cd "$folder" && npm install --silent --no-audit --no-fund --no-save --prefix . \
    @modelcontextprotocol/sdk@1.32.2 @modelcontextprotocol/server-everything@2026.8.31) || {
    echo "mcp-check: npm cannot install the packages" >&2
    exit 2
  }
}
"$root/vivace" --version >/dev/null # builds, if need be
node "$folder/mcp-check.mjs" "$root/vivace"
