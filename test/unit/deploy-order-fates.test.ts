/** What becomes of a user in a plan, where it neither goes nor stays as it is, and how much a review says of many users. */
import { id } from '../support/doomed-network';
import { staying, type Forged } from '../support/forged-plan';
import { green, groupGone, inGreen, orderOf, port, stack, tenant, withGroup } from '../support/ordered-stacks';

describe('a port that Terraform only forgets', () => {
  const forgotten: Forged = { ...port, isForgotten: true };
  const uses = 'uses it, and stays in OpenStack when Terraform forgets it';
  const way = 'Keep network Green as it is in the code and deploy; then delete port web (10.0.1.20) in project p1 in OpenStack by hand, and make this change of it again.';

  test('still uses its network, until somebody deletes it by hand', () => {
    expect(orderOf([stack('shared', [green]), tenant([forgotten])]).stuck).toEqual([expect.stringMatching(ending(uses, way))]);
    const replaced = { ...green, after: { name: 'Green' }, isReplaced: true };
    expect(orderOf([stack('shared', [replaced]), tenant([forgotten])]).stuck).toEqual([expect.stringMatching(ending(uses, way))]);
  });

  test('beside a port that stays has to be deleted by hand as well', () => {
    const db = { ...inGreen, id: id('b'), name: 'db', fixed_ip: [] };
    const both = tenant([forgotten, staying('networking_port_v2', 'db', db)]);
    expect(orderOf([stack('shared', [green]), both]).stuck).toEqual([
      expect.stringMatching(/ still use it after this change\. Keep network Green in the code, let stack acme use it no longer, and deploy; then delete port web \(10\.0\.1\.20\) in project p1 in OpenStack by hand, take network Green out of the code and deploy again\.$/),
    ]);
  });
}); // prettier-ignore

test("a project of an id without dashes goes after a thing in it, and a thing that stays there stops no deploy", () => {
  const project = id('c').replaceAll('-', '');
  const removed: Forged = { type: 'identity_project_v3', name: 'p', before: { id: project, name: 'acme' } };
  const own = { id: id('a'), name: 'web', tenant_id: project };
  const because = ['acme: first port web in project acme, then project acme'];
  expect(orderOf([stack('shared', [removed]), tenant([{ ...port, before: own }])])).toEqual({ names: ['acme', 'shared'], because, stuck: [] });
  expect(orderOf([stack('shared', [removed]), tenant([staying('networking_port_v2', 'web', own)])]).stuck).toEqual([]);
  const named: Forged = { ...removed, before: { id: 'default', name: 'acme' } };
  expect(orderOf([stack('shared', [named]), tenant([{ ...port, before: { ...own, tenant_id: 'default' } }])]).because).toEqual([]);
}); // prettier-ignore

describe('a port whose new security groups are known after apply', () => {
  const updated = (more: Partial<Forged>): Forged => ({ ...port, before: withGroup, after: { id: id('a'), name: 'web' }, unknown: { security_group_ids: true }, ...more }); // prettier-ignore
  const stuckBy = (user: Forged) => orderOf([stack('shared', [groupGone]), tenant([user])]).stuck;
  const said = [
    expect.stringMatching(
      ending(
        'may still use it after this change, because the new value is known after apply',
        'Keep security group web in the code and deploy; then take it out and deploy again.',
      ),
    ),
  ];

  test('may still have a group that goes', () => {
    expect(stuckBy(updated({}))).toEqual(said);
    const element = {
      after: { id: id('a'), name: 'web', security_group_ids: [] },
      unknown: { security_group_ids: [true] },
    };
    expect(stuckBy(updated({ ...element, refers: { security_group_ids: 'data.terraform_remote_state.shared' } }))).toEqual(said); // prettier-ignore
    expect(stuckBy(updated({ unknown: { tags: true, all_fixed_ips: true } }))).toEqual([]);
  });

  test('does not have it if its code names only groups of its own stack', () => {
    expect(stuckBy(updated({ refers: { security_group_ids: 'openstack_networking_secgroup_v2.own' } }))).toEqual([]);
  });
});

test('a network that was replaced before is in no code, so nobody is told to keep it there', () => {
  const old: Forged = { ...green, isDeposed: true };
  const stays = staying('networking_port_v2', 'web', inGreen);
  const stuckBy = (user: Forged) => orderOf([stack('shared', [old]), tenant([user])]).stuck;
  const nowhere = 'because no code has network Green any more; then';
  expect(stuckBy(stays)).toEqual([
    expect.stringMatching(ending('still uses it after this change', `Deploy a change first in which stack acme lets go of it and needs nothing new of stack shared, ${nowhere} deploy again.`)), // prettier-ignore
  ]);
  expect(stuckBy({ ...port, isForgotten: true })).toEqual([
    expect.stringMatching(ending('uses it, and stays in OpenStack when Terraform forgets it', `Deploy stack acme alone, ${nowhere} delete port web (10.0.1.20) in project p1 in OpenStack by hand, and deploy again.`)), // prettier-ignore
  ]);
});

/** The last words of a reason. */
function ending(why: string, way: string): RegExp {
  return new RegExp(`${`${why}. ${way}`.replaceAll(/[.()]/g, '\\$&')}$`);
}

test('a thing with 400 users and a circle of 400 stacks are told in few words', () => {
  const place = (number: number): string => String(number).padStart(3, '0');
  const idOf = (first: string, number: number): string => `${id(first).slice(0, -3)}${place(number)}`;
  const users = Array.from({ length: 400 }, (_, number) =>
    stack(`t${number}`, [staying('networking_port_v2', 'web', { ...inGreen, id: idOf('f', number), name: `w${number}` })]),
  );
  const [said = ''] = orderOf([stack('shared', [green]), ...users]).stuck;
  expect(said).toMatch(/port w2 \(10\.0\.1\.20\) in project p1 of stack t2 and those of 397 more stacks still use it/);
  expect(said.length).toBeLessThan(700);
  const ring = Array.from({ length: 400 }, (_, number) =>
    stack(`t${number}`, [
      { ...green, before: { id: idOf('b', number), name: `n${number}` } },
      { ...port, before: { ...inGreen, id: idOf('f', number), network_id: idOf('b', (number + 1) % 400) } },
    ]),
  );
  const { stuck } = orderOf(ring);
  expect(stuck).toHaveLength(400);
  expect(stuck[0]).toMatch(/, and so on through 396 more stacks to t\d+\. Keep network n/);
  expect(Math.max(...stuck.map(({ length }) => length))).toBeLessThan(1_100);
}); // prettier-ignore
