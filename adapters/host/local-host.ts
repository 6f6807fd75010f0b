/** This machine, or one of its network namespaces (the lab's compute hosts). */
import { UnrecoverableError } from '../../lib/basics/errors';
import { ProgramHost, type ProgramOptions } from './host-program';
import { runProgram, type Ended } from '../process/run-program';

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

  protected async run(script: string, input: Buffer, timeoutMs: number): Promise<Ended> {
    const { namespace } = this.local;
    const inside = namespace === undefined ? [] : ['ip', 'netns', 'exec', namespace];
    const where = `host:${this.name}`;
    const ended = await runProgram([...inside, 'sh', '-c', script], input, timeoutMs).catch((cause: unknown) => {
      throw new UnrecoverableError(`a program can't be started here: ${String(cause)}`, { where, cause });
    });
    // iproute2 has one exit code for all.
    if (ended.code === 255 && ended.stderr.startsWith('Cannot open network namespace'))
      throw new UnrecoverableError(
        `this machine has no network namespace "${namespace}" (\`ip netns\`); correct "namespace" of stackward.yaml`,
        { where },
      );
    return ended;
  }

  /** Nothing stays open. */
  async close(): Promise<void> {
    return Promise.resolve();
  }
}
