#!/usr/bin/env bash
# Makes the README's pictures from a demo: tests/browser/screenshots.sh [path of the executable]
#
# A throw-away demo runs on a free port, Chromium looks at Home and, on a phone, at Calls (Chinese),
# at Statistics and at one answered call (English), and the PNGs are written beside this script.
# It needs chromedriver, Chromium and curl, as the browser test does: WebDriver is spoken with curl.
# The pictures show simulated calls of the day on which they are made, so two runs differ.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
ringback=${1:-$here/../../target/release/ringback}
pictures=$here/screenshots
scratch=$(mktemp -d)
started=()
end() {
  for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${started[@]}"; do wait "$pid" 2>/dev/null || true; done
  rm -rf "$scratch"
}
trap end EXIT
mkdir -p "$pictures"

# Prints what a command prints, once it prints something; gives up after a minute.
until_said() {
  local deadline=$((SECONDS + 60)) said
  until said=$("$@") && [ -n "$said" ]; do
    [ "$SECONDS" -lt "$deadline" ] || { echo "nothing came of: $*" >&2; return 1; }
    sleep 0.2
  done
  printf '%s\n' "$said"
}

"$ringback" demo --listen 127.0.0.1:0 >"$scratch/demo" 2>&1 &
started+=($!)
chromedriver --port=0 >"$scratch/driver" 2>&1 &
started+=($!)
base=$(until_said grep -om1 'https://127[^ ]*' "$scratch/demo")
password=$(until_said sed -n 's/.* with the password //p' "$scratch/demo")
port=$(until_said sed -n 's/.*started successfully on port \([0-9]*\).*/\1/p' "$scratch/driver")

# One command of WebDriver: path, body.
driver() { curl -sS --fail-with-body -H 'Content-Type: application/json' "http://127.0.0.1:$port/session$1" -d "$2"; }
session=$(driver '' '{"capabilities":{"alwaysMatch":{"acceptInsecureCerts":true,"goog:chromeOptions":{"args":[
  "--headless=new","--no-sandbox","--disable-gpu","--disable-quic","--no-first-run","--disable-dev-shm-usage",
  "--disable-background-networking","--disable-component-update","--disable-sync","--hide-scrollbars"]}}}}' |
  sed 's/.*"sessionId":"\([^"]*\)".*/\1/')
open_page() { driver "/$session/url" "{\"url\":\"$base$1\"}" >/dev/null; }
# Runs a script without double quotes in the page; prints the string it returns.
run() { driver "/$session/execute/sync" "{\"script\":\"$1\",\"args\":[]}" | sed -n 's/^{"value":"\(.*\)"}$/\1/p'; }
devtools() { driver "/$session/goog/cdp/execute" "{\"cmd\":\"$1\",\"params\":$2}"; }
# Changes the language where the page offers the wanted one.
speak() {
  open_page /
  run "const b = document.querySelector('button[name=lang]'); if (b.value.startsWith('$1')) b.click()"
  until_said run "return document.documentElement.lang.startsWith('$1') ? 'yes' : ''" >/dev/null
}
# The screen: width, height, whether it is a phone's.
screen() { devtools Emulation.setDeviceMetricsOverride "{\"width\":$1,\"height\":$2,\"deviceScaleFactor\":1,\"mobile\":$3}" >/dev/null; }
# Writes what is in sight, at this height and, if it is given, width.
picture() {
  screen "${3:-1280}" "$2" "$([ "${3:-1280}" -gt 600 ] && echo false || echo true)"
  devtools Page.captureScreenshot '{"format":"png"}' | sed 's/.*"data":"\([^"]*\)".*/\1/' | base64 -d >"$pictures/$1.png"
  echo "$pictures/$1.png"
}

devtools Emulation.setEmulatedMedia '{"features":[{"name":"prefers-color-scheme","value":"light"}]}' >/dev/null
screen 1280 900 false
open_page /login
run "document.querySelector('[name=name]').value = 'admin'; document.querySelector('[name=password]').value = '$password'; document.querySelector('main form button').click()"
until_said run "return location.pathname === '/' ? 'yes' : ''" >/dev/null

# The day's calls are played first; once calls of the last two minutes stand there it is all there.
playing() {
  open_page "/calls?from=$(date -u -d '2 minutes ago' +%Y-%m-%dT%H:%M:%SZ)"
  run "return document.querySelectorAll('tr.call').length > 9 ? 'yes' : ''"
}
until_said playing >/dev/null
speak zh
open_page /
picture home 980
# On a phone: calls that have ended.
screen 390 844 true
open_page "/calls?to=$(date -u -d '4 minutes ago' +%Y-%m-%dT%H:%M:%SZ)"
picture phone 844 390
screen 1280 900 false

# The call that shows most: answered, rung, recorded, on a privacy number.
speak en
open_page /statistics
picture statistics 1080
open_page '/calls?outcome=answered&provider=huawei-private'
call=$(until_said run "const rows = [...document.querySelectorAll('tr.call')]; const has = (row, css) => row.querySelector(css).textContent.trim() !== ''; const row = rows.find((row) => has(row, '.w') && has(row, '.r')) ?? rows[0]; return row ? row.querySelector('a.go').getAttribute('href') : ''")
open_page "$call"
picture call 980
curl -sS -X DELETE "http://127.0.0.1:$port/session/$session" >/dev/null
