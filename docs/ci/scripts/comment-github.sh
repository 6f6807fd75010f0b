#!/bin/sh
# Writes review.md as a comment of pull request $PULL_REQUEST. A later run changes the same comment.
set -eu
{
  echo '<!-- stackward review -->'
  cat review.md
} >comment.md
comments="repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments"
own='.[] | select(.user.login == "github-actions[bot]" and (.body | startswith("<!-- stackward review -->"))) | .id'
id=$(gh api "$comments" --paginate --jq "$own" | head -n 1)
if [ -n "$id" ]; then
  gh api --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" --field body=@comment.md --silent
else
  gh api --method POST "$comments" --field body=@comment.md --silent
fi
