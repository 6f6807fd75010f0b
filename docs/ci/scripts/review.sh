#!/bin/sh
# Reviews both halves. Writes review.md for the comment, and bundle.enc for the deploy after the merge. The bundle holds
# secrets of Terraform's plans, and more people can read an artifact than may know them. So it is encrypted.
# Exit code: 0 nothing or something to do, 1 a part could not be reviewed, or stackward.yaml forbids a risk.
set -eu
umask 077
: "${BUNDLE_KEY:?is empty; set it to a long random text, the same for review and deploy}"
rm -rf bundle bundle.enc review.md
code=0
npx stackward review --format markdown --out bundle >review.md || code=$?
if [ ! -s review.md ]; then
  echo 'The review failed. The log of its job says why.' >review.md
fi
if [ -d bundle ]; then
  tar -cf bundle.tar bundle
  openssl enc -aes-256-cbc -pbkdf2 -iter 600000 -salt -pass env:BUNDLE_KEY -in bundle.tar -out bundle.enc
  rm -rf bundle bundle.tar
fi
# 2 is the answer "something to do".
[ "$code" -ne 2 ] || code=0
exit "$code"
