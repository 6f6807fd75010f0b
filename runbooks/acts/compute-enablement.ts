import * as z from 'zod';
import { defined } from '../../lib/basics/defined';
import { InvalidConfiguration } from '../../lib/basics/errors';
import { isLine } from '../../lib/basics/line';
import type { ComputeService, Enablement, RunbookReaders } from '../../lib/contract/runbook-ports';
import { defineAct, type Undo } from '../act';

/** The length of Nova's column. */
export const mostOfReason = 255;

const reason = z.string().max(mostOfReason).refine(isLine, 'must be one line');
export const hostName = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}$/, 'must be the name of a host');
const enablement = z.strictObject({ isEnabled: z.boolean(), reason: reason.optional() });

/**
 * The state of a nova-compute; null if Nova has none on that host. Its reason is as another tool may have written it.
 */
export const enablementState = z
  .strictObject({ isEnabled: z.boolean(), reason: z.string().max(10_000).optional() })
  .nullable();
export type EnablementState = z.infer<typeof enablementState>;

export async function findCompute(readers: RunbookReaders, host: string): Promise<ComputeService | undefined> {
  const computes = await (await readers.computeServices()).computes();
  return computes.find((service) => service.host === host);
}

export async function observeEnablement(host: string, readers: RunbookReaders): Promise<EnablementState> {
  const found = await findCompute(readers, host);
  if (found === undefined) return null;
  const { isEnabled, disabledReason } = found;
  // In some releases an enabled service still has the reason for which it was last disabled.
  return isEnabled ? { isEnabled } : { isEnabled, ...defined({ reason: disabledReason ?? undefined }) };
}

export const sayEnablement = ({ isEnabled, reason: why }: Enablement): string =>
  isEnabled ? 'enabled' : why === undefined ? 'disabled, without a reason' : `disabled, reason "${why}"`;

/** Tells the scheduler whether it may choose a host. Servers there continue to run. */
export const computeEnablement = defineAct({
  name: 'compute-enablement',
  inputs: z.strictObject({ host: hostName, to: enablement }),
  state: enablementState,
  title: ({ host, to }) =>
    to.isEnabled
      ? `enable nova-compute on ${host}`
      : `disable nova-compute on ${host}, ${to.reason === undefined ? 'without a reason' : `reason "${to.reason}"`}`,
  thing: ({ host }) => `compute ${host}`,
  observe: ({ host }, { readers }) => observeEnablement(host, readers),
  say: (now) => (now === null ? 'there is no nova-compute' : sayEnablement(now)),
  isDone: ({ to }, now) => now !== null && now.isEnabled === to.isEnabled && now.reason === to.reason,
  refuse: ({ host }, now) =>
    now === null ? `Nova has no nova-compute on ${host} any more; \`stackward services\` lists all` : undefined,
  perform: async ({ host, to }, { readers, writers }) => {
    const found = await findCompute(readers, host);
    if (found === undefined)
      throw new InvalidConfiguration(`Nova has no nova-compute on ${host}; \`stackward services\` lists all`, {
        about: 'name',
      });
    await (await writers.computeServices()).setEnablement(found, to);
  },
  undo: ({ host }, before): Undo => {
    if (before === null) return { is: 'never', because: 'there was no nova-compute' };
    if (!enablement.safeParse(before).success)
      return { is: 'never', because: 'its reason of before is longer than one line, or than Nova allows' };
    return { is: 'step', step: computeEnablement.restore({ host, to: before }) };
  },
});
