/** The risks of changes to ports by Terraform: port security, groups, address pairs, addresses. Pure. */
import type { Witness } from '../model';
import { partAt } from '../terraform/attributes';
import { labelOf, sayRule } from '../terraform/subject';
import { listAt, textAt } from '../terraform/things';
import { classifyPairs } from './address-pairs';
import { isOutside, keptRules } from './group-rules';
import { openingOf } from './openings';
import { groupsAfter, groupsBefore, type Group } from '../terraform/port-groups';
import { addressPackets, closingPackets, openingPackets, securityPackets } from './port-packets';
import { isMade } from '../terraform/planned-change';
import type { Classify, Said, TerraformChange } from './terraform-change';
import { isUnknown, nobodyKnows } from './unknown';

export const classifyPort: Classify = (change) => [
  ...securityOf(change),
  ...groupsOf(change),
  ...classifyPairs(change),
  ...addressesOf(change),
];

/** A new port for which the code says nothing is as its network is. */
function isOffByNetwork(change: TerraformChange): boolean {
  const { planned, thing, things } = change;
  if (!isMade(change) || typeof partAt(planned.after, 'port_security_enabled') === 'boolean') return false;
  const network = things.referred({ ...thing, values: planned.after ?? {} }, 'network_id');
  return network !== undefined && isOff(network.after ?? network.values);
}

const isOff = (values: unknown): boolean => partAt(values, 'port_security_enabled') === false;

function securityOf(change: TerraformChange): Said[] {
  const { before, after } = change.planned;
  const { subject } = change.shown;
  if (after !== undefined && !isOff(before) && isUnknown(change, 'port_security_enabled'))
    return [
      ['security-off', nobodyKnows(`anything is filtered at ${subject}, because its port security is not known`)],
    ];
  if (isOffByNetwork(change))
    return [
      [
        'security-off',
        `${subject} has no port security, because its network has none: nothing is filtered there`,
        securityPackets(change, 'after'),
      ],
    ];
  if (isOff(after) && (isMade(change) || !isOff(before)))
    return [
      [
        'security-off',
        `port security of ${subject} is off: no security group and no anti-spoofing filters there`,
        securityPackets(change, 'after'),
      ],
    ];
  return isOff(before) && partAt(after, 'port_security_enabled') === true
    ? [
        [
          'drops-traffic',
          `port security of ${subject} is on again: packets that its groups don't name, and foreign source addresses, are dropped`,
          securityPackets(change, 'before'),
        ],
      ]
    : [];
}

function groupsOf(change: TerraformChange): Said[] {
  const { before, after } = change.planned;
  if (after === undefined || isOff(before) || isOff(after)) return [];
  const [was, is] = [groupsBefore(change), groupsAfter(change)];
  if (is === undefined) return [];
  const gone = was.filter((group) => !is.includes(group));
  return [
    ...is.filter((group) => !was.includes(group)).flatMap((group) => comes(group, change)),
    ...gone.map((group): Said => {
      const message = `${change.shown.subject} loses security group ${sayGroup(group, change)}: what only its rules let pass is dropped`;
      return ['drops-traffic', message, typeof group === 'string' ? [] : closingPackets(group, change)];
    }),
  ];
}

function comes(group: Group, change: TerraformChange): Said[] {
  const { shown, things } = change;
  const named = `${shown.subject} gets security group ${sayGroup(group, change)}`;
  const open = keptRules(group, change)?.open;
  if (open === undefined)
    return [
      [
        'opens-port',
        `${named}: no plan knows its rules, and Neutron did not show them, so nobody can tell whether they let in any address`,
      ],
    ];
  if (open.length === 0) return [];
  const said = open
    .slice(0, 5)
    .map((rule) => `${sayRule(rule, things)}${isOutside(rule) ? ' (a rule that no plan has)' : ''}`);
  const more = open.length > 5 ? `; and ${open.length - 5} more` : '';
  return [
    [
      open.some((rule) => openingOf(rule, things) === 'opens-any') ? 'opens-any' : 'opens-port',
      `${named}, so everybody who can reach the port may send ${said.join('; ')}${more}`,
      openingPackets(open, change),
    ],
  ];
}

/** The groups that a port gets, of which none is open for any address. */
const narrowGroupsThatCome = (change: TerraformChange): Group[] => {
  const { before, after } = change.planned;
  const was = groupsBefore(change);
  if (after === undefined || isOff(before) || isOff(after) || isOffByNetwork(change)) return [];
  return (groupsAfter(change) ?? []).filter(
    (group) => !was.includes(group) && keptRules(group, change)?.open.length === 0,
  );
};

/** The packets of a port's changes that are no risk: groups of narrow rules, and addresses that come. */
export const quietPortPackets = (change: TerraformChange): Witness[] => [
  ...openingPackets(
    narrowGroupsThatCome(change).flatMap((group) => keptRules(group, change)?.ingress ?? []),
    change,
  ),
  ...(lostAddresses(change).length > 0 ? [] : addressPackets(change, [], newAddresses(change))),
];

/** Neutron's name of a group that no plan knows stands before its id. */
function sayGroup(group: Group, change: TerraformChange): string {
  if (typeof group !== 'string') return labelOf(group);
  const name = change.passages.seen.groups.get(group)?.name;
  return name === undefined || name === '' ? group : `${name} (${group})`;
}

function addressesOf(change: TerraformChange): Said[] {
  const lost = lostAddresses(change);
  const is = addressesIn(change.planned.after);
  return lost.length === 0
    ? []
    : [
        [
          'changes-address',
          `${change.shown.subject} loses ${lost.join(', ')}${is.length > 0 ? ` and has ${is.join(', ')}` : ''}`,
          addressPackets(change, lost, newAddresses(change)),
        ],
      ];
}

const lostAddresses = ({ planned: { before, after, action } }: TerraformChange): string[] => {
  const is = addressesIn(after);
  return action === 'update' ? addressesIn(before).filter((address) => !is.includes(address)) : [];
};
const newAddresses = ({ planned: { before, after, action } }: TerraformChange): string[] => {
  const was = addressesIn(before);
  return action === 'update' ? addressesIn(after).filter((address) => !was.includes(address)) : [];
};

const addressesIn = (values: unknown): string[] =>
  listAt(values, 'fixed_ip').flatMap((fixed) => textAt(fixed, 'ip_address') ?? []);
