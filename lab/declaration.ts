// The terms of the lab: a component consists of configuration files, stages that are done once, and services that run.
import type { Lab } from './environment';
import type { Step } from './graph';
import type { Queues } from './probes';

/** A file that `up` writes into the lab's folder. */
export interface ConfigurationFile {
  /** Relative to the folder. */
  readonly path: string;
  readonly text: string;
}

/** Work that is done once in the life of the data. */
export interface Stage {
  readonly name: string;
  /** Stages that must be done and services that must be ready first. */
  readonly needs: readonly string[];
  /** Default: a row in the lab's own database, written when the stage is complete. */
  isDone?(): boolean;
  /** The stage is done again when this text differs from the one that it was done with. Default: it is done once. */
  readonly key?: string;
  /** MUST start from clean data, or lead to the same end from any interrupted attempt of itself. */
  run(): Promise<void>;
}

export interface Service {
  readonly name: string;
  readonly needs: readonly string[];
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** The line of `status`. */
  readonly port?: number;
  /** True when the service can do its work. Asked again until then. `startedAt` is when its process began. */
  isReady(startedAt: Date): Promise<boolean>;
  /** Clears what a killed process left behind. Called before each start. */
  prepare?(): Promise<void>;
  /** Started only by a command that names it. */
  readonly isOptional?: boolean;
  /**
   * True for a service that keeps its clients' state. When it starts anew, every service that needs it starts anew too.
   */
  readonly takesDependentsAlong?: boolean;
}

export interface Component {
  readonly files?: readonly ConfigurationFile[];
  readonly stages?: readonly Stage[];
  /** Facts that each `up` looks at. */
  readonly steps?: readonly Step[];
  readonly services?: readonly Service[];
}

export type Declare = (lab: Lab, queues: Queues) => Component;

type Value = string | number | boolean;

/** An oslo.config file. */
export function renderIni(sections: Readonly<Record<string, Readonly<Record<string, Value>>>>): string {
  return Object.entries(sections)
    .map(([section, options]) => {
      const lines = Object.entries(options).map(([name, value]) => `${name} = ${String(value)}\n`);
      return `[${section}]\n${lines.join('')}`;
    })
    .join('\n');
}
