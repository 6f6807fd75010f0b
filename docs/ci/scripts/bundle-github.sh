#!/bin/sh
# Fetches bundle.enc of the pull request whose merge made this commit, from its latest review that succeeded.
set -eu
rm -f bundle.enc
head=$(gh api "repos/$GITHUB_REPOSITORY/commits/$GITHUB_SHA/pulls" --jq '[.[] | select(.merged_at != null)][0] | select(. != null) | .head.sha')
if [ -z "$head" ]; then
  echo 'No pull request was merged as this commit, so nobody reviewed it; bring the change by a pull request.' >&2
  exit 1
fi
run=$(gh run list --workflow stackward.yml --event pull_request --commit "$head" --status success --limit 1 --json databaseId --jq '.[0].databaseId // empty')
if [ -z "$run" ]; then
  echo "No review of commit $head succeeded; bring the change by another pull request." >&2
  exit 1
fi
gh run download "$run" --name stackward-bundle --dir .
