/** Requests to a host in tests, and how a host's errors read. */
import { StackwardError } from '../../lib/basics/errors';
import type { Host, HostWrite } from '../../lib/hosts/host';

/** The line of docs/hosts.md in sudoers. */
export const sentAlong = '/usr/bin/python3 -ES -c *';

export async function failure(asked: Promise<unknown>): Promise<StackwardError> {
  const error = await asked.then(
    () => new Error('it answered'),
    (met: unknown) => met,
  );
  if (!(error instanceof StackwardError)) throw error;
  return error;
}
export const askFacts = (host: Host) => host.read([{ verb: 'facts' }]);
export const create = (path: string, bytes: number): HostWrite => ({
  verb: 'swap-file',
  path,
  expect: null,
  content: Buffer.alloc(bytes, 'x').toString('base64'),
});
const text = (part: string | RegExp): unknown => expect.stringMatching(part);
export const unrecoverable = (part: RegExp) => ({
  reason: 'UnrecoverableError',
  where: 'host:cnode01',
  detail: text(part),
});
export const transient = (part: RegExp) => ({ reason: 'TransientError', where: 'host:cnode01', detail: text(part) });
