/** Runbooks that tell the scheduler whether it may choose a host. */
import { defined } from '../../lib/basics/defined';
import { asStackwardError, InvalidConfiguration } from '../../lib/basics/errors';
import { isLine } from '../../lib/basics/line';
import { nearestNames } from '../../lib/basics/nearest';
import type { ComputeService } from '../../lib/contract/runbook-ports';
import { sayAge } from '../../lib/render/table';
import { count } from '../../lib/render/text';
import { computeEnablement, mostOfReason } from '../acts/compute-enablement';
import type { Looking } from '../context';
import type { Form, Runbook } from '../runbook';

/** @throws InvalidConfiguration that names a host with a similar name */
export async function getCompute(host: string, { readers }: Looking): Promise<ComputeService> {
  const computes = await (await readers.computeServices()).computes();
  const found = computes.find((service) => service.host === host);
  if (found !== undefined) return found;
  const names = computes.map((service) => service.host);
  const [near] = nearestNames(host, names);
  const meant = near === undefined ? '' : `; did you mean ${near}?`;
  throw new InvalidConfiguration(
    `Nova has no nova-compute on "${host}"${meant}; it has ${count(names.length, 'other', 'others')}, which \`stackward services\` lists`,
    { about: 'name' },
  );
}

/** The clocks of this machine and of the cloud may differ by so many seconds. */
const clockSlack = 30;

export function sayCompute({ host, isUp, heartbeat, isEnabled, disabledReason }: ComputeService, now: Date): string {
  const age = heartbeat && sayAge((now.getTime() - heartbeat.getTime()) / 1000, clockSlack);
  const reason = disabledReason == null || isEnabled ? '' : ` (${disabledReason})`;
  return `nova-compute on ${host}: ${isEnabled ? 'enabled' : 'disabled'}${reason}, ${isUp ? 'up' : 'down'}, heartbeat ${age ?? '?'} old`;
}

async function seeHost(host: string, looking: Looking): Promise<readonly string[]> {
  const compute = await getCompute(host, looking);
  const servers = await (await looking.readers.computeServices()).serversOn(host).then(
    (found) => (found.length === 0 ? 'no server there' : `${count(found.length, 'server')} there, which the run doesn't touch`), // prettier-ignore
    (error: unknown) => `the servers there, which the run doesn't touch, are not known: ${asStackwardError(error).message}`, // prettier-ignore
  );
  return [sayCompute(compute, looking.clock.now()), servers];
}

/** @throws InvalidConfiguration */
function reasonOf(reason: string | undefined): string {
  if (reason === undefined)
    throw new InvalidConfiguration(
      'a reason is missing; give it with --reason TEXT; people who find the host disabled read it',
      { about: 'command line' },
    );
  if (reason.length > mostOfReason || !isLine(reason) || reason.trim() === '')
    throw new InvalidConfiguration(
      `the reason has ${reason.length} characters; one line of 1 to ${mostOfReason} is allowed, because Nova's database stores no more`,
      { about: 'command line' },
    );
  return reason;
}

/** A rollback brings back whatever was there. */
export const enablementForm = (host: string, to: { isEnabled: boolean; reason?: string }): Form => ({
  oneOf: [{ act: computeEnablement.name, inputs: { host, to }, undone: { host } }],
});

export const disableCompute: Runbook = {
  name: 'disable-compute',
  about: 'make the scheduler stop choosing a host; servers there continue to run',
  argument: 'HOST',
  options: ['reason'],
  forms: ({ argument: host, options: { reason } }) => [
    enablementForm(host, { isEnabled: false, ...defined({ reason }) }),
  ],
  prepare: async ({ argument: host, options }, looking) => {
    const to = { isEnabled: false, reason: reasonOf(options.reason) };
    const seen = await seeHost(host, looking);
    return { seen, preconditions: [], steps: [computeEnablement.step({ host, to })] };
  },
};

export const enableCompute: Runbook = {
  name: 'enable-compute',
  about: 'let the scheduler choose a host again',
  argument: 'HOST',
  options: [],
  forms: ({ argument: host }) => [enablementForm(host, { isEnabled: true })],
  prepare: async ({ argument: host }, looking) => ({
    seen: await seeHost(host, looking),
    preconditions: [],
    steps: [computeEnablement.step({ host, to: { isEnabled: true } })],
  }),
};
