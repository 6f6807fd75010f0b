/** Runs of one pipeline or two that grant, change and take roles in one rule: nobody else loses or gains anything. */
import fc from 'fast-check';
import type { Release } from '../../lib/openstack/releases';
import { numberOfRuns } from '../support/moments';
import { PolicyHost, type Grants } from '../support/policy-host';

const parts = [
  '"context_is_admin": "role:admin"',
  '"context_is_advsvc": "role:advsvc"',
  '"admin_only": "rule:context_is_admin"',
  '"network_owner": "tenant_id:%(network:tenant_id)s"',
  '"admin_or_network_owner": "rule:context_is_admin or rule:network_owner"',
  '"default": "rule:admin_or_network_owner"',
];
const fixed = 'create_port:fixed_ips:ip_address';
const json = (...more: string[]) => `{\n    ${[...parts, ...more].join(',\n    ')}\n}\n`;
const yaml = (...more: string[]) => ['# site', ...parts, ...more, '"x": "@"', ''].join('\n');

const sites: readonly (readonly [string, Release, string, string, string])[] = [
  ['default rule, JSON', 'icehouse', 'create_port:b', 'policy.json', json()],
  ['nobody by default, JSON', 'icehouse', 'create_port:b', 'policy.json', '{"a": "!"}'],
  ['present, JSON', 'icehouse', 'create_port:b', 'policy.json', json('"create_port:b": "rule:context_is_admin"')],
  ['default in the code, JSON', 'train', fixed, 'policy.json', json()],
  ['default with its deprecated half, YAML', 'zed', fixed, 'policy.yaml', yaml()],
  ['default of new rules alone, YAML', '2023.2', fixed, 'policy.yaml', yaml()],
  ['present, YAML', 'zed', fixed, 'policy.yaml', yaml(`${fixed}: rule:context_is_admin # why`)],
  ['present list, YAML', 'zed', fixed, 'policy.yaml', yaml(`${fixed}:\n  - [rule:context_is_admin]\n  - role:reader`)],
];

const roles = ['member', 'operator', 'reader', 'auditor'];
const role = fc.constantFrom(...roles, 'Member');
const grants: fc.Arbitrary<Grants> = fc
  .dictionary(fc.constantFrom('A', 'B', 'C'), role, { maxKeys: 3 })
  .filter((all) => new Set(Object.values(all).map((role) => role.toLowerCase())).size === Object.keys(all).length);
const run = fc.oneof(
  fc.record({ one: grants }),
  fc.record({ two: grants }),
  fc.record({ one: grants, two: grants }),
) as fc.Arbitrary<Readonly<Record<string, Grants>>>;

const tokens = ['admin', 'advsvc', 'nothing', ...roles].flatMap((role) =>
  ['n', 'p', 'q'].map((project) => [role, project] as const),
);

test.each(sites)('%s', (_, release, rule, name, before) => {
  fc.assert(
    fc.property(fc.array(run, { minLength: 1, maxLength: 5 }), fc.constantFrom('one', 'two'), (runs, last) => {
      const host = new PolicyHost(before, release, rule, name);
      const admitted = host.admitted(tokens);
      const declared: Record<string, Grants> = {};
      for (const all of [...runs, { [last]: {} }, { [last === 'one' ? 'two' : 'one']: {} }]) {
        Object.assign(declared, all);
        host.run(all);
        const granted = Object.values(declared).flatMap((grants) =>
          Object.values(grants).map((role) => role.toLowerCase()),
        );
        expect(host.admitted(tokens)).toEqual(
          tokens.map(([own], index) => admitted[index] === true || granted.includes(own)),
        );
        expect(host.run(all)).toEqual([]);
      }
      expect([host.text, [...host.records.values()].flatMap((record) => [...record])]).toEqual([before, []]);
    }),
    { numRuns: numberOfRuns(7) },
  );
});
