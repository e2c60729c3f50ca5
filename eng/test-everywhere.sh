#!/usr/bin/env bash
# Runs the README's test command as other machines would: busy ones, of other cultures, with smaller instruction sets, from a path with a
# space, and without data. Prints one line a run; ends with 1 if any run failed, or skipped a test (but for the one without data).
# Takes ten times as long as the tests.
# Usage: eng/test-everywhere.sh [NAME…], of: busy culture instructions space nodata
set -uo pipefail
cd "$(dirname "$0")/.."
data=$(realpath -m "${INKLING_DATA:-$PWD/../shared/data}") # one run is in another folder
logs=$(mktemp -d)
failed=0

run() { # run TITLE [VARIABLE=VALUE…]
  local title=$1; shift
  local verdict=passed
  env INKLING_DATA="$data" "$@" dotnet test -c Release --max-parallel-test-modules 1 >"$logs/log" 2>&1 || verdict=FAILED
  # A test that was skipped tells nothing about the machine that is tried; without data, some must be.
  if [ "$title" != "without data" ] && [ "$(sed -nE 's/^ *skipped: *([0-9]+).*/\1/p' "$logs/log" | tail -n 1)" != 0 ]; then verdict=FAILED; fi
  [ $verdict = passed ] || failed=1
  printf '%-28s %s  %s\n' "$title" "$verdict" "$(grep -E '^ *(succeeded|failed|skipped|duration):' "$logs/log" | tail -n 4 | tr -s ' ' | tr '\n' ' ')"
  if [ $verdict = FAILED ]; then cp "$logs/log" "$logs/$title.log"; grep -E '^(failed|skipped) |\[(FAIL|SKIP)\]|error ' "$logs/log" | head -20; echo "  all of it: $logs/$title.log"; fi
}

wanted() { [ $# -eq 1 ] || case " ${*:2} " in *" $1 "*) ;; *) return 1 ;; esac; }

dotnet build -c Release >"$logs/build" || { tail -20 "$logs/build"; exit 1; }

if wanted busy "$@"; then
  busy=()
  for _ in $(seq "$(nproc)"); do (while :; do :; done) & busy+=($!); done
  trap 'kill "${busy[@]}" 2>/dev/null' EXIT
  for i in 1 2 3; do run "every core busy, $i"; done
  kill "${busy[@]}"; wait "${busy[@]}" 2>/dev/null
fi
if wanted culture "$@"; then
  for culture in de_DE tr_TR ar_SA; do run "$culture" LANG=$culture.UTF-8 LC_ALL=$culture.UTF-8; done
fi
if wanted instructions "$@"; then
  run "without AVX-512" DOTNET_EnableAVX512F=0
  run "without AVX2" DOTNET_EnableAVX2=0
fi
if wanted nodata "$@"; then
  run "without data" INKLING_DATA=
fi
if wanted space "$@"; then
  folder="$logs/a path with a space"
  git clone -q . "$folder" && cd "$folder" && run "from a path with a space"
  cd - >/dev/null && rm -rf "$folder"
fi
exit $failed
