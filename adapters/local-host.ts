/** This machine, or one of its network namespaces (the lab's compute hosts). */
import { UnrecoverableError } from '../lib/errors';
import { ProgramHost, type ProgramOptions } from './host-program';
import { runProgram, type Ended } from './run-program';

export interface LocalOptions extends ProgramOptions {
  /** Name of a network namespace (`ip netns`). Default: the machine's own. */
  readonly namespace?: string;
}

export class LocalHost extends ProgramHost {
  constructor(
    name: string,
    private readonly local: LocalOptions = {},
  ) {
    super(name, local);
  }

  protected run(script: string, input: Buffer, timeoutMs: number): Promise<Ended> {
    const { namespace } = this.local;
    const inside = namespace === undefined ? [] : ['ip', 'netns', 'exec', namespace];
    return runProgram([...inside, 'sh', '-c', script], input, timeoutMs).catch((cause: unknown) => {
      throw new UnrecoverableError(`a program can't be started here: ${String(cause)}`, {
        where: `host:${this.name}`,
        cause,
      });
    });
  }

  /** Nothing stays open. */
  async close(): Promise<void> {
    return Promise.resolve();
  }
}
