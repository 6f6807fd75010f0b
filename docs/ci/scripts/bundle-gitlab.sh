#!/bin/sh
# Fetches bundle.enc of the merge request that made this commit, from its latest review that succeeded. Whoever can push
# a branch decides what an artifact holds. So this script fetches that file alone and unpacks nothing.
set -eu
rm -f bundle.enc
# glab asks gitlab.com unless it knows the server of this job.
export GITLAB_HOST="$CI_SERVER_URL"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
refused() {
  echo "GitLab did not $1, as glab says above; give GITLAB_TOKEN the scope api, or run the job again." >&2
  exit 1
}
project="projects/$CI_PROJECT_ID"
# Some versions of glab end with 0 after a refusal. But a refusal is no list, so node ends with 1.
glab api "$project/repository/commits/$CI_COMMIT_SHA/merge_requests?per_page=100" >"$folder/requests.json" || refused 'list the merge requests'
# A merge request that was fast-forwarded has no merge commit: its head is the commit then.
request=$(node -p '
  const { CI_COMMIT_SHA: commit, CI_COMMIT_BRANCH: branch } = process.env;
  const made = ({ merge_commit_sha, squash_commit_sha, sha }) => merge_commit_sha ?? squash_commit_sha ?? sha;
  const all = JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8"));
  const found = all.find((each) => each.state === "merged" && each.target_branch === branch && made(each) === commit);
  found === undefined ? "" : `${found.iid} ${found.sha}`;
' "$folder/requests.json" 2>/dev/null) || refused 'list the merge requests'
if [ -z "$request" ]; then
  echo 'No merge request was merged as this commit, so nobody reviewed it; bring the change by a merge request.' >&2
  exit 1
fi
number=${request% *}
glab api "$project/merge_requests/$number/pipelines?per_page=100" >"$folder/pipelines.json" || refused 'list the pipelines'
# A pipeline of a fork is no review: whoever owns the fork decides what runs there.
pipeline=$(node -p '
  const [, file, ref, head] = process.argv;
  const isOwn = ({ project_id }) => `${project_id}` === process.env.CI_PROJECT_ID;
  const all = JSON.parse(require("node:fs").readFileSync(file, "utf8"));
  all.find((each) => each.status === "success" && each.sha === head && each.ref === ref && isOwn(each))?.id ?? "";
' "$folder/pipelines.json" "refs/merge-requests/$number/head" "${request#* }" 2>/dev/null) || refused 'list the pipelines'
if [ -n "$pipeline" ]; then
  glab api "$project/pipelines/$pipeline/jobs?scope=success&per_page=100" >"$folder/jobs.json" || refused 'list the jobs'
  job=$(node -p '
    const all = JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8"));
    all.find(({ name }) => name === "review")?.id ?? "";
  ' "$folder/jobs.json" 2>/dev/null) || refused 'list the jobs'
fi
if [ -z "${job:-}" ]; then
  echo "No review of merge request $number succeeded; bring the change by another merge request." >&2
  exit 1
fi
# Each text that openssl encrypted begins with this word, and no refusal does.
if ! glab api "$project/jobs/$job/artifacts/bundle.enc" >"$folder/bundle.enc" || [ "$(head -c 8 "$folder/bundle.enc")" != Salted__ ]; then
  echo 'GitLab did not give the bundle of the review, as glab says above; run the job again, or bring the change by another merge request if the bundle expired.' >&2
  exit 1
fi
mv "$folder/bundle.enc" bundle.enc
