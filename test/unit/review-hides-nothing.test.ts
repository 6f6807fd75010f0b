/** A reviewer never sees less than what happens: plans that try to bring something past the review. */
import { renderReviewHtml } from '../../review/render/html';
import { renderReviewMarkdown } from '../../review/render/markdown';
import { renderReviewText } from '../../review/render/text';
import { classesOf, create, reviewOf, update } from '../support/made-plan';

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
