import pLimit from 'p-limit';
import type { Host, HostRead, HostWrite } from '../lib/host';

/** A host that holds a connection. */
export interface OpenHost extends Host {
  close(): Promise<void>;
}

/** The hosts of one run: each opened once, at most `atOnce` of them asked at a time. */
export class HostPool {
  readonly #hosts = new Map<string, OpenHost>();
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
      read: <const Questions extends readonly HostRead[]>(questions: Questions) =>
        this.#limit(() => host.read(questions)),
      write: (sequences: readonly (readonly HostWrite[])[]) => this.#limit(() => host.write(sequences)),
    };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#hosts.values()].map((host) => host.close()));
    this.#hosts.clear();
  }
}
