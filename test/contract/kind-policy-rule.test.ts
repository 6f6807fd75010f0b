/** The laws of kinds for policy-rule, on a policy file of Icehouse's Neutron. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { policyRule } from '../../reconcilers/policy-rule';
import { PolicySite } from '../support/policy-site';
import { icehouse } from '../support/policy-texts';
import { kindSuite, type KindWorld, type Thing } from './kind-suite';

// Debian's own Python: a version manager's shim costs a tenth of a second each time.
process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

const file = 'neutron/policy.json';
const rules: Readonly<Record<Thing, string>> = { first: 'create_port:fixed_ips', second: 'update_port:fixed_ips' };
const third = 'create_port:mac_address';
const start = icehouse.replace('"create_port": "",', `$&\n    "${third}": "rule:admin_or_network_owner",`);
const valueOf = (rule: string): RegExp => new RegExp(`"${rule}": "([^"]*)"`);
const lineOf = (thing: Thing): RegExp => valueOf(rules[thing]);
const notes = 'policy-rule.json.old';

function make(): KindWorld {
  const site = new PolicySite();
  site.write('neutron/neutron.conf', '[DEFAULT]\n');
  site.write(file, start);
  mkdirSync(site.stateFolder);
  writeFileSync(join(site.stateFolder, notes), '# This file is kept by stackward for team-a\n');
  const grant = { service: 'neutron', role: 'member', release: 'icehouse', reason: 'tests' };
  const grantOf = (thing: Thing) => ({ ...grant, rule: rules[thing] });
  const recordNames = () => readdirSync(site.stateFolder).filter((name) => name !== notes && !name.startsWith('.'));
  const textOf = (name: string) => readFileSync(join(site.stateFolder, name), 'utf8');
  const rewrite = (thing: Thing, value: string) =>
    site.write(file, site.read(file).replace(lineOf(thing), `"${rules[thing]}": "${value}"`));
  return {
    readers: site.readers,
    writers: site.writers,
    specs: { first: grantOf('first'), second: grantOf('second') },
    third: { ...grant, rule: third },
    state: () => [site.read(file), recordNames().map((name) => [name, textOf(name)])],
    isThere: (thing) => lineOf(thing).exec(site.read(file))?.[1]?.endsWith(' or role:member') === true,
    drift: (thing) => rewrite(thing, 'rule:admin_or_network_owner'),
    meddle: (thing) => rewrite(thing, 'role:operator'),
    decoys: () => [
      [...Object.values(rules), third].reduce((text, rule) => text.replace(valueOf(rule), ''), site.read(file)),
      existsSync(join(site.stateFolder, notes)) && textOf(notes),
    ],
    remove: () => site.remove(),
  };
}

kindSuite(policyRule, make, { unit: 'target', failsAlone: true, whenRemoved: 'goes' });
