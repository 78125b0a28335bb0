#!/bin/sh
# Installs the labwatch agent that lies beside this script, as root: sh install.sh [--server URL] [--ca FILE] [--seat "Máy 07"] …
# The token comes from labwatch-token.txt beside it, from LABWATCH_TOKEN, or is asked for; never from the command line, which others can read.
# Cài tác nhân labwatch nằm cạnh tệp này (chạy bằng quyền root). Mã ghi danh: tệp labwatch-token.txt, biến LABWATCH_TOKEN, hoặc nhập khi được hỏi.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
case $(uname -m) in
  x86_64) arch=x64 ;;
  aarch64) arch=arm64 ;;
  *)
    echo "install.sh: there is no labwatch agent for this processor / chưa có bản cho bộ xử lý này: $(uname -m)" >&2
    exit 69
    ;;
esac
if [ "$(id -u)" != 0 ]; then
  echo "install.sh: run it as root / hãy chạy bằng quyền root:  sudo sh $0" >&2
  exit 77
fi
program=""
for each in "$here"/labwatch-agent-*-linux-"$arch"; do
  if [ -f "$each" ]; then program=$each; fi
done
if [ -z "$program" ]; then
  echo "install.sh: labwatch-agent-<version>-linux-$arch is not beside this script / không có tệp này cạnh install.sh" >&2
  exit 66
fi
if [ -z "${LABWATCH_TOKEN:-}" ] && [ ! -e "$here/labwatch-token.txt" ] && [ -t 0 ]; then
  printf 'Token / Mã ghi danh: ' >&2
  stty -echo
  read -r LABWATCH_TOKEN
  stty echo
  echo >&2
  export LABWATCH_TOKEN
fi
# A stick may be mounted so that nothing on it may run.
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp "$program" "$copy/labwatch-agent"
chmod 755 "$copy/labwatch-agent"
"$copy/labwatch-agent" install --from "$here" "$@"
