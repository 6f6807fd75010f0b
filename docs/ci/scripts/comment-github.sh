#!/bin/sh
# Writes review.md as a comment of pull request $PULL_REQUEST. A later run changes the same comment.
set -eu
# gh asks github.com unless it knows the host of this job.
export GH_HOST="${GITHUB_SERVER_URL#*://}"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
refused() {
  echo "GitHub did not $1 of pull request $PULL_REQUEST, as gh says above; give the job the permission pull-requests: write, or run it again." >&2
  exit 1
}
# An install that failed left no review.
[ -s review.md ] || echo 'The review failed. The log of its job says why.' >review.md
{
  echo '<!-- stackward review -->'
  cat review.md
} >comment.md
comments="repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments"
own='.[] | select(.user.login == "github-actions[bot]" and (.body // "" | startswith("<!-- stackward review -->"))) | .id'
gh api "$comments" --paginate --jq "$own" >"$folder/own" || refused 'list the comments'
id=$(head -n 1 "$folder/own")
if [ -n "$id" ]; then
  gh api --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" --field body=@comment.md --silent || refused 'change the comment'
else
  gh api --method POST "$comments" --field body=@comment.md --silent || refused 'take the comment'
fi
