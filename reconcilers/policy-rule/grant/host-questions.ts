/** The questions to one host, and its answers. */
import { Blocked } from '../../../lib/basics/errors';
import { sha256 } from '../../../lib/basics/sha256';
import type {
  AnswerTo,
  HostFile,
  HostFolder,
  HostRead,
  HostReader,
  Outcome,
  ReaderOutput,
} from '../../../lib/hosts/host';
import { PolicyText } from '../../../lib/policy/model';

/** Answers that have arrived, and questions that still have to be asked. An answer never changes. */
export class HostQuestions {
  readonly #answers: Map<string, Outcome<object>>;
  readonly #open = new Map<string, HostRead>();
  readonly #texts = new Map<string, PolicyText | undefined>();

  constructor(answers: Iterable<readonly [HostRead, Outcome<object>]> = []) {
    this.#answers = new Map([...answers].map(([question, outcome]) => [JSON.stringify(question), outcome]));
  }

  get isOpen(): boolean {
    return this.#open.size > 0;
  }

  file = (path: string): Outcome<HostFile> => this.#ask({ verb: 'read-file', path }, { exists: false, realPath: path });

  folder = (path: string): Outcome<HostFolder> =>
    this.#ask({ verb: 'list-folder', path }, { exists: false, entries: [] });

  reader = (argv: readonly string[]): Outcome<ReaderOutput> =>
    this.#ask({ verb: 'run-reader', argv }, { code: 0, stdout: '', stderr: '' });

  /**
   * The text of a file; undefined if it doesn't exist. @throws StackwardError for a file that can't be read, or is not
   * UTF-8
   */
  text(path: string): PolicyText | undefined {
    const outcome = this.file(path);
    if (!outcome.ok) {
      if (outcome.reason === 'absent') return undefined;
      throw outcome.error;
    }
    if (!outcome.value.exists) return undefined;
    const text = this.#texts.get(path) ?? new PolicyText(decode(outcome.value));
    this.#texts.set(path, text);
    return text;
  }

  /** Returns `meanwhile` until the answer has arrived. */
  #ask<Q extends HostRead>(question: Q, meanwhile: AnswerTo<Q>): Outcome<AnswerTo<Q>> {
    const key = JSON.stringify(question);
    const known = this.#answers.get(key);
    if (known) return known as Outcome<AnswerTo<Q>>;
    this.#open.set(key, question);
    return { ok: true, value: meanwhile };
  }

  /**
   * Asks the same questions again, except for the service's own tool: its output follows from the other answers, and it
   * takes seconds.
   */
  async again(host: HostReader): Promise<HostQuestions> {
    const next = new HostQuestions();
    for (const [key, outcome] of this.#answers) {
      const question = JSON.parse(key) as HostRead;
      if (question.verb === 'run-reader') next.#answers.set(key, outcome);
      else next.#open.set(key, question);
    }
    await next.answer(host);
    return next;
  }

  async answer(host: HostReader): Promise<void> {
    const questions = [...this.#open];
    this.#open.clear();
    const outcomes = questions.length === 0 ? [] : await host.read(questions.map(([, question]) => question));
    questions.forEach(([key], index) => this.#answers.set(key, outcomes[index] as Outcome<object>));
  }

  /** The answers that the host would give after these files were written. */
  after(written: ReadonlyMap<string, PolicyText>): HostQuestions {
    const next = new HostQuestions();
    for (const [key, outcome] of this.#answers) next.#answers.set(key, outcome);
    for (const [path, text] of this.#texts) next.#texts.set(path, text);
    for (const [path, text] of written) {
      const before = this.file(path);
      const value = { ...(before.ok && before.value.exists ? before.value : made(path)), ...contentOf(text) };
      next.#answers.set(JSON.stringify({ verb: 'read-file', path }), { ok: true, value });
      next.#texts.set(path, text);
    }
    return next;
  }
}

type ThereFile = HostFile & { readonly exists: true };

const contentOf = ({ content }: PolicyText): Pick<ThereFile, 'content' | 'sha256'> => ({
  content: Buffer.from(content).toString('base64'),
  sha256: sha256(content),
});

/** The properties of a file that `swap-file` makes. */
const made = (realPath: string): Omit<ThereFile, 'content' | 'sha256'> => ({
  exists: true,
  realPath,
  mode: 0o644,
  links: 1,
  owner: 'root',
  group: 'root',
  mtimeSeconds: 0,
  xattrs: {},
  managers: [],
});

function decode({ content, realPath }: ThereFile): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(content, 'base64'));
  } catch {
    throw new Blocked(`${realPath} is not UTF-8; save it as UTF-8 first`);
  }
}
