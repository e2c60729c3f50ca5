#!/usr/bin/env bash
# Everything that needs a real graphics processor, in under six minutes and one table: correctness, the sweep, epochs, the peers
# that are installed there (PyTorch, JAX).
#
#   bench/gpu.sh [--device NAME]                here: builds, and takes MNIST from INKLING_DATA
#   bench/gpu.sh pack DIR                       makes a folder for another machine (linux-x64, no SDK, no network) ...
#   DIR/run.sh [--device NAME]                  ... and this runs it there
#
# --tiny does a little of everything, for the device "emulated": so that each line has run before a device is at hand.
# --without-peers leaves PyTorch and JAX out.
# INKLING_GPU_PROGRAM names a built program (Inkling.Benchmarks.Gpu or its .dll) that is used in place of a new build.
# Each part is a process with a time limit of its own; a part that fails or hangs is a row of the table that says so.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
seconds=340 # for all parts together

fail() { echo "$1" >&2; exit "${2:-1}"; }

publish() { # to a folder: .NET is in it, nothing is trimmed, since ILGPU looks for what trimming would cut
  command -v dotnet >/dev/null || fail "There is no dotnet here: pack on a machine with the SDK."
  dotnet publish "$here/Inkling.Benchmarks.Gpu" -c Release -r linux-x64 --self-contained -p:PublishTrimmed=false \
    -p:PublishDocumentationFiles=false -o "$1" -nologo -v q >&2 || fail "The program could not be built."
}

pack() {
  local to=$1 built data
  [ -e "$to" ] && fail "$to: exists already. Name a new folder."
  data="${INKLING_DATA:-}/mnist"
  for name in train-images-idx3 train-labels-idx1 t10k-images-idx3 t10k-labels-idx1; do
    [ -f "$data/$name-ubyte.gz" ] || fail "$data/$name-ubyte.gz is missing: set INKLING_DATA to a folder with mnist/."
  done
  built=$(mktemp -d)
  publish "$built"
  mkdir -p "$to/data/mnist" "$to/peers" || exit 1
  tar -C "$built" -cf - . | gzip -9 >"$to/program.tar.gz" || exit 1
  rm -r "$built"
  cp "$data"/{train-images-idx3,train-labels-idx1,t10k-images-idx3,t10k-labels-idx1}-ubyte.gz "$to/data/mnist/"
  cp "$here"/peers/gpu_*.py "$to/peers/"
  cp "$here/gpu.sh" "$to/run.sh"
  chmod -R u+w "$to"
  echo "$to: $(du -sm --apparent-size "$to" | cut -f1) MB. Copy it, and run $(basename "$to")/run.sh there."
}

device=gpu tiny= peers=yes
while [ $# -gt 0 ]; do
  case $1 in
    pack) [ $# -eq 2 ] || fail "Usage: $0 pack DIR" 2; pack "$2"; exit ;;
    --device) [ $# -ge 2 ] || fail "--device has no value." 2; device=$2; shift 2 ;;
    --tiny) tiny=tiny; shift ;;
    --without-peers) peers=; shift ;;
    *) fail "Usage: $0 [--device NAME] [--tiny] [--without-peers], or $0 pack DIR; not \"$1\"." 2 ;;
  esac
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ -n "${INKLING_GPU_PROGRAM:-}" ]; then
  program=("$INKLING_GPU_PROGRAM")
  case $INKLING_GPU_PROGRAM in *.dll) program=(dotnet "$INKLING_GPU_PROGRAM") ;; esac
elif [ -f "$here/program.tar.gz" ]; then
  mkdir "$work/program" && tar -C "$work/program" -xzf "$here/program.tar.gz" || fail "$here/program.tar.gz: cannot be unpacked."
  program=("$work/program/Inkling.Benchmarks.Gpu")
  export INKLING_DATA="$here/data"
else
  publish "$work/program"
  program=("$work/program/Inkling.Benchmarks.Gpu")
fi

rows="$work/rows" log="$work/log" failed=0
began=$SECONDS

# why STATUS LIMIT: one line on a command that failed: that it took too long, its own last words, or its exit code.
why() {
  local words
  case $1 in 124 | 137) echo "stopped after $2 s" && return ;; esac
  words=$(grep -v '^ *at \|^$' "$log" | tail -n 1 | cut -c 1-200 | tr '\t|' '  ')
  echo "${words:-exit code $1}"
}

# part LIMIT WORK WHO COMMAND...: rows of the command's output; where it fails, one that says why.
part() {
  local limit=$1 what=$2 who=$3 left=$((seconds - SECONDS + began)) status
  shift 3
  [ -n "$tiny" ] && limit=3600 left=3600 # the emulated device is slow where others work
  [ "$left" -lt "$limit" ] && limit=$left
  echo "$what, $who ..." >&2
  if [ "$limit" -lt 2 ]; then
    printf '%s\t%s\t–\tnot run: the time for all parts is over\n' "$what" "$who" >>"$rows"
    return 1
  fi
  timeout -k 5 "$limit" "$@" >>"$rows" 2>"$log"
  status=$?
  [ "$status" -eq 0 ] && return
  printf '%s\t%s\tFAILED\t%s\n' "$what" "$who" "$(why "$status" "$limit")" >>"$rows"
  return 1
}

ours() { # ours LIMIT PART WORK
  part "$1" "$3" Inkling "${program[@]}" "$2" --device "$device" ${tiny:+--tiny} || failed=1
}

peer() { # peer LIMIT WORK WHO SCRIPT ARGUMENTS...
  local limit=$1 what=$2 who=$3 python
  [ -n "$peers" ] || return
  shift 3
  python=$(command -v python3) || {
    printf '%s\t%s\t–\tnot run: there is no python3\n' "$what" "$who" >>"$rows"
    return
  }
  [ -n "${INKLING_DATA:-}" ] || {
    printf '%s\t%s\t–\tnot run: set INKLING_DATA\n' "$what" "$who" >>"$rows"
    return
  }
  local script=$1
  shift
  part "$limit" "$what" "$who" "$python" "$here/peers/$script" "$@" "$INKLING_DATA/mnist" $tiny
}

# Without the device there is nothing to do.
patience=60
[ -n "$tiny" ] && patience=600
timeout -k 5 "$patience" "${program[@]}" device --device "$device" >"$rows" 2>"$log" || {
  status=$?
  case $status in 124 | 137) fail "The device did not answer within $patience s." ;; esac
  fail "$(why "$status")"
}

# ours first: what they need of the time is certain
ours 30 bits "the CPU's bits"
ours 60 layers "layers"
ours 20 start "start to first step"
ours 30 one "one network of the seed's"
ours 60 sweep "1,000 networks of the seed's"
ours 30 conv "conv32-conv64, an epoch"
ours 60 best "best, an epoch"
ours 30 products "products"
peer 40 "one network of the seed's" "PyTorch, eager" gpu_torch.py seed eager
peer 30 "one network of the seed's" "PyTorch, CUDA graph" gpu_torch.py seed graph
peer 30 "one network of the seed's" JAX gpu_jax.py 1
peer 50 "1,000 networks of the seed's" "JAX, vmap" gpu_jax.py 1000
peer 30 "conv32-conv64, an epoch" "PyTorch, eager" gpu_torch.py conv eager
peer 30 "conv32-conv64, an epoch" "PyTorch, CUDA graph" gpu_torch.py conv graph
peer 40 "best, an epoch" "PyTorch, eager" gpu_torch.py best eager
peer 40 "best, an epoch" "PyTorch, CUDA graph" gpu_torch.py best graph

# Those who do the same work stand together, in the order in which it was first named.
awk -F '\t' '
  BEGIN { print "| work | by | figure | |\n| --- | --- | --- | --- |" }
  NF >= 4 && !($1 in place) { place[$1] = ++works }
  NF >= 4 { lines[place[$1]] = lines[place[$1]] "| " $1 " | " $2 " | " $3 " | " $4 " |\n" }
  END { for (i = 1; i <= works; i++) printf "%s", lines[i] }' "$rows"
echo "$(uname -srm), $(nproc) cores, $((SECONDS - began)) s" >&2
exit "$failed"
