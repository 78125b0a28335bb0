#!/bin/sh
# Inside new mount and process namespaces: goes into the Debian with Wine and runs a program there. When it ends, so does
# everything that was started beside it. The network is this machine's.
#
#   unshare --mount --propagation private --pid --fork --kill-child in-wine.sh ROOT PREFIX WORK COMMAND...
#
# PREFIX is the folder that is C: and the registry. With WORK (a folder) PREFIX is only read: what is written stays in memory and
# is gone at the end, and WORK is Z:\mnt\labwatch. With - for WORK it is written to.
set -eu
ROOT=$1 PREFIX=$2 WORK=$3
shift 3
mount -t proc proc "$ROOT/proc"
mount -t tmpfs tmpfs "$ROOT/tmp"
mkdir -p "$ROOT/mnt/labwatch" "$ROOT/mnt/prefix"
if [ "$WORK" = - ]; then
  mount --bind "$PREFIX" "$ROOT/mnt/prefix"
else
  mount --bind "$WORK" "$ROOT/mnt/labwatch"
  mkdir "$ROOT/tmp/upper" "$ROOT/tmp/work"
  mount -t overlay overlay -o "lowerdir=$PREFIX,upperdir=$ROOT/tmp/upper,workdir=$ROOT/tmp/work" "$ROOT/mnt/prefix"
fi
mkdir -p "$ROOT/tmp/run"
# Without WINEDLLOVERRIDES Wine asks for .NET and a browser at its first start.
exec chroot "$ROOT" /usr/bin/env -i PATH=/usr/bin:/bin HOME=/root LANG=C.UTF-8 XDG_RUNTIME_DIR=/tmp/run \
  WINEPREFIX=/mnt/prefix WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml=' "$@"
