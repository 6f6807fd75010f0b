#!/bin/sh
# Says whether both halves are as the code of this commit says, and since when not. Changes nothing.
# Exit code: 0 they are, 2 something differs, 1 a part could not be looked at. CI tells somebody about 2 and 1.
set -eu
npm run -s synth
code=0
npx stackward verify --both-halves >drift.txt || code=$?
cat drift.txt
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
  sed 's/^/    /' drift.txt >>"$GITHUB_STEP_SUMMARY"
fi
exit "$code"
