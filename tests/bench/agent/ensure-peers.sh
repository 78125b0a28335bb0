#!/bin/sh
# The programs the agent is measured beside. Installs Debian's when this is root on Debian, else says the one command. Starts none.
set -eu
PATH="$PATH:/usr/sbin:/sbin"
missing=""
need() { # command package
  command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}
need zabbix_agentd zabbix-agent
need zabbix_agent2 zabbix-agent2
need collectd collectd-core
need prometheus-node-exporter prometheus-node-exporter
need netdata netdata-core
need strace strace
need ip iproute2
[ -z "$missing" ] && exit 0
# shellcheck disable=SC2086
set -- $missing
if [ "$(id -u)" = 0 ] && [ -f /etc/debian_version ] && command -v apt-get >/dev/null 2>&1; then
  echo "Installing for the bench:$missing" >&2
  log=$(mktemp)
  # Asked by Debian's packages before they start a service: this one says no, and is gone afterwards.
  policy=/usr/sbin/policy-rc.d
  made=""
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
    made=1
  fi
  status=0
  { apt-get update && DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y --no-install-recommends "$@"; } >"$log" 2>&1 || status=$?
  [ -z "$made" ] || rm -f "$policy"
  if [ "$status" != 0 ]; then
    tail -n 20 "$log" >&2
    echo "apt-get failed; the whole log is in $log" >&2
    exit 69
  fi
  rm -f "$log"
  exit 0
fi
echo "The bench needs these programs:$missing. On Debian:  sudo apt-get install --no-install-recommends$missing" >&2
exit 69
