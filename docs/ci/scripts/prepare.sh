#!/bin/sh
# Gives ssh the key and the known hosts of the job: each variable is the text, or the path of a file that has it, as
# GitLab's variables of type file are. Without STACKWARD_SSH_KEY it does nothing: a cloud without host things needs no
# ssh. What is in ~/.ssh already stays, and its settings win.
set -eu
umask 077
[ -n "${STACKWARD_SSH_KEY:-}" ] || exit 0
if [ -z "${STACKWARD_KNOWN_HOSTS:-}" ]; then
  echo 'STACKWARD_KNOWN_HOSTS is empty, and ssh must know its hosts; set it to the lines of ssh-keyscan that somebody compared with the hosts.' >&2
  exit 1
fi
# ssh reads no key without an end of its last line.
put() {
  if [ -f "$1" ]; then printf '%s\n' "$(cat "$1")"; else printf '%s\n' "$1"; fi
}
mkdir -p "$HOME/.ssh"
put "$STACKWARD_SSH_KEY" >"$HOME/.ssh/stackward_key"
put "$STACKWARD_KNOWN_HOSTS" >"$HOME/.ssh/stackward_known_hosts"
touch "$HOME/.ssh/config"
if ! grep -q stackward_key "$HOME/.ssh/config"; then
  printf '\nHost *\n  IdentityFile ~/.ssh/stackward_key\n  UserKnownHostsFile ~/.ssh/stackward_known_hosts\n  StrictHostKeyChecking yes\n' >>"$HOME/.ssh/config"
fi
