/** Checks of stackward's own things, over hosts and agents as they were read. */
import { defined } from '../../lib/basics/defined';
import type { HostBoot } from '../../lib/hosts/host';
import { parseRuleset } from '../../lib/iptables/ruleset';
import { findOwnChains } from '../../lib/iptables/own-chain';
import type { Trouble } from '../../reports/doctor/check';
import { freshAgent } from '../../reports/doctor/checks/fresh-agent';
import { exceptionsInForce } from '../../reports/doctor/checks/exceptions-in-force';
import { leftStacks } from '../../reports/doctor/checks/left-stacks';
import { ownerlessThings } from '../../reports/doctor/checks/ownerless-things';
import { restoreAtBoot } from '../../reports/doctor/checks/restore-at-boot';
import type { Heartbeat } from '../../reports/heartbeats';
import { read, untried } from '../../reports/looked';
import type { OwnPlaces, OwnThings } from '../../reports/own-things';

const seconds = (value: number): Date => new Date(Date.UTC(2026, 10, 29) + value * 1000);
const agent = (startedAt: number | undefined, more: Partial<Heartbeat> = {}): Heartbeat => ({
  service: 'neutron',
  name: 'neutron-openvswitch-agent',
  host: 'cnode01',
  isUp: true,
  isEnabled: true,
  writtenBy: 'neutron-server',
  at: seconds(0),
  ageSeconds: 10,
  ...defined({ startedAt: startedAt === undefined ? undefined : seconds(startedAt) }),
  ...more,
});
const judged = (...beats: readonly Heartbeat[]) =>
  freshAgent.judge([{ service: 'neutron', beats: read(beats) }], String).map((result) => ({
    result: result.result,
    subject: result.subject,
    found: 'found' in result ? result.found : result.why,
  }));

test('an agent that started 30 s ago may still write rules; one of an hour, and one of another kind, do not', () => {
  expect(judged(agent(-20), agent(-3_600, { host: 'cnode02' }), agent(-20, { name: 'neutron-l3-agent' }))).toEqual([
    {
      result: 'risk',
      subject: 'neutron-openvswitch-agent on cnode01',
      found: 'It started 30 s ago: it may still write the packet filter of its host.',
    },
  ]);
  expect(judged(agent(-3_600), agent(-20, { name: 'neutron-l3-agent' }))).toEqual([
    { result: 'fine', subject: 'neutron', found: '1 agent has run for more than a minute; left out: 1 that write no rules' },
  ]);
  expect(judged(agent(undefined))[0]).toMatchObject({ result: 'not looked at' });
}); // prettier-ignore

const chain = 'stackward-0123456789abcdef';
const text = `*filter\n:${chain} - [0:0]\n-A ${chain} -s 198.51.100.1/32 -j ACCEPT\n-A neutron-filter-top -j ${chain}\nCOMMIT\n`;
const digest = (sha256: string) => ({ lines: 3, sha256 });
const unit = '/etc/systemd/system/stackward-restore.service';
type Stored = OwnThings['stored'][number];
const placesWith = (boot: HostBoot, isStored = true, content?: Stored['content']): OwnPlaces => {
  const chains = findOwnChains(parseRuleset(isStored ? text : ''), chain);
  const tables = { ruleset: parseRuleset(''), hasHook: true };
  const own = read({ owner: 'acme', chains, stacks: ['acme'] });
  const stored: Stored = { path: '/x', mark: '0123456789abcdef', family: 4, content: content ?? own };
  const things: OwnThings = { stored: [stored], records: [], tables: { 4: tables, 6: tables }, boot };
  return { places: [{ host: 'cnode01', things: read(things) }] };
};
const boot = (now: string | null, isOurs = true): HostBoot => ({
  init: 'systemd',
  seen: 'x',
  files: [{ path: unit, isOurs, now: now === null ? null : digest(now), right: digest('right') }],
});

test.each<[string, HostBoot, string, readonly string[]]>([
  ['as it should be', boot('right'), 'fine', []],
  ['missing', boot(null), 'fault', [`${unit} is missing`]],
  ['of an older release', boot('other'), 'fault', [`${unit} is not as this stackward writes it`]],
  ['of somebody else', boot('other', false), 'fault', [`${unit} is somebody else’s`]],
])('the unit that puts exceptions back is %s', (_, found, result, evidence) => {
  const [told] = restoreAtBoot.judge(placesWith(found), String);
  expect(told).toMatchObject({ result, subject: 'start of cnode01' });
  expect('step' in (told ?? {}) ? (told as Trouble).evidence : []).toEqual(evidence);
});

test('a host without stored exceptions needs no unit, and a host that was not reached is not fine', () => {
  expect(restoreAtBoot.judge(placesWith(boot(null), false), String)).toEqual([
    { result: 'fine', subject: 'hosts', found: 'cnode01: no exceptions are stored' },
  ]);
  const unread = { places: [{ host: 'cnode01', things: untried('no way') }] };
  expect(restoreAtBoot.judge(unread, String)).toMatchObject([{ result: 'not looked at', why: 'no way' }]);
});

test('a stored file that nobody could read is not looked at by any check, and is not a host without exceptions', () => {
  const own = placesWith(boot('right'), true, { isRead: false, why: 'it is larger than 16 MiB', wasTried: true });
  const unread = { result: 'not looked at', subject: '/x on cnode01', why: 'it is larger than 16 MiB', wasTried: true };
  for (const check of [exceptionsInForce, restoreAtBoot, ownerlessThings])
    expect(check.judge(own, String)).toEqual([unread]);
  expect(leftStacks.judge({ own, code: read([]) }, String)).toEqual([unread]);
});
