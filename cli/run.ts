import type { Manifest } from '../lib/manifest';
import type { Filter } from '../lib/plan';
import type { Sweep } from '../lib/reconciler';
import type { Style } from '../lib/render/style';
import type { Connections } from './wire';

export interface Options {
  readonly manifest: readonly string[];
  readonly config?: string;
  readonly stack: readonly string[];
  readonly kind: readonly string[];
  readonly target: readonly string[];
  readonly json?: true;
  readonly color?: boolean;
  readonly timezone?: string;
  readonly autoApprove?: true;
  readonly journal: string;
  readonly out?: string;
  /** Of a rollback: the run was recorded on another machine. */
  readonly fromElsewhere?: true;
  /** Of a saved plan: it was applied before. */
  readonly again?: true;
}

/** One run: what was read, and how to answer. */
export interface Run {
  readonly manifests: readonly Manifest[];
  /** Stacks of which there is no manifest yet. */
  readonly unapplied: readonly string[];
  readonly connections: Connections;
  readonly filter: Filter;
  /** What this run may remove. */
  readonly sweep: readonly Sweep[];
  readonly options: Options;
  readonly style: Style;
}
