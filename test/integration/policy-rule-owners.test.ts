/** The kind on real files: several owners, several roles, and writes that fail half-way. */
import { readdirSync } from 'node:fs';
import { PolicySite } from '../support/policy-site';
import { granted, icehouse, warnings } from '../support/policy-texts';

const file = 'neutron/policy.json';

let site: PolicySite;
beforeEach(() => {
  site = new PolicySite();
  site.write('neutron/neutron.conf', '[DEFAULT]\n');
  site.write(file, icehouse);
});
afterEach(() => site.remove());

test("two owners' grants of one rule go in either order, and the other's stays", async () => {
  const one = (grants = {}) => [site.manifest(grants, { owner: 'one', stack: 'a' })];
  const two = (grants = {}) => [site.manifest(grants, { owner: 'two', stack: 'b' })];
  for (const first of ['one', 'two']) {
    await site.apply(one({ G: { role: 'member' } }));
    await site.apply(two({ G: { role: 'reader' } }));
    expect(site.read(file)).toContain('_ips": "(rule:admin_or_network_owner) or role:member or role:reader"');
    await site.apply(first === 'one' ? one() : two());
    expect(site.read(file)).toContain(
      `_ips": "(rule:admin_or_network_owner) or role:${first === 'one' ? 'reader' : 'member'}"`,
    );
    await site.apply(first === 'one' ? two() : one());
    expect(site.read(file)).toBe(icehouse);
    expect(readdirSync(site.stateFolder)).toEqual([]);
  }
});

test('the same grant of two owners is written once, by the first; the second adopts it', async () => {
  const of = (owner: string, grants = {}) => [site.manifest(grants, { owner, stack: owner })];
  await site.apply(of('one', { G: {} }));
  expect(warnings((await site.apply(of('two', { G: {} }))).plan)).toEqual([
    expect.stringContaining('without a record'),
  ]);
  await site.apply(of('one'));
  expect(site.read(file)).toBe(icehouse);
  expect((await site.apply(of('two', { G: {} }))).plan.steps).toHaveLength(1);
  expect(site.read(file)).toBe(granted);
});
