/** A reviewer never sees less than what happens: plans that try to bring something past the review. */
import { renderReviewHtml } from '../../review/render/html';
import { renderReviewMarkdown } from '../../review/render/markdown';
import { renderReviewText } from '../../review/render/text';
import { reviewRules } from '../../review/rules';
import { classesOf, create, remove, reviewOf, update, type MadeChange } from '../support/made-plan';

const port = 'openstack_networking_port_v2.port';
const network = 'openstack_networking_network_v2.network';
const policy = 'openstack_networking_rbac_policy_v2.policy';

describe('the values of a thing that Terraform makes', () => {
  const review = reviewOf([
    create(port, { name: 'web', dns_name: 'www-of-acme' }),
    create('openstack_compute_flavor_v2.flavor', { name: 'big', ram: 8192 }),
  ]);

  test.each([
    ['text', (): string => renderReviewText(review, 140)],
    ['Markdown', (): string => renderReviewMarkdown(review)],
    ['HTML', (): string => renderReviewHtml(review)],
  ])('stand in %s', (_format, render) => {
    expect(render()).toContain('www-of-acme');
    expect(render()).toContain('8192');
  });

  test('are bounded, and stay out if they are sensitive', () => {
    const metadata = Object.fromEntries(Array.from({ length: 5000 }, (_, turn) => [`key${turn}`, 'x']));
    const server = 'openstack_compute_instance_v2.server';
    const made = create(server, { name: 'web', metadata, note: 'hunter2' }, { sensitive: { note: true } });
    const text = renderReviewText(reviewOf([made]), 140);
    expect(text).not.toContain('hunter2');
    expect(text.split('\n').length).toBeLessThan(300);
  });
});

describe('a thing that others may use is a risk', () => {
  test.each([
    ['a network without port security', create(network, { port_security_enabled: false }), 'security-off'],
    [
      'a network that loses port security',
      update(network, { port_security_enabled: true }, { port_security_enabled: false }),
      'security-off',
    ],
    ['a shared network', create(network, { shared: true }), 'shares-with-all'],
    ['a network that becomes shared', update(network, { shared: false }, { shared: true }), 'shares-with-all'],
    ['an external network', create(network, { external: true }), 'shares-with-all'],
    ['a shared pool of subnets', create('openstack_networking_subnetpool_v2.p', { shared: true }), 'shares-with-all'],
    ['a public image', create('openstack_images_image_v2.i', { visibility: 'public' }), 'shares-with-all'],
    [
      'a policy for every project',
      create(policy, { action: 'access_as_shared', target_tenant: '*' }),
      'shares-with-all',
    ],
    [
      'a policy for a project',
      create(policy, { action: 'access_as_shared', target_tenant: 'f00' }),
      'shares-with-project',
    ],
    [
      'a policy for nobody knows whom',
      create(policy, { action: 'access_as_shared' }, { unknown: { target_tenant: true } }),
      'shares-with-all',
    ],
  ])('%s', (_what, change, name) => {
    expect(classesOf(reviewOf([change]))).toEqual([name]);
  });

  test('and a network of the project alone is none', () => {
    const own = { name: 'green', shared: false, external: false, port_security_enabled: true };
    expect(classesOf(reviewOf([create(network, own)]))).toEqual([]);
    expect(classesOf(reviewOf([update(network, { shared: true }, { shared: true, name: 'x' })]))).toEqual([]);
  });
});

describe('an acknowledgement holds for the thing that has the path', () => {
  const server = 'openstack_compute_instance_v2';
  const replaced = (address: string): MadeChange => ({
    address,
    actions: ['delete', 'create'],
    before: { id: '9', name: 'database' },
    after: { name: 'database' },
  });
  const rules = reviewRules.parse({
    acknowledged: [{ risk: 'replaces-server', where: 'acme/Legacy', reason: 'known', until: '2027-01-01' }],
  });
  const acknowledged = (address: string, paths: Readonly<Record<string, string>>): boolean =>
    reviewOf([replaced(address)], { rules, paths }).acknowledged.length > 0;

  test('and for no other that the code gives the same path', () => {
    expect(acknowledged(`${server}.Legacy`, { [`${server}.Legacy`]: 'acme/Legacy' })).toBe(true);
    const both = { [`${server}.Legacy`]: 'acme/Legacy', [`${server}.evil`]: 'acme/Legacy' };
    expect(acknowledged(`${server}.evil`, both)).toBe(false);
    expect(reviewOf([replaced(`${server}.evil`)], { paths: both }).risks[0]?.where).toBe(`acme/${server}.evil`);
  });

  test('and for no thing that left the code, where its address would tell the path of a thing in the code', () => {
    expect(acknowledged(`${server}.Legacy_0A1B2C3D`, { [`${server}.Legacy`]: 'acme/Legacy' })).toBe(false);
  });

  test('and for no path of another stack', () => {
    const paths = { [`${server}.evil`]: 'other/Legacy' };
    expect(reviewOf([replaced(`${server}.evil`)], { paths }).risks[0]?.where).toBe(`acme/${server}.evil`);
  });

  test('and for no path that is the address of another thing', () => {
    const address = `${server}.first`;
    const paths = { [`${server}.evil`]: `acme/${address}` };
    const { stacks } = reviewOf([replaced(address), replaced(`${server}.evil`)], { paths });
    expect(stacks[0]?.terraform.map(({ path }) => path)).toEqual([`acme/${address}`, `acme/${server}.evil`]);
  });

  test('two servers that left the code from one path are two parts that cannot be undone', () => {
    const review = reviewOf([
      remove(`${server}.web_1_AAAAAAAA`, { id: '8', name: 'old' }),
      remove(`${server}.web_1_BBBBBBBB`, { id: '9', name: 'database' }),
    ]);
    expect(renderReviewText(review, 140)).toContain("2 parts can't be undone");
  });
});

test('a thing that is imported and changed is a change with its risks, and its way back says what reverting does', () => {
  const importing = { importing: { id: '1' } };
  const review = reviewOf([
    update(port, { id: '1', port_security_enabled: true }, { id: '1', port_security_enabled: false }, importing),
    update(
      'openstack_networking_router_v2.router',
      { id: '1', external_network_id: 'n1' },
      { id: '1', external_network_id: 'n2' },
      importing,
    ),
  ]);
  expect(classesOf(review)).toEqual(expect.arrayContaining(['security-off', 'drops-traffic']));
  const [change] = review.stacks[0]?.terraform ?? [];
  expect(change).toMatchObject({ action: 'update', importedId: '1', wayBack: { isPossible: true } });
  expect(JSON.stringify(change?.wayBack)).toMatch(/terraform state rm/);
});

test.each(['constructor', 'toString', '__proto__'])('a resource of type %s is reviewed as any other', (type) => {
  expect(reviewOf([create(`${type}.x`, { name: 'n' })]).stacks[0]?.terraform).toHaveLength(1);
  expect(reviewOf([remove(`${type}.x`, { name: 'n' })]).stacks[0]?.terraform).toHaveLength(1);
});

test('a name that is marked as sensitive stands in no subject', () => {
  const made = create('openstack_compute_instance_v2.x', { name: 'hunter2' }, { sensitive: { name: true } });
  expect(JSON.stringify(reviewOf([made]))).not.toContain('hunter2');
});

test('texts that differ behind the first thousand characters are shown where they differ', () => {
  const text = (end: string) => ({ id: '1', name: 'a', metadata: { note: `${'x'.repeat(1500)}${end}` } });
  const review = reviewOf([update('openstack_compute_instance_v2.x', text('good'), text('evil'))]);
  const [attribute] = review.stacks[0]?.terraform[0]?.attributes ?? [];
  expect(attribute?.before).toContain('good');
  expect(attribute?.after).toContain('evil');
});

test('a stack that nobody could plan is not a stack without a change', () => {
  const review = reviewOf([]);
  const text = renderReviewText({ ...review, problems: [{ stack: 'acme', message: 'no answer' }] }, 140);
  expect(text).not.toContain('stacks without a change');
  expect(text).toMatch(/stack acme\n.*not reviewed/);
});

describe('rules of a group that let in half of the world together', () => {
  const rule = 'openstack_networking_secgroup_rule_v2';
  const group = create('openstack_networking_secgroup_v2.web', { id: 'g', name: 'web' });
  const values = { direction: 'ingress', ethertype: 'IPv4', protocol: 'tcp', security_group_id: 'g' };
  const ports = (least: number, most = least) => ({ port_range_min: least, port_range_max: most });
  const openings = (...all: readonly object[]): string[] =>
    classesOf(reviewOf([group, ...all.map((more, turn) => create(`${rule}.r${turn}`, { ...values, ...more }))]));
  const quarters = ['0.0.0.0/2', '64.0.0.0/2', '128.0.0.0/2', '192.0.0.0/2'];
  const remote = (prefix: string, more: object = ports(22)) => ({ remote_ip_prefix: prefix, ...more });

  test('are open each', () => {
    expect(openings(...quarters.map((prefix) => remote(prefix)))).toEqual(Array(4).fill('opens-port'));
    expect(openings(...quarters.map((prefix) => remote(prefix, {})))).toEqual(Array(4).fill('opens-any'));
    expect(openings(remote('0.0.0.0/2', ports(20, 30)), remote('128.0.0.0/2', ports(25, 40)))).toHaveLength(2);
  });

  test('are not open where no port is in both, or where they are narrow', () => {
    expect(openings(remote('0.0.0.0/2', ports(22)), remote('128.0.0.0/2', ports(23)))).toEqual([]);
    expect(openings(remote('10.0.0.0/8'), remote('192.0.2.0/24'))).toEqual([]);
  });

  test('are open together with a rule that stays', () => {
    const stays = { ...values, ...remote('0.0.0.0/2'), id: 'r' };
    const review = reviewOf([
      group,
      { address: `${rule}.old`, actions: ['no-op'], before: stays, after: stays },
      create(`${rule}.new`, { ...values, ...remote('128.0.0.0/2') }),
    ]);
    expect(classesOf(review)).toEqual(['opens-port']);
    expect(review.risks[0]?.message).toContain('together with other rules');
  });

  test.each([
    ['no ports', {}, 'opens-any'],
    ['nearly all ports', ports(1, 65_534), 'opens-any'],
    ['all ports without privilege', ports(1024, 65_535), 'opens-any'],
    ['one port', ports(443), 'opens-port'],
    ['all of ICMP', { protocol: 'icmp' }, 'opens-port'],
    ['any protocol by its number', { protocol: '0' }, 'opens-any'],
  ])('a rule with %s from anywhere', (_what, more, name) => {
    expect(openings(remote('0.0.0.0/0', more))).toEqual([name]);
  });

  test('a list of addresses counts as its prefixes', () => {
    const list = create('openstack_networking_address_group_v2.all', {
      id: 'a',
      addresses: ['0.0.0.0/1', '128.0.0.0/1'],
    });
    const open = create(`${rule}.r`, { ...values, ...ports(22), remote_address_group_id: 'a' });
    expect(classesOf(reviewOf([group, list, open])).sort()).toEqual(['opens-any', 'opens-port']);
  });
});

describe('a value that is known after apply is taken for the worst', () => {
  const had = { id: '1', port_security_enabled: true, allowed_address_pairs: [] };

  test.each([
    [
      'port security of a new port',
      create(port, { name: 'web' }, { unknown: { port_security_enabled: true } }),
      'security-off',
    ],
    [
      'port security of a port',
      update(port, had, { id: '1' }, { unknown: { port_security_enabled: true } }),
      'security-off',
    ],
    [
      'address pairs',
      update(port, had, { ...had, allowed_address_pairs: undefined }, { unknown: { allowed_address_pairs: true } }),
      'opens-any',
    ],
    ['port security of a network', create(network, {}, { unknown: { port_security_enabled: true } }), 'security-off'],
    ['a shared network', create(network, {}, { unknown: { shared: true } }), 'shares-with-all'],
    [
      'the source of a rule',
      create(
        'openstack_networking_secgroup_rule_v2.r',
        { protocol: 'tcp', port_range_min: 22, port_range_max: 22 },
        { unknown: { remote_ip_prefix: true } },
      ),
      'opens-port',
    ],
    [
      'a quota',
      update('openstack_networking_quota_v2.q', { port: 10 }, {}, { unknown: { port: true } }),
      'quota-below-use',
    ],
  ])('%s', (_what, change, name) => {
    const [risk] = reviewOf([change]).risks;
    expect(risk?.class).toBe(name);
    expect(risk?.message).toMatch(/^nobody can tell before apply whether /);
  });

  test('a new port of a network without port security has none', () => {
    const open = { address: network, actions: ['no-op'], before: { id: 'n', port_security_enabled: false } };
    const made = create(port, { name: 'web', network_id: 'n' });
    expect(classesOf(reviewOf([{ ...open, after: open.before }, made]))).toEqual(['security-off']);
  });
});
