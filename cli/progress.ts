/**
 * Tells the person at a terminal for what a slow plan waits: `host:cmp3: reads iptables, 4 s`. The readers of a run are
 * wrapped, so that no kind and no adapter knows of it. A file or a pipe gets no such line.
 */
import type { HostRead, HostReader } from '../lib/hosts/host';
import type { ReportReaders } from '../lib/contract/report-ports';
import type { Target } from '../lib/contract/target';
import { showStatus } from './terminal';

/** A question that takes longer than this is shown, and its line is renewed each second. */
const patienceMs = 1_000;

/** The most questions that one line names. */
const mostNamed = 2;

export class Progress {
  readonly #open = new Map<symbol, { readonly what: string; readonly since: number }>();
  readonly #timer: NodeJS.Timeout;

  constructor(
    private readonly show: (line: string) => void,
    private readonly now: () => number,
  ) {
    this.#timer = setInterval(() => this.show(this.line()), patienceMs);
    this.#timer.unref();
  }

  /** @returns call it once the question is answered */
  begin(what: string): () => void {
    const key = Symbol(what);
    this.#open.set(key, { what, since: this.now() });
    return () => {
      this.#open.delete(key);
      if (this.slow().length === 0) this.show('');
    };
  }

  /** '' while nothing is slow. The slowest question comes first. */
  line(): string {
    const slow = this.slow();
    const named = slow
      .slice(0, mostNamed)
      .map(({ what, since }) => `${what}, ${Math.floor((this.now() - since) / 1000)} s`);
    return [...named, ...(slow.length > mostNamed ? [`${slow.length - mostNamed} more`] : [])].join('; ');
  }

  private slow(): readonly { readonly what: string; readonly since: number }[] {
    return [...this.#open.values()].filter(({ since }) => this.now() - since >= patienceMs);
  }

  end(): void {
    clearInterval(this.#timer);
    this.show('');
  }
}

/** Undefined where stderr is no terminal. */
export const progressOnTerminal = (): Progress | undefined =>
  process.stderr.isTTY ? new Progress(showStatus, () => performance.now()) : undefined;

const words: Readonly<Partial<Record<HostRead['verb'], string>>> = {
  'save-tables': 'reads iptables',
  'bridge-ports': 'reads bridges',
  'boot-files': 'reads files',
  'read-file': 'reads files',
  'digest-file': 'reads files',
  'list-folder': 'reads files',
  'read-config': 'reads configuration',
  'read-settings': "reads Horizon's settings",
  'log-files': 'reads files',
  'log-texts': 'reads files',
  'service-processes': 'looks at processes',
  'described-options': 'asks its packages for their options',
};

/** The first question that says what takes time. */
function sayQuestions(questions: readonly HostRead[]): string {
  for (const question of questions) {
    if (question.verb === 'run-reader') return `runs ${question.argv[0] ?? 'a tool'}`;
    const told = words[question.verb];
    if (told !== undefined) return told;
  }
  return 'answers';
}

type Watched = Pick<ReportReaders, 'host' | 'database' | 'network' | 'identity' | 'versions'>;

export function watchedReaders<Readers extends Watched>(readers: Readers, progress: Progress): Readers {
  const known = new WeakMap<object, object>();
  const watched = <T extends object>(reader: T, whatOf: (args: readonly unknown[]) => string): T => {
    const made = (known.get(reader) as T | undefined) ?? watchedObject(reader, whatOf, progress);
    known.set(reader, made);
    return made;
  };
  const during = async <T>(what: string, work: Promise<T>): Promise<T> => {
    const done = progress.begin(what);
    return work.finally(done);
  };
  return {
    ...readers,
    host: async (target: Target): Promise<HostReader> =>
      watched(await during(`${target}: connects`, readers.host(target)), ([questions]) => `${target}: ${sayQuestions(questions as readonly HostRead[])}`), // prettier-ignore
    database: async (target: Target) =>
      watched(await during(`${target}: connects`, readers.database(target)), () => `${target}: answers queries`),
    network: async (target: Target) => watched(await during(`${target}: logs in`, readers.network(target)), () => `${target}: Neutron answers`), // prettier-ignore
    identity: async () => watched(await during('Keystone logs in', readers.identity()), () => 'Keystone answers'),
    versions: async () => watched(await readers.versions(), () => 'the APIs tell their versions'),
  };
}

/** The same object, whose methods that give a promise are told of while they work. */
function watchedObject<T extends object>(
  reader: T,
  whatOf: (args: readonly unknown[]) => string,
  progress: Progress,
): T {
  return new Proxy(reader, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        const done = progress.begin(whatOf(args));
        const result: unknown = Reflect.apply(value, target, args);
        if (!(result instanceof Promise)) {
          done();
          return result;
        }
        return result.finally(done);
      };
    },
  });
}
