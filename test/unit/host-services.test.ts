/** The services of a host, where its program is of an earlier version. */
import { UnrecoverableError } from '../../lib/basics/errors';
import type { HostReader } from '../../lib/hosts/host';
import { readHostServices, tooOldForServices } from '../../reports/host-services';
import { untried } from '../../reports/looked';

test('an older host program, which refuses to tell of services, is said to be older, and how to mend that', async () => {
  const refused = {
    ok: false,
    reason: 'refused',
    error: new UnrecoverableError('no verb of a request'),
    isUnknown: true,
  } as const;
  const read = (questions: readonly unknown[]) => Promise.resolve(questions.map(() => refused));
  const host = { name: 'cnode01', stateFolder: '/var/lib/stackward', read } as unknown as HostReader;
  expect(await readHostServices(host)).toEqual(untried(tooOldForServices));
});
