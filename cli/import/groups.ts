/** Security groups and rules of a project, as source. Pure. */
import type { GroupOfProject, Project, RuleOfProject } from '../../lib/contract/project-port';
import { defined } from '../../lib/basics/defined';
import { newest } from '../../lib/openstack/releases';
import { ruleFindings, type RuleWish } from '../../lib/synth/security-rules';
import type { Draft } from './draft';
import type { Value } from './source';

/** All groups come before all rules, because a rule may name any group. */
export function writeGroups(draft: Draft, { groups }: Project): void {
  const own = groups.filter(({ name }) => name.toLowerCase() !== 'default');
  const usual = groups.find(({ name }) => name.toLowerCase() === 'default');
  if (usual) draft.omit(`the group default (${usual.id}), which Neutron makes in each project`);
  for (const { id, name, description } of own)
    draft.make({ construct: 'SecurityGroup', sort: 'Group', id, name, resource: 'resource' }, { name, description });
  for (const group of own) for (const rule of group.rules) writeRule(draft, group, rule);
}

/** Neutron's own two rules of a group: the construct leaves them unmanaged. */
const isUsual = ({ direction, protocol, remotePrefix, remoteGroup, remoteAddressGroup }: RuleOfProject): boolean =>
  direction === 'egress' &&
  [protocol, remotePrefix, remoteGroup, remoteAddressGroup].every((field) => field === undefined);

function writeRule(draft: Draft, group: GroupOfProject, rule: RuleOfProject): void {
  if (isUsual(rule)) return;
  const variable = draft.known.get(group.id);
  const reason = whyNot(draft, rule);
  if (reason !== undefined || variable === undefined)
    draft.omit(`rule ${rule.id} of group ${group.name}, because ${reason ?? ''}`);
  else draft.import(`${variable.text}.addRule(${draft.props(propsOf(draft, group, rule))})?`, rule.id);
}

function whyNot(draft: Draft, rule: RuleOfProject): string | undefined {
  if (rule.remoteAddressGroup !== undefined) return 'its remote is an address group';
  if (rule.remoteGroup !== undefined && !draft.known.has(rule.remoteGroup))
    return `its remote is group ${rule.remoteGroup}, which the code has not`;
  if (rule.ethertype !== 'IPv4' && rule.ethertype !== 'IPv6') return `its ethertype is ${rule.ethertype}`;
  return ruleFindings(wishOf(rule), newest)[0];
}

const wishOf = ({ direction, ethertype, protocol, remotePrefix, ...rule }: RuleOfProject): RuleWish => ({
  direction,
  ethertype: ethertype === 'IPv6' ? 'IPv6' : 'IPv4',
  ...defined({ protocol, port: portOf(rule), cidr: remotePrefix }),
});

/** One port, a range, or the type of ICMP. */
function portOf({ from, to }: Pick<RuleOfProject, 'from' | 'to'>): RuleWish['port'] {
  if (from === undefined) return to === undefined ? undefined : { from: 0, to };
  return to === undefined || to === from ? from : { from, to };
}

function propsOf(draft: Draft, group: GroupOfProject, rule: RuleOfProject): Value {
  const { direction, ethertype, protocol, remotePrefix, remoteGroup, description } = rule;
  const remote =
    remoteGroup === group.id ? 'self' : remoteGroup === undefined ? remotePrefix : draft.known.get(remoteGroup);
  const port = portOf(rule);
  const range = typeof port === 'object' ? { from: port.from, to: port.to } : port;
  return { direction, ethertype, protocol, port: range, remote, description };
}
