#!/usr/bin/env bash
# POST /api/read under load: clean uploads, then the same with every tenth upload broken or oversized.
# usage: bench/web-load.sh [SECONDS] [PICTURE]      needs wrk (apt-get install wrk) and a built inkling
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-30} picture=${2:-} port=${PORT:-5089} connections=${CONNECTIONS:-64}
work=$(mktemp -d)
export XDG_DATA_HOME=$work
trap 'kill -TERM $server 2>/dev/null || true; wait $server 2>/dev/null || true; rm -rf "$work"' EXIT

begin=$(date +%s%N)
dotnet exec src/Inkling.Cli/bin/Release/net10.0/Inkling.Cli.dll serve --port "$port" > "$work/log" 2>&1 &
server=$!
until curl -so /dev/null "http://127.0.0.1:$port/"; do sleep 0.02; done
echo "start to first page: $((($(date +%s%N) - begin) / 1000000)) ms"
until curl -sf -o /dev/null "http://127.0.0.1:$port/health/ready"; do sleep 0.1; done
if [ -z "$picture" ]; then
  # "1 7" by hand, as a BMP of 200 by 100 in grey: no picture needs to come along
  picture=$work/number.bmp
  python3 - "$picture" <<'PY'
import struct, sys
w, h = 200, 100
ink = [[255] * w for _ in range(h)]
def dot(x, y):
    for j in range(-3, 4):
        for i in range(-3, 4):
            if i * i + j * j <= 10 and 0 <= x + i < w and 0 <= y + j < h: ink[y + j][x + i] = 0
def line(x0, y0, x1, y1):
    for t in range(101): dot(round(x0 + (x1 - x0) * t / 100), round(y0 + (y1 - y0) * t / 100))
line(60, 20, 58, 80); line(100, 20, 140, 20); line(140, 20, 115, 80)
palette = b''.join(struct.pack('BBBB', i, i, i, 0) for i in range(256))
body = b''.join(bytes(row) for row in reversed(ink))
open(sys.argv[1], 'wb').write(struct.pack('<2sIHHI', b'BM', 54 + 1024 + len(body), 0, 0, 54 + 1024) + struct.pack('<IiiHHIIiiII', 40, w, h, 1, 8, 0, len(body), 2835, 2835, 256, 0) + palette + body)
PY
fi
echo "reading: $(curl -s --data-binary @"$picture" -H 'Content-Type: application/octet-stream' "http://127.0.0.1:$port/api/read" | head -c 60)…"

cat > "$work/load.lua" <<'LUA'
local share = tonumber(os.getenv("BROKEN") or "0")
local function read(path) local f = io.open(path, "rb"); local s = f:read("*a"); f:close(); return s end
local good, n = read(os.getenv("PICTURE")), 0
local broken = { "not a picture", good:sub(1, math.floor(#good / 2)), "", read(os.getenv("PIXELS")) }
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/octet-stream"
function request()
  n = n + 1
  if share > 0 and n % share == 0 then
    return wrk.format("POST", "/api/read", nil, broken[(n / share) % #broken + 1])
  end
  return wrk.format("POST", "/api/read", nil, good)
end
local threads, counts = {}, {}
function setup(thread) table.insert(threads, thread) end
function init() ok, refused, busy, other, problems = 0, 0, 0, 0, 0 end
function response(status, headers, body)
  if status == 200 then ok = ok + 1 elseif status == 429 then busy = busy + 1
  elseif status >= 400 and status < 500 then refused = refused + 1; if body:find('"detail"', 1, true) then problems = problems + 1 end
  else other = other + 1 end
end
function done(summary, latency)
  local t = { ok = 0, refused = 0, busy = 0, other = 0, problems = 0 }
  for _, thread in ipairs(threads) do for k in pairs(t) do t[k] = t[k] + thread:get(k) end end
  print(string.format("%.1f requests/s, p50 %.0f ms, p99 %.0f ms; 200: %d, 429: %d, other 4xx: %d (%d with problem details), anything else: %d, socket errors: %d",
    summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000, t.ok, t.busy, t.refused, t.problems, t.other,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
LUA
# A PNG's beginning that promises 20,000 by 20,000 pixels.
python3 - "$work/pixels.png" <<'PY'
import struct, sys, zlib
head = b'IHDR' + struct.pack('>IIBBBBB', 20000, 20000, 8, 0, 0, 0, 0)
open(sys.argv[1], 'wb').write(b'\x89PNG\r\n\x1a\n' + struct.pack('>I', 13) + head + struct.pack('>I', zlib.crc32(head)) + struct.pack('>I', 0) + b'IDAT' + struct.pack('>I', zlib.crc32(b'IDAT')))
PY
memory() { awk '/VmRSS/ { printf "%.0f MB", $2 / 1024 }' "/proc/$server/status"; }
export PICTURE=$picture PIXELS=$work/pixels.png
for broken in 0 10; do
  echo "$([ $broken = 0 ] && echo "clean uploads" || echo "every tenth broken"), $connections connections, $seconds s; memory before: $(memory)"
  if [ $broken != 0 ]; then # too long for wrk's script to hold: by curl, beside it
    head -c 17000000 /dev/zero > "$work/long"
    (end=$(($(date +%s) + seconds)); while [ "$(date +%s)" -lt $end ]; do
      curl -s -o /dev/null -w '%{http_code}\n' -H 'Content-Type: image/png' --data-binary @"$work/long" "http://127.0.0.1:$port/api/read"; sleep 0.2
    done | sort | uniq -c | sed 's/^/uploads of 17 MB, by answer: /') &
    long=$!
  fi
  BROKEN=$broken wrk -t2 -c"$connections" -d"${seconds}s" --timeout 30s -s "$work/load.lua" "http://127.0.0.1:$port" | grep 'requests/s'
  [ $broken = 0 ] || wait $long
  echo "memory after: $(memory)"
done
kill -0 $server && echo "the process is alive"
