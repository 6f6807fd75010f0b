#!/bin/sh
# Fetches bundle.enc of the pull request whose merge made this commit, from its latest review that succeeded. Whoever
# can push a branch decides what an artifact holds. So it is unpacked outside the checkout, and only that file moves in.
set -eu
rm -f bundle.enc
export BASE_BRANCH="${GITHUB_REF_NAME:?is empty; run this script in a job of GitHub}"
head=$(gh api "repos/$GITHUB_REPOSITORY/commits/$GITHUB_SHA/pulls" --paginate --jq '.[] | select(.merged_at != null and .merge_commit_sha == env.GITHUB_SHA and .base.ref == env.BASE_BRANCH) | .head.sha' | head -n 1)
if [ -z "$head" ]; then
  echo 'No pull request was merged as this commit, so nobody reviewed it; bring the change by a pull request.' >&2
  exit 1
fi
run=$(gh run list --workflow stackward.yml --event pull_request --commit "$head" --status success --limit 1 --json databaseId --jq '.[0].databaseId // empty')
if [ -z "$run" ]; then
  echo "No review of commit $head succeeded; bring the change by another pull request." >&2
  exit 1
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
gh run download "$run" --name stackward-bundle --dir "$folder"
if [ -L "$folder/bundle.enc" ] || [ ! -f "$folder/bundle.enc" ]; then
  echo 'The artifact of the review has no file bundle.enc; bring the change by another pull request.' >&2
  exit 1
fi
mv "$folder/bundle.enc" bundle.enc
