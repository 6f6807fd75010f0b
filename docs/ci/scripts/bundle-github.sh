#!/bin/sh
# Fetches bundle.enc of the pull request whose merge made this commit, from its latest review that succeeded. Whoever
# can push a branch decides what an artifact holds. So it is unpacked outside the checkout, and only that file moves in.
set -eu
rm -f bundle.enc
export BASE_BRANCH="${GITHUB_REF_NAME:?is empty; run this script in a job of GitHub}"
# gh asks github.com unless it knows the host of this job.
export GH_HOST="${GITHUB_SERVER_URL#*://}"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# The first line that the filter $3 makes of the answer for path $2.
ask() {
  if ! gh api "$2" --paginate --jq "$3" >"$folder/answer"; then
    echo "GitHub did not list $1, as gh says above; give the job the permissions of docs/ci.md, or run it again." >&2
    exit 1
  fi
  head -n 1 "$folder/answer"
}
head=$(ask "the pull requests of commit $GITHUB_SHA" "repos/$GITHUB_REPOSITORY/commits/$GITHUB_SHA/pulls" \
  '.[] | select(.merged_at != null and .merge_commit_sha == env.GITHUB_SHA and .base.ref == env.BASE_BRANCH) | .head.sha')
if [ -z "$head" ]; then
  echo 'No pull request was merged as this commit, so nobody reviewed it; bring the change by a pull request.' >&2
  exit 1
fi
# A run of a fork is no review: whoever owns the fork decides what runs there.
run=$(ask "the reviews of commit $head" "repos/$GITHUB_REPOSITORY/actions/workflows/stackward.yml/runs?event=pull_request&status=success&head_sha=$head" \
  '.workflow_runs[] | select(.head_repository.full_name == env.GITHUB_REPOSITORY) | .id')
if [ -z "$run" ]; then
  echo "No review of commit $head succeeded; bring the change by another pull request." >&2
  exit 1
fi
if ! gh run download "$run" --repo "$GH_HOST/$GITHUB_REPOSITORY" --name stackward-bundle --dir "$folder/artifact"; then
  echo 'GitHub did not give the bundle of the review, as gh says above; run the job again, or bring the change by another pull request if the bundle expired.' >&2
  exit 1
fi
if [ -L "$folder/artifact/bundle.enc" ] || [ ! -f "$folder/artifact/bundle.enc" ]; then
  echo 'The artifact of the review has no file bundle.enc; bring the change by another pull request.' >&2
  exit 1
fi
mv "$folder/artifact/bundle.enc" bundle.enc
