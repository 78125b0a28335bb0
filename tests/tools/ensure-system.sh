#!/bin/sh
# The tests meet real servers and a real browser. Installs Debian's when this is root on Debian, else says the one command.
set -eu
PATH="$PATH:/usr/sbin:/sbin"
missing=""
need() { # command package
  command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}
need influxd influxdb
need mosquitto mosquitto
need mosquitto_pub mosquitto-clients
need clamscan clamav
need clamd clamav-daemon
need chromium chromium
need osslsigncode osslsigncode
need Xvfb xvfb
need systemd-analyze systemd
[ -z "$missing" ] && exit 0
# shellcheck disable=SC2086
set -- $missing
if [ "$(id -u)" = 0 ] && [ -f /etc/debian_version ] && command -v apt-get >/dev/null 2>&1; then
  echo "Installing for the tests:$missing" >&2
  log=$(mktemp)
  # Nothing is started: the tests start their own servers on loopback and stop them.
  if ! { apt-get update && DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y --no-install-recommends "$@"; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "apt-get failed; the whole log is in $log" >&2
    exit 69
  fi
  rm -f "$log"
  exit 0
fi
echo "The tests need these programs:$missing. On Debian or Ubuntu:  sudo apt-get install --no-install-recommends$missing" >&2
exit 69
