#!/bin/sh
# Stands in for `glab api`, where `npm test` has no glab: Debian has no package of it. test/contract/forge-gitlab-suite.ts
# holds for it and for the real one. It takes the flags that glab 1.22 has and that the scripts use, and no others. After
# a refusal it ends with GLAB_ENDS_WITH, because glab 1.22 ends with 0, and later versions with 1. It is no program of
# Node.js, because those suites start it a hundred times.
set -eu
no_stand_in() {
  echo "no stand-in for: $*" >&2
  exit 70
}
[ "${1-}" = api ] || no_stand_in "$@"
shift
method='' field='' paginate='' path=''
while [ "$#" -gt 0 ]; do
  case "$1" in
    --method) method=$2 && shift ;;
    # A field that begins with @ is the text of a file. No script gives another kind, or two.
    --field)
      [ -z "$field" ] && [ "${2#*=@}" != "$2" ] || no_stand_in "$@"
      field=$2 && shift
      ;;
    --paginate) paginate=yes ;;
    -*) no_stand_in "$@" ;;
    *) [ -z "$path" ] && path=$1 || no_stand_in "$@" ;;
  esac
  shift
done
[ -n "$method" ] || method=${field:+POST}

# What the forge says goes to file descriptor 3, and the status with the header Link to stdout.
ask() {
  curl --silent --globoff --request "${method:-GET}" --header "PRIVATE-TOKEN: ${GITLAB_TOKEN:-}" \
    --write-out '%{stderr}%{http_code} %header{link}' "$@" 2>&1 >&3
}
body() {
  printf '{"%s":"' "${field%%=@*}"
  perl -0777 -pe 's/([\x00-\x1f"\\])/sprintf "\\u%04x", ord $1/ge' "${field#*=@}"
  printf '"}'
}
exec 3>&1
next="${GITLAB_HOST:-https://gitlab.com}/api/v4/$path"
while [ -n "$next" ]; do
  if [ -n "$field" ]; then
    said=$(body | ask --header 'content-type: application/json; charset=utf-8' --data-binary @- "$next")
  else
    said=$(ask "$next")
  fi
  status=${said%% *}
  if [ "$status" -gt 299 ]; then
    echo "glab: HTTP $status" >&2
    exit "${GLAB_ENDS_WITH:-0}"
  fi
  next=''
  [ -z "$paginate" ] || next=$(printf '%s\n' "$said" | sed -n 's/.*<\([^<>]*\)>; *rel="next".*/\1/p')
done
