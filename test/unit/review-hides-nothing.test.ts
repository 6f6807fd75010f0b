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
