#!/bin/sh
# Does what the bundle of the review shows, and nothing else. Deploy plans anew and compares, and refuses a stale bundle.
# Exit code: 0 all done, 1 a problem, 2 something is left; both need somebody who looks.
set -eu
umask 077
: "${BUNDLE_KEY:?is empty; set it to the text that the review had}"
# The bundle is unpacked outside the checkout, and a link or a device in it is refused: tar would follow it.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
if ! openssl enc -d -aes-256-cbc -pbkdf2 -iter 600000 -pass env:BUNDLE_KEY -in bundle.enc -out "$folder/bundle.tar" 2>/dev/null; then
  echo 'bundle.enc is not readable with BUNDLE_KEY; give deploy the key that the review had, and review again.' >&2
  exit 1
fi
if tar -tvf "$folder/bundle.tar" | grep -q '^[^d-]'; then
  echo 'bundle.enc holds more than files and folders; review again.' >&2
  exit 1
fi
tar -xf "$folder/bundle.tar" -C "$folder" --no-same-owner bundle
code=0
npx stackward deploy "$folder/bundle" --auto-approve || code=$?
if [ "$code" -eq 2 ]; then
  echo 'Something is left, as said above; open another pull request, also one without a change, to review and deploy it.' >&2
fi
exit "$code"
