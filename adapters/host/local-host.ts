/** This machine, or one of its network namespaces (the lab's compute hosts). */
import { UnrecoverableError } from '../../lib/basics/errors';
import { ProgramHost, type ProgramOptions } from './host-program';
import type { Ended } from './session';

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

  protected argv(script: string): readonly string[] {
    const { namespace } = this.local;
    return [...(namespace === undefined ? [] : ['ip', 'netns', 'exec', namespace]), 'sh', '-c', script];
  }

  protected wayError({ code, stderr, error }: Ended): UnrecoverableError | undefined {
    const where = `host:${this.name}`;
    if (error !== undefined)
      return new UnrecoverableError(`a program can't be started here (${String(error)}); correct PATH`, {
        where,
        cause: error,
      });
    // iproute2 uses one exit code for all failures.
    if (code !== 255 || !stderr.startsWith('Cannot open network namespace')) return undefined;
    return new UnrecoverableError(
      `this machine has no network namespace "${this.local.namespace}" (\`ip netns\`); correct "namespace" of stackward.yaml`,
      { where },
    );
  }
}
