#!/bin/sh
# A machine run by a real systemd, in namespaces of its own: the sources and programs of this one, nothing of it written to, its
# network. Prints nothing; ends when it is killed (unshare --kill-child), and everything started in it with it.
#
#   in-systemd.sh FOLDER     FOLDER is /mnt/labwatch inside
#
# Needs root and a cgroup v2 hierarchy that can be written.
set -eu
FOLDER=$1

if [ "${2:-}" != inside ]; then
  group=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
  [ -n "$group" ] || { echo "there is no cgroup v2 here" >&2; exit 69; }
  # A group of its own, so that this systemd sees and moves no process but its own.
  own="$group/labwatch-test-$$"
  mkdir "$own"
  echo $$ >"$own/cgroup.procs"
  exec unshare --cgroup --mount --propagation private --pid --ipc --uts --fork --kill-child sh "$0" "$FOLDER" inside
fi

mount --bind "$FOLDER" /mnt
mount -t tmpfs tmpfs /tmp
mkdir /tmp/held /tmp/upper
mount --move /mnt /tmp/held
mount -t tmpfs tmpfs /mnt
mkdir /mnt/labwatch
mount --move /tmp/held /mnt/labwatch
mount -t tmpfs tmpfs /run
mount -t proc proc /proc
while umount -l /sys/fs/cgroup 2>/dev/null; do :; done
mount -t cgroup2 cgroup2 /sys/fs/cgroup

# What is written stays in memory.
mount -t tmpfs tmpfs /tmp/upper
for folder in etc var opt usr/local; do
  mkdir -p "/tmp/upper/$folder" "/tmp/upper/work/$folder"
  mount -t overlay overlay -o "lowerdir=/$folder,upperdir=/tmp/upper/$folder,workdir=/tmp/upper/work/$folder" "/$folder"
done

# None of this machine's own units: they would start its servers and clean its folders.
mount -t tmpfs tmpfs /usr/lib/systemd/system
for units in /etc/systemd/system /usr/local/lib/systemd/system; do rm -rf "$units"; mkdir -p "$units"; done
for target in sysinit basic multi-user timers network shutdown; do
  printf '[Unit]\nDescription=%s\nDefaultDependencies=no\n' "$target" >"/usr/lib/systemd/system/$target.target"
done
# There is no journal: the log of the agent is a file.
mkdir -p /etc/systemd/system/labwatch-agent.service.d
printf '[Service]\nStandardError=append:/mnt/labwatch/agent.log\n' >/etc/systemd/system/labwatch-agent.service.d/log.conf

exec env -i container=labwatch PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --system --unit=multi-user.target --log-target=null --show-status=0
