import pLimit from 'p-limit';
import type { Host, HostRead, HostWrite, OutcomesOf } from '../../lib/hosts/host';

/** A host whose connection must be closed. */
export interface OpenHost extends Host {
  close(): Promise<void>;
}

interface Asked {
  readonly questions: readonly HostRead[];
  readonly answer: (outcomes: never) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * The hosts of one run. Each is opened once, and at most `atOnce` are asked at a time. Questions that any callers ask
 * of one host in the same turn of the event loop are one round trip, and equal questions are asked once.
 */
export class HostPool {
  readonly #hosts = new Map<string, OpenHost>();
  readonly #asked = new Map<string, Asked[]>();
  readonly #limit;

  /** @param atOnce default: 32 */
  constructor(
    private readonly open: (name: string) => OpenHost,
    atOnce = 32,
  ) {
    this.#limit = pLimit(atOnce);
  }

  get(name: string): Host {
    const host = this.#hosts.get(name) ?? this.open(name);
    this.#hosts.set(name, host);
    return {
      name,
      stateFolder: host.stateFolder,
      read: <const Questions extends readonly HostRead[]>(questions: Questions) => this.ask(host, questions),
      write: (sequences: readonly (readonly HostWrite[])[]) => this.#limit(() => host.write(sequences)),
    };
  }

  /** As `Readers.machine` promises. */
  async machine(name: string): Promise<string | undefined> {
    const [facts] = await this.get(name).read([{ verb: 'facts' }]);
    return facts.ok ? (facts.value.machine ?? undefined) : undefined;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#hosts.values()].map((host) => host.close()));
    this.#hosts.clear();
  }

  private ask<const Questions extends readonly HostRead[]>(
    host: OpenHost,
    questions: Questions,
  ): Promise<OutcomesOf<Questions>> {
    return new Promise((answer, fail) => {
      const asked = this.#asked.get(host.name) ?? [];
      asked.push({ questions, answer, fail });
      if (asked.length > 1) return;
      this.#asked.set(host.name, asked);
      setImmediate(() => {
        this.#asked.delete(host.name);
        void this.#limit(() => answerAll(host, asked));
      });
    });
  }
}

async function answerAll(host: OpenHost, asked: readonly Asked[]): Promise<void> {
  const positions = new Map<string, number>();
  const questions: HostRead[] = [];
  for (const question of asked.flatMap((entry) => entry.questions)) {
    const key = JSON.stringify(question);
    if (!positions.has(key)) positions.set(key, questions.push(question) - 1);
  }
  try {
    const outcomes = await host.read(questions);
    for (const entry of asked)
      entry.answer(
        entry.questions.map((question) => outcomes[positions.get(JSON.stringify(question)) as number]) as never,
      );
  } catch (error) {
    for (const entry of asked) entry.fail(error);
  }
}
