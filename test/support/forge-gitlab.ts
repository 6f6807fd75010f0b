/**
 * The part of GitLab that the jobs of docs/ci ask. Shapes are those of GitLab's REST reference, version 4: "Notes",
 * "Users", "List merge requests associated with a commit", "List merge request pipelines", "List pipeline jobs",
 * "Download a single artifact file by job ID" and "Offset-based pagination".
 */
import { pageOf, type Answer, type Asked } from './forge';

export interface Note {
  readonly id: number;
  readonly author: { readonly id: number } | null;
  body: string;
}

export interface MergeRequest {
  readonly iid: number;
  readonly state: string;
  readonly target_branch: string;
  readonly sha: string;
  readonly merge_commit_sha: string | null;
  readonly squash_commit_sha: string | null;
}

export interface Pipeline {
  readonly id: number;
  readonly project_id: number;
  readonly sha: string;
  readonly ref: string;
  readonly status: string;
}

export interface Job {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly artifacts?: Readonly<Record<string, Buffer>>;
}

export const projectId = 3;
/** The user to whom the token of the project belongs. */
const botId = 5;

export class GitLab {
  /** The newest first, as GitLab lists them. */
  notes: Note[] = [];
  requests: MergeRequest[] = [];
  pipelines: Record<number, readonly Pipeline[]> = {};
  jobs: Record<number, readonly Job[]> = {};
  /** What was asked and is not here. */
  readonly unknown: string[] = [];

  constructor(
    readonly host: string,
    readonly token: string,
  ) {}

  readonly answer = (asked: Asked): Answer => {
    const prefix = '/api/v4/';
    if (asked.host !== this.host || !asked.path.startsWith(prefix)) return this.#notFound(asked);
    if (asked.headers['private-token'] !== this.token) return { status: 401, body: { message: '401 Unauthorized' } };
    const path = asked.path.slice(prefix.length);
    const below = `projects/${String(projectId)}/`;
    if (path === 'user') return { status: 200, body: { id: botId, username: 'project_3_bot', bot: true } };
    return path.startsWith(below) ? this.#ofProject(asked, path.slice(below.length)) : this.#notFound(asked);
  };

  #ofProject(asked: Asked, path: string): Answer {
    const page = (items: readonly unknown[]) => pageOf(items, asked, `https://${asked.host}${asked.path}`, 20);
    const [first = 0, second = 0] = [...path.matchAll(/\/(\d+)(?=\/|$)/g)].map(([, number]) => Number(number));
    if (path === 'merge_requests/7/notes') return asked.method === 'POST' ? this.#note(asked) : page(this.notes);
    if (path.startsWith('merge_requests/7/notes/') && asked.method === 'PUT') return this.#note(asked, second);
    if (/^repository\/commits\/\w+\/merge_requests$/.test(path)) return page(this.requests);
    if (/^merge_requests\/\d+\/pipelines$/.test(path)) return page(this.pipelines[first] ?? []);
    if (/^pipelines\/\d+\/jobs$/.test(path)) {
      const scope = asked.query.get('scope');
      return page((this.jobs[first] ?? []).filter(({ status }) => scope === null || status === scope).map(({ artifacts, ...job }) => ({ ...job, artifacts: Object.keys(artifacts ?? {}) }))); // prettier-ignore
    }
    const [, file] = /^jobs\/\d+\/artifacts\/(.+)$/.exec(path) ?? [];
    if (file === undefined) return this.#notFound(asked);
    const artifact = Object.values(this.jobs).flat().find(({ id }) => id === first)?.artifacts?.[file]; // prettier-ignore
    return artifact === undefined
      ? { status: 404, body: { message: '404 Not Found' } }
      : { status: 200, body: artifact };
  }

  #note({ body: text }: Asked, id?: number): Answer {
    const { body } = JSON.parse(text) as { body: string };
    if ([...body].length > 1_000_000) return { status: 400, body: { message: { note: ['is too long (maximum is 1000000 characters)'] } } }; // prettier-ignore
    const known = this.notes.find((each) => each.id === id);
    if (id !== undefined && known === undefined) return { status: 404, body: { message: '404 Not found' } };
    const note = known ?? { id: 1000 + this.notes.length, author: { id: botId }, body };
    note.body = body;
    if (known === undefined) this.notes.unshift(note);
    return { status: known === undefined ? 201 : 200, body: note };
  }

  #notFound({ host, method, path }: Asked): Answer {
    this.unknown.push(`${method} ${host}${path}`);
    return { status: 404, body: { message: '404 Not Found' } };
  }
}
