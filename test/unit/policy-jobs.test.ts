/** Several roles in one rule, in any order, of one owner or of several: the texts and the records that come of it. */
import type { Rules } from '../../lib/policy/check';
import { eraOf } from '../../lib/policy/defaults';
import { PolicyText } from '../../lib/policy/model';
import type { Release } from '../../lib/openstack/releases';
import { perform } from '../../reconcilers/policy-rule/grant/edits';
import { keyOf, RecordedGrants, type RecordedGrant } from '../../reconcilers/policy-rule/grant/recorded-grants';
import type { Job } from '../../reconcilers/policy-rule/model';
import type { RecordEntry } from '../../reconcilers/policy-rule/spec';

const file = '/etc/neutron/policy';
const rule = 'create_port:b';
const roles = { A: 'member', B: 'operator', C: 'reader' } as const;
type Name = keyof typeof roles;

/** A policy file and the records of a host. */
class Site {
  readonly records = new Map<string, RecordedGrant>();

  constructor(
    public text: string,
    private readonly release: Release,
    private readonly ownerOf: (name: Name) => string,
  ) {}

  private rules(): Rules {
    return new PolicyText(this.text).model(eraOf(this.release)).rules('neutron');
  }

  private about(name: Name) {
    const grant = { file, rule, role: roles[name], owner: this.ownerOf(name) };
    const recorded = this.records.get(`${grant.owner} ${keyOf(grant)}`)?.entry;
    return { ...grant, service: 'neutron', release: this.release, recorded } as const;
  }

  grant(names: string): void {
    const by = { path: 'x', stack: 'y' };
    const rules = this.rules();
    this.perform(
      [...names].map((name) => ({ ...this.about(name as Name), does: 'add', rules, effective: 'rule:q', as: by })),
    );
  }

  take(names: string): void {
    this.perform(
      [...names].map((name) => {
        const about = this.about(name as Name);
        return { ...about, does: 'take', recorded: about.recorded as RecordEntry };
      }),
    );
  }

  private perform(jobs: readonly Job[]): void {
    const grants = new RecordedGrants(this.records.values());
    const { texts, entries } = perform(jobs, () => new PolicyText(this.text), grants);
    for (const [job, entry] of entries) {
      if (entry instanceof Error) throw entry;
      if (entry === undefined) this.records.delete(`${job.owner} ${keyOf(job)}`);
      else this.records.set(`${job.owner} ${keyOf(job)}`, { owner: job.owner, entry });
    }
    this.text = texts.get(file)?.content ?? this.text;
  }
}

const texts: readonly (readonly [Release, string])[] = [
  ['zed', '# site\n'],
  ['zed', `# site\n"${rule}": >-\n  rule:a\n  or rule:b\n"x": "@"\n`],
  ['zed', `${rule}: rule:a # why\n`],
  ['zed', `${rule}: [[rule:a]]\n`],
  ['zed', `${rule}:\n  - rule:a # c\n  - [rule:b]\nx: '@'\n`],
  ['zed', `{"x": "@"}`],
  ['icehouse', `{"${rule}": "rule:a and rule:b", "x": "@"}`],
  ['icehouse', `{"${rule}": "user_id:%(user_id)s"}`],
  ['icehouse', `{"x": "@",\n "y": ""\n}`],
];
const orders = [['A', 'B', 'C'], ['B', 'A', 'C'], ['C', 'B', 'A'], ['ABC'], ['CBA'], ['AB', 'C'], ['B', 'AC']];

describe.each(texts)('%s, %j: with the last role the bytes before come back', (release, before) => {
  test.each(orders.map((order) => [order.join(', '), order] as const))('%s', (_, order) => {
    for (const owners of [
      { A: 'one', B: 'one', C: 'one' },
      { A: 'one', B: 'two', C: 'three' },
    ]) {
      const site = new Site(before, release, (name) => owners[name]);
      site.grant('A');
      site.grant('BC');
      for (const names of order) {
        expect(site.text).not.toBe(before);
        site.take(names);
      }
      expect([site.text, site.records.size]).toEqual([before, 0]);
    }
  });

  test('a role that comes after another has gone finds the same way back', () => {
    const site = new Site(before, release, () => 'one');
    site.grant('A');
    site.grant('B');
    site.take('A');
    site.grant('C');
    site.take('B');
    site.take('C');
    expect(site.text).toBe(before);
  });
});
