/** Two machines are never taken for one because one of them was resumed from a snapshot of the other. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { oneNameEach } from '../../lib/run/machines';
import type { Placed } from '../../lib/contract/kind';
import { sha256 } from '../../lib/basics/sha256';

const support = join(__dirname, '../support/machine-of.py');
const program = join(__dirname, '../../host/stackward-host.py');

/** `machine` of the host program in this very network and mount namespace, under a host name of its own. */
const machineOf = (hostname: string): string =>
  execFileSync(
    'unshare',
    ['--uts', 'sh', '-c', 'hostname "$1" && exec /usr/bin/python3 "$2" "$3"', 'sh', hostname, support, program],
    { encoding: 'utf8' },
  ).trim();

test('machines that share boot id, root and network namespace differ by their host names', () => {
  const [origin, clone] = [machineOf('cnode01'), machineOf('cnode02')];
  expect(origin).toContain(readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
  expect(clone).not.toBe(origin);
  expect(clone.replace('cnode02', 'cnode01')).toBe(origin);
});

test('a machine gives the same answer each time, and tells its network cards by a digest of their addresses', () => {
  const addresses = readdirSync('/sys/class/net')
    .filter(
      (name) => existsSync(`/sys/class/net/${name}/device`) && !existsSync(`/sys/class/net/${name}/device/physfn`),
    )
    .map((card) => readFileSync(`/sys/class/net/${card}/address`, 'utf8').trim());
  const machine = machineOf('cnode01');
  expect(machineOf('cnode01')).toBe(machine);
  expect(machine.split(' ').at(-1)).toBe(sha256(addresses.sort().join(',')).slice(0, 16));
});

const placed = (target: string, ids: readonly string[]): Placed =>
  ({ kind: 'policy-rule', target, ids }) as unknown as Placed;

test('clones that nothing tells apart are Blocked by both names where something is wanted on both', () => {
  const places = ['host:cnode01', 'host:cnode02'].map((target) => ({
    placed: placed(target, [`policy-rule.acme/${target}`]),
    machine: 'same',
  }));
  const { kept, refused } = oneNameEach(places);
  expect([kept, refused.flatMap(({ ids }) => ids)]).toEqual([
    [],
    ['policy-rule.acme/host:cnode01', 'policy-rule.acme/host:cnode02'],
  ]);
  expect(refused[0]?.problem).toMatchObject({ reason: 'Blocked' });
  expect(refused[0]?.problem.message).toMatch(
    /^host:cnode01 and host:cnode02 are one machine.*if they are clones of one snapshot, give one of them another host name, or restart it$/,
  );
});
