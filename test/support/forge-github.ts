/**
 * The part of GitHub that the jobs of docs/ci ask. Shapes are those of GitHub's REST reference: "Issue comments", "List
 * pull requests associated with a commit", "List workflow runs for a workflow", "List workflow run artifacts" and
 * "Download an artifact". What `gh run download` asks is in pkg/cmd/run/{shared,download} of its sources. A GitHub
 * Enterprise Server answers below /api/v3.
 */
import { pageOf, type Answer, type Asked } from './forge';

export interface Comment {
  readonly id: number;
  readonly user: { readonly login: string } | null;
  body: string | null;
}

export interface PullRequest {
  readonly merged_at: string | null;
  readonly merge_commit_sha: string | null;
  readonly base: { readonly ref: string };
  readonly head: { readonly sha: string };
}

export interface Run {
  readonly id: number;
  readonly head_sha: string;
  readonly event: string;
  readonly conclusion: string;
  readonly head_repository: { readonly full_name: string };
}

export interface Artifact {
  readonly id: number;
  readonly name: string;
  readonly expired: boolean;
  readonly zip: Buffer;
}

/** The host to which GitHub sends who downloads an artifact. Its address is signed, and it refuses a second proof. */
export const blobHost = 'productionresultssa0.blob.core.windows.net';

export const repository = 'acme/cloud';

export class GitHub {
  comments: Comment[] = [];
  pulls: PullRequest[] = [];
  /** The newest first, as GitHub lists them. */
  runs: Run[] = [];
  artifacts: Record<number, readonly Artifact[]> = {};
  /** What was asked and is not here. */
  readonly unknown: string[] = [];

  constructor(
    readonly host: string,
    readonly token: string,
  ) {}

  get apiHost(): string {
    return this.host === 'github.com' ? 'api.github.com' : this.host;
  }

  readonly answer = (asked: Asked): Answer => {
    if (asked.host === blobHost) return this.#blob(asked);
    const prefix = this.host === 'github.com' ? '' : '/api/v3';
    if (asked.host !== this.apiHost || !asked.path.startsWith(prefix)) return this.#notFound(asked);
    if (asked.headers.authorization !== `token ${this.token}`) return { status: 401, body: { message: 'Bad credentials', documentation_url: 'https://docs.github.com/rest', status: '401' } }; // prettier-ignore
    const path = asked.path.slice(prefix.length);
    const below = `/repos/${repository}/`;
    // GitHub's Link headers name a repository by its number.
    const numbered = '/repositories/1296269/';
    const [start] = [below, numbered].filter((each) => path.startsWith(each));
    if (start === undefined) return this.#notFound(asked);
    return this.#ofRepository(asked, path.slice(start.length), `https://${asked.host}${prefix}${numbered}`);
  };

  #ofRepository(asked: Asked, path: string, address: string): Answer {
    const page = (items: readonly unknown[]) => pageOf(items, asked, `${address}${path}`, 30);
    const counted = (key: string, items: readonly unknown[]) => {
      const { body, ...rest } = page(items);
      return { ...rest, body: { total_count: items.length, [key]: body } };
    };
    const [, number] = /\/(\d+)(?:\/|$)/.exec(path) ?? [];
    if (path === 'issues/7/comments') return asked.method === 'POST' ? this.#comment(asked) : page(this.comments);
    if (path.startsWith('issues/comments/') && asked.method === 'PATCH') return this.#comment(asked, Number(number));
    if (path.startsWith('commits/') && path.endsWith('/pulls')) return page(this.pulls);
    if (path === 'actions/workflows/stackward.yml/runs') return counted('workflow_runs', this.#filtered(asked.query));
    if (/^actions\/runs\/\d+\/artifacts$/.test(path)) {
      const all = this.artifacts[Number(number)] ?? [];
      return counted('artifacts', all.map(({ zip, ...each }) => ({ ...each, size_in_bytes: zip.length, archive_download_url: `https://${asked.host}${asked.path.split('runs/')[0] ?? ''}artifacts/${String(each.id)}/zip` }))); // prettier-ignore
    }
    if (/^actions\/artifacts\/\d+\/zip$/.test(path)) return { status: 302, headers: { location: `https://${blobHost}/${number ?? ''}?sig=signed` } }; // prettier-ignore
    return this.#notFound(asked);
  }

  /** "status" of the query is a status or a conclusion. */
  #filtered(query: URLSearchParams): Run[] {
    const isAsked = (key: string, value: string) => query.get(key) === null || query.get(key) === value;
    return this.runs.filter(({ head_sha, event, conclusion }) => isAsked('head_sha', head_sha) && isAsked('event', event) && isAsked('status', conclusion)); // prettier-ignore
  }

  #comment({ body: text }: Asked, id?: number): Answer {
    const { body } = JSON.parse(text) as { body: string };
    if ([...body].length > 65_536) return { status: 422, body: { message: 'Validation Failed', errors: [{ resource: 'IssueComment', code: 'unprocessable', field: 'data', message: 'Body is too long (maximum is 65536 characters)' }] } }; // prettier-ignore
    const known = this.comments.find((each) => each.id === id);
    if (id !== undefined && known === undefined) return { status: 404, body: { message: 'Not Found' } };
    const comment = known ?? { id: 1000 + this.comments.length, user: { login: 'github-actions[bot]' }, body };
    comment.body = body;
    if (known === undefined) this.comments.push(comment);
    return { status: known === undefined ? 201 : 200, body: comment };
  }

  #blob({ headers, path }: Asked): Answer {
    if (headers.authorization !== undefined) return { status: 403, body: 'InvalidAuthenticationInfo' };
    const found = Object.values(this.artifacts).flat().find(({ id }) => path === `/${String(id)}`); // prettier-ignore
    return found === undefined ? { status: 404, body: 'BlobNotFound' } : { status: 200, body: found.zip };
  }

  #notFound({ host, method, path }: Asked): Answer {
    this.unknown.push(`${method} ${host}${path}`);
    return { status: 404, body: { message: 'Not Found', documentation_url: 'https://docs.github.com/rest', status: '404' } }; // prettier-ignore
  }
}
