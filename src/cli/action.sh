#!/usr/bin/env bash
# Runs `trusttrail check` for the GitHub Action: patterns become files, and SARIF is written besides.
set -uo pipefail
shopt -s globstar nullglob dotglob

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
IFS=
files=()
while IFS= read -r pattern; do
  pattern="${pattern#"${pattern%%[![:space:]]*}"}"
  pattern="${pattern%"${pattern##*[![:space:]]}"}"
  [ -n "$pattern" ] || continue
  # Spaces do not part a pattern, for IFS is empty; `*`, `?` and `[…]` are opened.
  matches=($pattern)
  if [ "${#matches[@]}" -eq 0 ]; then
    echo "::error::no file is called or fits $pattern" >&2
    exit 2
  fi
  for match in "${matches[@]}"; do
    case "$match" in */node_modules/* | node_modules/*) continue ;; esac
    [ -d "$match" ] || files+=("$match")
  done
done <<< "$PATHS"
if [ "${#files[@]}" -eq 0 ]; then
  echo '::error::the input `paths` names no file' >&2
  exit 2
fi

options=(--fail-on "${FAIL_ON:-high}")
[ -z "${CONFIG:-}" ] || options+=(--config "$CONFIG")
[ -z "${ROLE:-}" ] || options+=(--role "$ROLE")

# What is printed quotes policies, which whoever opens a pull request writes: a line of it that begins with `::` would be a
# command to the runner (GitHub Docs, "Workflow commands": stopping and starting workflow commands).
if [ -n "${GITHUB_ACTIONS:-}" ]; then
  marker="$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
  [ "${#marker}" -eq 32 ] || exit 2
  echo "::stop-commands::$marker"
fi
node "$here/trusttrail.js" check "${options[@]}" -- "${files[@]}"
status=$?
[ -z "${GITHUB_ACTIONS:-}" ] || printf '\n::%s::\n' "$marker"
if [ -n "${SARIF:-}" ] && [ "$status" -lt 2 ]; then
  node "$here/trusttrail.js" check "${options[@]}" --format sarif -- "${files[@]}" > "$SARIF" 2> /dev/null
  [ -z "${GITHUB_OUTPUT:-}" ] || echo "sarif=$SARIF" >> "$GITHUB_OUTPUT"
fi
exit "$status"
