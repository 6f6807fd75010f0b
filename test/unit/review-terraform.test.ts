/** Terraform's plan as a reviewer reads it: real plans (test/fixtures/terraform), and plans that somebody forged. */
import { attributeChanges } from '../../review/terraform/attributes';
import { changesOf, driftOf, outputsOf } from '../../review/terraform/changes';
import { parseTerraformPlan } from '../../review/terraform/plan-json';
import { Things } from '../../review/terraform/things';
import { forgedStack, type Forged } from '../support/forged-plan';
import { recordedPlan, recordedText } from '../support/recorded-plans';

const breaking = recordedPlan('breaking.acme');
const shared = recordedPlan('opening.shared');
const things = new Things([breaking, shared]);
const known = { ...breaking, things };
const changes = changesOf(breaking.plan, known);
const changeOf = (path: string) => changes.find((change) => change.path === path);

const value = (before: unknown, after: unknown, unknown: unknown = {}) => ({
  before,
  after,
  unknown,
  sensitiveBefore: {},
  sensitiveAfter: {},
});

describe('a recorded plan', () => {
  test('names each thing with the server and the project that it belongs to, as they are now', () => {
    expect(changes.map(({ action, subject }) => `${action} ${subject}`)).toMatchSnapshot();
  });

  test('says why a server is replaced, and leaves out what the cloud chooses for the new one', () => {
    expect(changeOf('acme/Utm/Server')).toMatchObject({
      action: 'replace',
      replacedBecause: ['user_data'],
      wayBack: { isPossible: false },
    });
    expect(changeOf('acme/Utm/Server')?.attributes.map(({ name }) => name)).not.toContain('created');
  });

  test('shows the old and the new value of an attribute, and the words for an id', () => {
    const attributes = changeOf('acme/Web1/Resource')?.attributes;
    expect(attributes).toContainEqual({
      name: 'allowed_address_pairs[0].ip_address',
      before: '10.94.0.0/16',
      after: '0.0.0.0/0',
    });
    expect(attributes?.find(({ name }) => name === 'fixed_ip[0].subnet_id')?.before).toMatch(
      /^[0-9a-f-]{36} \(subnet 10\.92\.0\.0\/24 of network Servers\)$/,
    );
  });

  test('gives a thing that left the code the path which its address tells', () => {
    expect(changeOf('acme/Public')).toMatchObject({
      action: 'delete',
      subject: expect.stringContaining('203.0.113.140') as string,
    });
  });

  test('leaves the manifest out of the outputs, and values that the cloud computed out of the drift', () => {
    expect(outputsOf(breaking.plan)).toEqual([]);
    expect(breaking.plan.drift.length).toBeGreaterThan(0);
    expect(driftOf(breaking.plan, known)).toEqual([]);
  });

  test('tells which outputs of another stack the code reads', () => {
    expect([...breaking.code.reads.keys()]).toEqual(['shared']);
    expect(breaking.code.declares).toContainEqual({ type: 'allocation-pool', path: 'acme/Green/AllocationPools' });
  });
});

test('nobody is said to have changed a thing whose making broke off, and the change names that apply', () => {
  const values = { id: 's-1', cidr: '10.78.1.0/24' };
  const half = { type: 'networking_subnet_v2', name: 'Lan', before: values, after: { cidr: values.cidr }, applied: {} };
  const read = (isTainted: boolean) => {
    const { plan, code } = forgedStack('acme', [{ ...half, isReplaced: true, isTainted }]);
    const own = { stack: 'acme', code, things: new Things([]) };
    return plan && { changes: changesOf(plan, own), drift: driftOf(plan, own) };
  };
  expect(read(false)?.drift).toHaveLength(1);
  expect(read(true)).toMatchObject({
    changes: [{ action: 'replace', replacedBecause: ['an apply that broke off while it was made'] }],
    drift: [],
  });
});

describe('attributes', () => {
  test('a sensitive value is hidden on both sides, also where only one side is marked', () => {
    const change = { ...value({ a: 'old', b: 'x' }, { a: 'new', b: 'y' }), sensitiveBefore: { a: true } };
    expect(attributeChanges(change)).toEqual([
      { name: 'a', before: '(sensitive)', after: '(sensitive)' },
      { name: 'b', before: 'x', after: 'y' },
    ]);
  });

  test('a secret that the provider does not mark is hidden by its name, at any depth', () => {
    const change = value({}, { admin_pass: 'hunter2', list: [{ user_password: 'hunter2', name: 'n' }] });
    expect(JSON.stringify(attributeChanges(change))).not.toContain('hunter2');
  });

  test('an item of a set that moved is no change, and a new item is shown alone', () => {
    const pool = (start: string, end: string) => ({ start, end });
    const [first, second] = [pool('10.0.0.1', '10.0.0.9'), pool('10.0.0.20', '10.0.0.29')];
    expect(attributeChanges(value({ pools: [first] }, { pools: [second, first] }))).toEqual([
      { name: 'pools', after: '10.0.0.20-10.0.0.29' },
    ]);
    expect(attributeChanges(value({ pools: [first, second] }, { pools: [second, first] }))).toEqual([]);
  });

  test('null, an empty text and an absent attribute are the same to the provider', () => {
    expect(attributeChanges(value({ mac: '', tags: [] }, { mac: null }))).toEqual([]);
  });

  test('a value that is known after apply is named, also where there was none before', () => {
    const change = value({ address: '203.0.113.9', port_id: '' }, {}, { address: true, port_id: true });
    expect(attributeChanges(change)).toEqual([
      { name: 'address', before: '203.0.113.9', after: '(known after apply)' },
      { name: 'port_id', after: '(known after apply)' },
    ]);
  });

  test('a floating IP that gets a new port shows it, and a new floating IP shows nothing that the cloud chooses', () => {
    const shownOf = (...all: Forged[]) => {
      const { plan, ...stack } = forgedStack('acme', all);
      if (plan === undefined) return [];
      return changesOf(plan, {
        stack: 'acme',
        code: stack.code,
        things: new Things([{ stack: 'acme', plan }]),
      }).flatMap(({ attributes }) => attributes);
    };
    const floating = { type: 'networking_floatingip_v2', name: 'Public', unknown: { port_id: true, fixed_ip: true } };
    expect(shownOf({ ...floating, before: { port_id: '' }, after: {} })).toContainEqual({
      name: 'port_id',
      after: '(known after apply)',
    });
    expect(shownOf({ ...floating, after: { pool: 'red' } })).toEqual([{ name: 'pool', after: 'red' }]);
  });

  test('a resource with thousands of attributes and texts of megabytes stays small', () => {
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, turn) => [`tag${turn}`, 'x'.repeat(3000)]));
    const shown = attributeChanges(value({}, many));
    expect(shown).toHaveLength(201);
    expect(shown.at(-1)?.name).toBe('… and 4800 more');
    expect(shown[0]?.after?.length).toBeLessThan(1100);
  });
});

describe('a plan is refused', () => {
  const text = recordedText('opening.shared.plan');
  const forged = (more: object) => JSON.stringify({ ...(JSON.parse(text) as object), ...more });

  test.each([
    ['that is no JSON', 'x', /it is not JSON/],
    ['of another format', forged({ format_version: '2.0' }), /"format_version" is of a version/],
    ['that Terraform broke off', forged({ errored: true }), /not whole; plan again/],
    ['whose address could forge a line', forged({ resource_changes: [{ address: 'a\nb' }] }), /one line/],
    ['with an action that nobody knows', text.replace('"update"', '"explode"'), /actions/],
    ['that names a key twice', `{"format_version":"1.2","format_version":"1.2"}`, /twice/],
  ])('%s', (_what, given, message) => {
    expect(() => parseTerraformPlan(given, 'stack acme')).toThrow(message);
  });
});

describe('actions', () => {
  const resource = {
    address: 'a.b',
    mode: 'managed',
    type: 'a',
    change: { actions: ['no-op'], before: {}, after: {} },
  };
  const actionsOf = (...all: object[]) =>
    parseTerraformPlan(JSON.stringify({ format_version: '1.2', resource_changes: all }), 'x').changes.map(
      ({ action }) => action,
    );

  test.each([
    ['replace', { change: { actions: ['delete', 'create'] } }],
    ['replace', { change: { actions: ['create', 'delete'] } }],
    ['forget', { change: { actions: ['forget'] } }],
    ['import', { change: { actions: ['no-op'], importing: { id: 'x' } } }],
    ['update', { change: { actions: ['update'], importing: { id: 'x' } } }],
    ['move', { previous_address: 'a.c' }],
    ['update', { previous_address: 'a.c', change: { actions: ['update'] } }],
  ])('%s: %j', (action, more) => {
    expect(actionsOf({ ...resource, ...more })).toEqual([action]);
  });

  test('a resource without a change, and a look-up, are no change', () => {
    expect(actionsOf(resource, { ...resource, mode: 'data', change: { actions: ['read'] } })).toEqual([]);
  });
});
