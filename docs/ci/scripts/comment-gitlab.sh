#!/bin/sh
# Writes review.md as a note of the merge request. A later run changes the same note. GITLAB_TOKEN is a token of the
# project with the scope api: the token of the job may write no notes.
set -eu
# GitLab runs after_script also in a job that a newer push cancelled. Its note is that of the newer job.
[ "${CI_JOB_STATUS:-}" != canceled ] || exit 0
# glab asks gitlab.com unless it knows the server of this job.
export GITLAB_HOST="$CI_SERVER_URL"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
refused() {
  echo "GitLab did not $1, as glab says above; give GITLAB_TOKEN the scope api and a role that may comment, or run the job again." >&2
  exit 1
}
# An install that failed left no review.
[ -s review.md ] || echo 'The review failed. The log of its job says why.' >review.md
{
  echo '<!-- stackward review -->'
  cat review.md
} >comment.md
notes="projects/$CI_PROJECT_ID/merge_requests/$CI_MERGE_REQUEST_IID/notes"
# Some versions of glab end with 0 after a refusal. So each answer must also have its form.
has_id() { node -e 'process.exit(JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8")).id > 0 ? 0 : 1)' "$1" 2>/dev/null; }
glab api user >"$folder/user" && has_id "$folder/user" || refused 'say whose GITLAB_TOKEN is'
glab api "$notes?per_page=100" --paginate >"$folder/notes" || refused 'list the notes'
# glab prints each page as a list of its own.
id=$(node -p '
  const [user, notes] = process.argv.slice(1).map((name) => require("node:fs").readFileSync(name, "utf8"));
  const all = JSON.parse(notes.trim().replace(/\]\s*\[/g, ",").replace(/^\[,/, "[").replace(/,\]$/, "]"));
  const own = all.find(({ author, body }) => author?.id === JSON.parse(user).id && body?.startsWith("<!-- stackward review -->"));
  own?.id ?? "";
' "$folder/user" "$folder/notes" 2>/dev/null) || refused 'list the notes'
if [ -n "$id" ]; then
  glab api --method PUT "$notes/$id" --field body=@comment.md >"$folder/note" && has_id "$folder/note" || refused 'change the note'
else
  glab api --method POST "$notes" --field body=@comment.md >"$folder/note" && has_id "$folder/note" || refused 'take the note'
fi
