/** The entries of clouds.yaml in the code of a stack. Whoever opens a pull request writes that code. */
import { parseCode } from '../../review/code';

const cloudsOf = (openstack: unknown) => parseCode(JSON.stringify({ provider: { openstack } }), 'stack acme').clouds;

test("each provider names its entry, or none, and a tenant's provider is left out", () => {
  const tenant = { alias: 'acme', auth_url: 'https://keystone.example/v3', tenant_id: '1' };
  expect(cloudsOf([{ cloud: 'lab' }, {}, tenant, { ...tenant, cloud: 'other' }])).toEqual(['lab', undefined, 'other']);
});

test.each([
  ['an empty name', [{ cloud: '' }]],
  ['null', [{ cloud: null }]],
  ['an object in place of the list', { cloud: 'lab' }],
  ['a text', 'lab'],
])('%s names no entry, and is no fault of the code', (_, openstack) => {
  expect(cloudsOf(openstack)).toEqual([]);
});
