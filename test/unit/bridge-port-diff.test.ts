import type { BridgeFlag } from '../../lib/hosts/host';
import type { Placement, Sweep, Wanted } from '../../lib/contract/reconciler';
import { bridgePort } from '../../reconcilers/bridge-port';
import type { BridgePortOn } from '../../reconcilers/bridge-port/locate';
import type { BridgePortObserved } from '../../reconcilers/bridge-port/observe';
import type { BridgePortDeclared, FlagName, RecordEntry } from '../../reconcilers/bridge-port/spec';

const portId = '28f25940-63aa-4c5e-9d0b-1f6a7e5c3b21';
const tap = 'tap28f25940-63';
const qvb = 'qvb28f25940-63';
const target = 'host:cnode01';
type Flags = Partial<Record<BridgeFlag, boolean>>;
/** The flags that the kernel sets by itself. */
const fresh: Flags = { hairpin_mode: false, learning: true, unicast_flood: true };

const entry = (device: string, more: Partial<RecordEntry> = {}): RecordEntry => ({
  device,
  flag: 'hairpin',
  portId,
  path: 'acme/Port',
  stack: 'acme',
  before: false,
  written: true,
  ...more,
});

const recordsOf = (records: Readonly<Record<string, readonly RecordEntry[]>>): BridgePortObserved['records'] =>
  new Map(
    Object.entries(records).map(([owner, entries]) => [
      owner,
      {
        path: `/var/lib/stackward/${owner}`,
        sha256: null,
        entries: new Map(entries.map((entry) => [`${entry.device} ${entry.flag}`, entry])),
      },
    ]),
  );

const observed = (
  devices: Readonly<Record<string, Flags>>,
  records: Readonly<Record<string, readonly RecordEntry[]>> = {},
  others: Readonly<Record<string, readonly RecordEntry[]>> = {},
): BridgePortObserved => ({
  devices: new Map(Object.entries(devices).map(([device, flags]) => [device, { bridge: 'qbr28f25940-63', flags }])),
  records: recordsOf({ ours: [], ...records }),
  others: recordsOf(others),
});

const wants = (
  flags: Partial<Record<FlagName, boolean>>,
  more: Partial<Wanted<BridgePortOn>> = {},
): Wanted<BridgePortOn> => ({
  id: 'bridge-port.acme/Port',
  stack: 'acme',
  owner: 'ours',
  spec: { declared: { portId, ...flags }, devices: [tap, qvb] },
  ...more,
});

const place = (wanted: readonly Wanted<BridgePortOn>[], sweep: readonly Sweep[] = []): Placement<BridgePortOn> => ({
  target,
  wanted,
  sweep,
  owners: ['ours', 'theirs'],
  ids: [],
});

const all: Sweep[] = [{ owner: 'ours', stacks: 'all' }];
const shown = (found: ReturnType<typeof bridgePort.diff>) =>
  found.steps.map(({ id, action, changes, because }) => ({
    what: `${action} ${id}`,
    changes: changes.map(({ attribute, before = '-', after = '-' }) => `${attribute}: ${before} → ${after}`),
    because,
  }));

test.each<[string, BridgePortDeclared]>([
  ['one flag', { portId, hairpin: false }],
  ['all of them', { portId, hairpin: true, learning: false, flood: false }],
])('parse takes what the construct writes: %s', (_what, spec) => {
  expect(bridgePort.parse(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
});

test.each([
  ['portId', { portId: '', hairpin: true }],
  ['hairpin', { portId, hairpin: 'off' }],
  ['spec', { portId }],
  ['isolated', { portId, hairpin: true, isolated: true }],
  ['restore', { portId, hairpin: true, restore: [{ target: 'host:cnode01', image: { portId, flags: [] } }] }],
  ['spec', null],
])('parse names the field %s', (field, input) => {
  expect(() => bridgePort.parse(input)).toThrow(`the field "${field}" is not valid`);
});

test('plans one step for both devices; only the tap gets hairpin on', () => {
  const found = bridgePort.diff(
    place([wants({ hairpin: true, learning: false })]),
    observed({ [tap]: fresh, [qvb]: fresh }),
  );
  expect(shown(found)).toEqual([
    {
      what: 'update bridge-port.acme/Port',
      changes: [`hairpin of ${tap}: off → on`, `learning of ${tap}: on → off`, `learning of ${qvb}: on → off`],
      because: 'the code declares it',
    },
  ]);
  expect(found.steps[0]?.notes).toEqual([
    'the guest gets its own frames back, broadcasts and multicasts too; with IPv6, its duplicate address detection may then find itself',
    'the bridge does not remember addresses behind the port',
  ]);
  expect(found.findings).toEqual([]);
});

test('adopts flags that are as declared: no step, no record', () => {
  const there = observed({ [tap]: fresh, [qvb]: fresh });
  expect(bridgePort.diff(place([wants({ hairpin: false, flood: true })], all), there)).toEqual({
    steps: [],
    findings: [],
  });
});

test.each<[string, RecordEntry[], Flags, boolean, string[], string]>([
  [
    'a re-plug',
    [entry(tap)],
    fresh,
    true,
    [`hairpin of ${tap}: off → on`],
    'the port was plugged again, which resets it, or somebody set it back',
  ],
  [
    'another value in the code',
    [entry(tap)],
    { ...fresh, hairpin_mode: true },
    false,
    [`hairpin of ${tap}: on → off`],
    'the code declares another value',
  ],
  [
    'another construct',
    [entry(tap, { path: 'old/Port', stack: 'old' })],
    { ...fresh, hairpin_mode: true },
    true,
    [`record of hairpin of ${tap}: on, was off, for old/Port → on, was off, for acme/Port`],
    'another construct declares it now',
  ],
  [
    'what is again as before our write',
    [entry(tap)],
    fresh,
    false,
    [`record of hairpin of ${tap}: on, was off, for acme/Port → -`],
    'it is again what it was before the first write',
  ],
])('%s: the plan says why', (_what, records, flags, value, changes, because) => {
  const spec = { declared: { portId, hairpin: value }, devices: [tap] };
  const found = bridgePort.diff(place([wants({}, { spec })]), observed({ [tap]: flags }, { ours: records }));
  expect(shown(found)).toEqual([{ what: 'update bridge-port.acme/Port', changes, because }]);
});

test('names a device that is not plugged, or a flag that the kernel lacks, and plans the rest', () => {
  const { steps, findings } = bridgePort.diff(
    place([wants({ hairpin: true, learning: false })]),
    observed({ [tap]: { hairpin_mode: false } }),
  );
  expect(steps[0]?.changes).toEqual([{ attribute: `hairpin of ${tap}`, before: 'off', after: 'on' }]);
  expect(findings).toEqual([
    {
      id: 'bridge-port.acme/Port',
      message: `no bridge has ${qvb} of port ${portId}: its server is off, or just moving; its flags are set by the next apply after it is plugged`,
    },
    {
      id: 'bridge-port.acme/Port',
      reason: 'UnrecoverableError',
      message: `the kernel of this host knows no "learning" of a bridge port (learning of ${tap}); leave it out, or move to a newer kernel`,
    },
  ]);
});

describe('held by the record of another owner', () => {
  const spec = { declared: { portId, hairpin: true }, devices: [tap] };
  const theirs = { elsewhere: [entry(tap, { path: 'their/Port', stack: 'their' })] };

  test("records a flag that is as declared, with the value from before the other owner's first write", () => {
    const found = bridgePort.diff(
      place([wants({}, { spec })]),
      observed({ [tap]: { ...fresh, hairpin_mode: true } }, {}, theirs),
    );
    expect(shown(found)).toEqual([
      {
        what: 'update bridge-port.acme/Port',
        changes: [`record of hairpin of ${tap}: - → on, was off, for acme/Port`],
        because: 'elsewhere has set it, and the code declares it too: it goes back with the last of both',
      },
    ]);
  });

  test('names the other owner whose record holds another value', () => {
    const off = { declared: { portId, hairpin: false }, devices: [tap] };
    const found = bridgePort.diff(
      place([wants({}, { spec: off })]),
      observed({ [tap]: { ...fresh, hairpin_mode: true } }, {}, theirs),
    );
    expect(shown(found)[0]?.because).toBe(
      'the code declares it, and elsewhere, whose record has another value, will set that value again',
    );
  });

  test('a rollback leaves the flag as it is', () => {
    const image = { portId, flags: [{ device: tap, flag: 'hairpin', value: false, entry: null }] };
    const { steps, findings } = bridgePort.diff(
      place([wants({}, { spec: { restore: [image as never] } })]),
      observed({ [tap]: { ...fresh, hairpin_mode: true } }, { ours: [entry(tap)] }, theirs),
    );
    expect(shown({ steps, findings })[0]?.changes).toEqual([
      `record of hairpin of ${tap}: on, was off, for acme/Port → -`,
    ]);
    expect(findings.map(({ message }) => message)).toEqual([
      `another owner's record has hairpin of ${tap} too: it can't be brought back, only what is recorded of it`,
    ]);
  });
});

describe('a flag that leaves the code', () => {
  const on = { ...fresh, hairpin_mode: true };
  const left = { ours: [entry(tap), entry(qvb)] };

  test('gets its old value back, if it still is as stackward wrote it', () => {
    const [step] = bridgePort.diff(place([], all), observed({ [tap]: on, [qvb]: fresh }, left)).steps;
    expect(step).toMatchObject({
      id: 'bridge-port.acme/Port',
      action: 'delete',
      subject: `port ${portId}`,
      changes: [
        { attribute: `hairpin of ${tap}`, before: 'on', after: 'off' },
        { attribute: `record of hairpin of ${qvb}`, before: 'on, was off, for acme/Port' },
      ],
      because: 'nothing declares it on this host any more',
      notes: [`hairpin of ${qvb} is left as it is: it is not what was written, or the device is gone`],
      leftBy: { owner: 'ours', stack: 'acme' },
    });
  });

  test.each<[string, Sweep[]]>([
    ['nothing', []],
    ['another stack', [{ owner: 'ours', stacks: ['globex'] }]],
    ['another owner', [{ owner: 'theirs', stacks: 'all' }]],
  ])('stays in a run that sweeps %s', (_what, sweep) => {
    expect(bridgePort.diff(place([], sweep), observed({ [tap]: on }, left)).steps).toEqual([]);
  });

  test("stays if another owner declares it, and leaves only this owner's record", () => {
    const theirs = wants({ hairpin: true }, { owner: 'theirs', id: 'bridge-port.their/Port', stack: 'their' });
    const found = bridgePort.diff(place([theirs], all), observed({ [tap]: on, [qvb]: on }, left));
    expect(shown(found).flatMap(({ changes }) => changes)).toEqual([
      `record of hairpin of ${tap}: - → on, was off, for their/Port`,
      `record of hairpin of ${tap}: on, was off, for acme/Port → -`,
      `hairpin of ${qvb}: on → off`,
    ]);
  });

  test("stays while another owner's record holds it; if several leave together, the last restores the value", () => {
    const there = { [tap]: on };
    const held = observed(there, { ours: [entry(tap)] }, { elsewhere: [entry(tap, { path: 'their/Port' })] });
    const [step] = bridgePort.diff(place([], all), held).steps;
    expect(step).toMatchObject({
      changes: [{ attribute: `record of hairpin of ${tap}`, before: 'on, was off, for acme/Port' }],
      notes: [`hairpin of ${tap} stays: another owner's record or code has it too`],
    });
    const both = observed(there, { ours: [entry(tap)], theirs: [entry(tap, { path: 'their/Port' })] });
    const sweep: Sweep[] = [...all, { owner: 'theirs', stacks: 'all' }];
    expect(shown(bridgePort.diff(place([], sweep), both)).map(({ what, changes }) => [what, changes])).toEqual([
      ['delete bridge-port.acme/Port', [`record of hairpin of ${tap}: on, was off, for acme/Port → -`]],
      ['delete bridge-port.their/Port', [`hairpin of ${tap}: on → off`]],
    ]);
    // A record of another device, whose name begins alike, holds nothing.
    const decoy = observed(there, { ours: [entry(tap)] }, { elsewhere: [entry(`${tap}x`)] });
    expect(shown(bridgePort.diff(place([], all), decoy))[0]?.changes).toEqual([`hairpin of ${tap}: on → off`]);
  });

  test('plans one step for a construct that declares another port, or one flag less', () => {
    const otherPort = {
      declared: { portId: 'ffffffff-0000-4000-8000-000000000000', hairpin: true },
      devices: ['tapffffffff-00'],
    };
    const found = bridgePort.diff(
      place([wants({}, { spec: otherPort })], all),
      observed({ [tap]: on, [qvb]: on, 'tapffffffff-00': fresh }, left),
    );
    expect(shown(found)).toMatchObject([
      {
        what: 'update bridge-port.acme/Port',
        changes: [`hairpin of tapffffffff-00: off → on`, `hairpin of ${tap}: on → off`, `hairpin of ${qvb}: on → off`],
      },
    ]);
    const less = bridgePort.diff(place([wants({ flood: true })], all), observed({ [tap]: on, [qvb]: on }, left));
    expect(shown(less)).toMatchObject([{ what: 'delete bridge-port.acme/Port' }]);
  });
});

test('the image of a step brings back flags and record', () => {
  const world = observed({ [tap]: { ...fresh, hairpin_mode: true }, [qvb]: fresh }, { ours: [entry(tap), entry(qvb)] });
  const [step] = bridgePort.diff(place([], all), world).steps;
  if (!step) throw new Error('no step');
  const image = JSON.parse(JSON.stringify(bridgePort.image(step, world))) as object;
  const back = bridgePort.restore({
    kind: 'bridge-port',
    path: 'acme/Port',
    stack: 'acme',
    owner: 'ours',
    dependsOn: [],
    unknown: [],
    before: [{ target, image: image as never }],
  });
  expect(back).toEqual({ restore: [{ target, image }] });
  const restore = wants({}, { spec: { restore: [image as never] } });
  const after = observed({ [tap]: fresh, [qvb]: fresh });
  expect(shown(bridgePort.diff(place([restore]), after))).toEqual([
    {
      what: 'update bridge-port.acme/Port',
      changes: [`hairpin of ${tap}: off → on`, `record of hairpin of ${qvb}: - → on, was off, for acme/Port`],
      because: 'the run is rolled back',
    },
  ]);
  expect(bridgePort.diff(place([restore]), world)).toEqual({ steps: [], findings: [] });
  expect(bridgePort.diff(place([restore]), observed({ [qvb]: fresh })).findings).toEqual([
    {
      id: 'bridge-port.acme/Port',
      message: `no bridge has ${tap} any more: its hairpin can't be brought back, only what is recorded of it`,
    },
  ]);
});
