/**
 * Terraform's reports while it works: the lines of `plan -json` and `apply -json` (Terraform 0.15.3 and later, and
 * every OpenTofu). Lines of an unknown form are left out, because each version may add some.
 *
 * {"@level":"info","@message":"terraform_data.a: Creating...","hook":{"resource":{"addr":"terraform_data.a",…},"action":"create"},"type":"apply_start"}
 */
import * as z from 'zod';
import { defined } from '../../lib/basics/defined';
import { parseJson } from '../../lib/basics/json';

/** One resource that Terraform begins, works on, or has ended. */
export interface ResourceProgress {
  readonly address: string;
  /** Terraform's word: create, update, delete, read. */
  readonly action: string;
  readonly is: 'begun' | 'under way' | 'done' | 'failed';
  /** Since Terraform began with the resource. */
  readonly seconds: number;
}

/** An error or a warning from Terraform. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  readonly summary: string;
  readonly detail: string;
  /** The resource that the message is about. */
  readonly address?: string;
}

const states: Readonly<Record<string, ResourceProgress['is']>> = {
  apply_start: 'begun',
  apply_progress: 'under way',
  apply_complete: 'done',
  apply_errored: 'failed',
  refresh_start: 'begun',
  refresh_complete: 'done',
};

const text = z.string();
const hook = z.object({
  type: z.string().refine((type) => Object.hasOwn(states, type)),
  hook: z.object({
    resource: z.object({ addr: text }),
    action: text.default('read'),
    elapsed_seconds: z.number().min(0).default(0),
  }),
});
const diagnostic = z.object({
  type: z.literal('diagnostic'),
  diagnostic: z.object({
    severity: z.enum(['error', 'warning']),
    summary: text,
    detail: text.default(''),
    address: text.optional(),
  }),
});

/** @param line of stdout */
export function parseEvent(line: string): ResourceProgress | Diagnostic | undefined {
  if (!line.startsWith('{')) return undefined;
  let told: unknown;
  try {
    told = parseJson(line);
  } catch {
    return undefined;
  }
  const seen = hook.safeParse(told).data;
  if (seen !== undefined) {
    const { resource, action, elapsed_seconds: seconds } = seen.hook;
    return { address: resource.addr, action, is: states[seen.type] ?? 'under way', seconds };
  }
  const said = diagnostic.safeParse(told).data?.diagnostic;
  return said && { severity: said.severity, summary: said.summary, detail: said.detail, ...defined({ address: said.address }) }; // prettier-ignore
}

export const isDiagnostic = (event: ResourceProgress | Diagnostic): event is Diagnostic => 'severity' in event;
