import { LocalHost } from '../../adapters/host/local-host';
import { fileContract } from './host-suite';
import { makeNamespace, networkContract } from './host-network-suite';

// Debian's own Python: a version manager's shim costs a tenth of a second each time.
process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

fileContract('this machine', () => Promise.resolve(new LocalHost('here')));
networkContract('a network namespace', (namespace) => Promise.resolve(new LocalHost('cnode01', { namespace })));

test('a missing network namespace is no passing failure', async () => {
  await expect(
    new LocalHost('cnode01', { namespace: 'stackward-nope' }).read([{ verb: 'facts' }]),
  ).rejects.toMatchObject({
    reason: 'UnrecoverableError',
    message: expect.stringContaining('host:cnode01: this machine has no network namespace "stackward-nope"') as string,
  });
});

test('a machine is the same by each of its names, and a network namespace is a machine of its own', async () => {
  const [left, right] = [makeNamespace(), makeNamespace()];
  const machine = async (name: string, namespace?: string) => {
    const [facts] = await new LocalHost(name, namespace === undefined ? {} : { namespace }).read([{ verb: 'facts' }]);
    return facts.ok ? facts.value.machine : undefined;
  };
  try {
    const first = await machine('ctl1', left.name);
    expect(first).toMatch(/^[0-9a-f-]{36} \d+:\d+ \d+ \S+ [0-9a-f]{16}$/);
    expect(await machine('ctl1.example.net', left.name)).toBe(first);
    expect(new Set([first, await machine('ctl1', right.name), await machine('ctl1')]).size).toBe(3);
  } finally {
    left.remove();
    right.remove();
  }
});
