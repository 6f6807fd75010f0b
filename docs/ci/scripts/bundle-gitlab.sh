#!/bin/sh
# Fetches bundle.enc of the merge request that made this commit, from its latest review that succeeded. Whoever can push
# a branch decides what an artifact holds. So this script fetches that file alone and unpacks nothing.
set -eu
rm -f bundle.enc
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
project="projects/$CI_PROJECT_ID"
glab api "$project/repository/commits/$CI_COMMIT_SHA/merge_requests?per_page=100" >"$folder/requests.json"
# A merge request that was fast-forwarded has no merge commit: its head is the commit then.
request=$(node -p '
  const { CI_COMMIT_SHA: commit, CI_COMMIT_BRANCH: branch } = process.env;
  const made = ({ merge_commit_sha, squash_commit_sha, sha }) => merge_commit_sha ?? squash_commit_sha ?? sha;
  const all = JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8"));
  const found = all.find((each) => each.state === "merged" && each.target_branch === branch && made(each) === commit);
  found === undefined ? "" : `${found.iid} ${found.sha}`;
' "$folder/requests.json")
if [ -z "$request" ]; then
  echo 'No merge request was merged as this commit, so nobody reviewed it; bring the change by a merge request.' >&2
  exit 1
fi
number=${request% *}
glab api "$project/merge_requests/$number/pipelines?per_page=100" >"$folder/pipelines.json"
pipeline=$(node -p '
  const [, file, ref, head] = process.argv;
  const all = JSON.parse(require("node:fs").readFileSync(file, "utf8"));
  all.find((each) => each.status === "success" && each.sha === head && each.ref === ref)?.id ?? "";
' "$folder/pipelines.json" "refs/merge-requests/$number/head" "${request#* }")
if [ -n "$pipeline" ]; then
  glab api "$project/pipelines/$pipeline/jobs?scope=success&per_page=100" >"$folder/jobs.json"
  job=$(node -p '
    const all = JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8"));
    all.find(({ name }) => name === "review")?.id ?? "";
  ' "$folder/jobs.json")
fi
if [ -z "${job:-}" ]; then
  echo "No review of merge request $number succeeded; bring the change by another merge request." >&2
  exit 1
fi
glab api "$project/jobs/$job/artifacts/bundle.enc" >"$folder/bundle.enc"
mv "$folder/bundle.enc" bundle.enc
