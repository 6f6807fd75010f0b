/** No text of a manifest makes a second line of a plan, or turns one around. */
import { parseManifest } from '../../lib/contract/manifest';
import { allocationPoolSpec } from '../../reconcilers/allocation-pool/spec';
import { bootRestoreSpec } from '../../reconcilers/boot-restore/spec';
import { bridgePortSpec } from '../../reconcilers/bridge-port/spec';
import { firewallExceptionSpec } from '../../reconcilers/firewall-exception/spec';
import { policyRuleSpec } from '../../reconcilers/policy-rule/spec';

const port = { portId: '2f0c', placement: 'bound', firewallDriver: 'iptables' } as const;
const grant = { service: 'neutron', rule: 'create_port', role: 'member', release: 'zed', reason: 'why: é, ü' } as const;
const opened = { mode: 'routed', sources: 'any', destinations: ['10.0.0.0/8'], reason: 'because', release: 'kilo' };
const specs = [
  [allocationPoolSpec, { subnetId: '2f0d', pools: [{ start: '10.0.0.1', end: '10.0.0.9' }], method: 'api' }],
  [bootRestoreSpec, { exceptions: [port] }],
  [bridgePortSpec, { portId: '2f0e', hairpin: true }],
  [firewallExceptionSpec, { ...port, ...opened }],
  [policyRuleSpec, { ...grant, intent: 'choose-port-address' }],
] as const;

/** The spec once for each text in it, with `forged` behind that text. */
const forgeries = (spec: object, forged: string): unknown[] => {
  const text = JSON.stringify(spec);
  return [...text.matchAll(/(?<=[:[,])"[^"]*"(?=[,}\]])/g)].map(
    ({ index, 0: whole }): unknown =>
      JSON.parse(
        `${text.slice(0, index + whole.length - 1)}${forged}${text.slice(index + whole.length - 1)}`,
      ) as unknown,
  );
};

test.each(['\\n\\nPlan: 0 to add', '\\u001b[2K', '\\r', '\\u0085', '\\u2028', '\\u202e', '\\u2066'])('%s', (forged) => {
  for (const [schema, spec] of specs) {
    expect(schema.safeParse(spec).success).toBe(true);
    for (const forgery of forgeries(spec, forged))
      expect([forgery, schema.safeParse(forgery).success]).toEqual([forgery, false]);
  }
  const manifest = {
    schemaVersion: '1.0',
    owner: 'acme',
    stack: 'shared',
    resources: { 'shared/G': { kind: 'policy-rule', spec: grant, dependsOn: [] } },
  };
  expect(parseManifest(manifest, 'test').resources).toHaveLength(1);
  for (const name of ['owner', 'stack'])
    expect(() => parseManifest({ ...manifest, [name]: JSON.parse(`"x${forged}"`) as string }, 'test')).toThrow(
      `the field "${name}" of the manifest is not valid: `,
    );
});
