/** The risks of changes to ports by Terraform: port security, groups, address pairs, addresses. Pure. */
import { knownAfterApply, partAt } from '../terraform/attributes';
import { labelOf, sayRule } from '../terraform/subject';
import { listAt, textAt, type Thing, type Things } from '../terraform/things';
import { areAnywhere, isWithin } from './prefixes';
import { openingOf } from './openings';
import { groupsAfter, idsIn, type Group } from '../terraform/port-groups';
import { groupPackets, pairPackets, securityPackets } from './port-packets';
import { rulePackets } from './rule-packets';
import { isMade } from '../terraform/planned-change';
import type { Classify, Said, TerraformChange } from './terraform-change';
import { isUnknown, nobodyKnows } from './unknown';

export const classifyPort: Classify = (change) => [
  ...securityOf(change),
  ...groupsOf(change),
  ...pairsOf(change),
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
      ['security-off', `${subject} has no port security, because its network has none: nothing is filtered there`],
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
      const message = `${change.shown.subject} loses security group ${sayGroup(group)}: what only its rules let pass is dropped`;
      return ['drops-traffic', message, typeof group === 'string' ? [] : groupPackets([group], 'before', change)];
    }),
  ];
}

function comes(group: Group, change: TerraformChange): Said[] {
  const { planned, shown, thing, things } = change;
  if (typeof group === 'string' || group.address.startsWith('data.'))
    // The attributes of a new port show its groups, and it has no traffic of before.
    return planned.before === undefined
      ? []
      : [
          [
            'opens-port',
            `${shown.subject} gets security group ${sayGroup(group)}: no plan knows its rules, so nobody can tell whether they let in any address`,
          ],
        ];
  const open = openRules(group, things);
  const [first] = open;
  if (first === undefined) return [];
  const rules = open.slice(0, 5).map((rule) => sayRule(rule, things));
  const more = open.length > 5 ? `; and ${open.length - 5} more` : '';
  return [
    [
      open.some((rule) => openingOf(rule, things) === 'opens-any') ? 'opens-any' : 'opens-port',
      `${shown.subject} gets security group ${labelOf(group)}, so everybody who can reach the port may send ${rules.join('; ')}${more}`,
      rulePackets(first, [thing], 'after', change),
    ],
  ];
}

/** A rule without an id is new itself, and speaks for itself. */
const openRules = (group: Thing, things: Things): Thing[] =>
  things
    .rulesOf(group)
    .filter((rule) => textAt(rule.values, 'id') !== undefined && openingOf(rule, things) !== undefined);

/** The groups that an existing port gets, of which none is open for any address. */
export const narrowGroupsThatCome = (change: TerraformChange): Thing[] => {
  const { planned, things } = change;
  const was = groupsBefore(change);
  if (planned.before === undefined || isOff(planned.before) || isOff(planned.after)) return [];
  return (groupsAfter(change) ?? []).flatMap((group) =>
    typeof group === 'string' ||
    group.address.startsWith('data.') ||
    was.includes(group) ||
    openRules(group, things).length > 0
      ? []
      : [group],
  );
};

const sayGroup = (group: Group): string => (typeof group === 'string' ? group : labelOf(group));
/** The groups that Neutron has, also those that the code never named. */
function groupsBefore({ planned: { before }, things }: TerraformChange): Group[] {
  const all = idsIn(before, 'all_security_group_ids');
  const ids = all.length > 0 ? all : idsIn(before, 'security_group_ids');
  return ids.map((id) => things.withId(id) ?? id);
}

function pairsOf(change: TerraformChange): Said[] {
  const { before, after, unknown } = change.planned;
  const { shown } = change;
  if (after === undefined) return [];
  const [was, is] = [prefixesIn(before), prefixesIn(after)];
  const hasUnknown = hasUnknownPair(partAt(unknown, 'allowed_address_pairs'));
  const come = is.filter((pair) => !was.includes(pair));
  const gone = hasUnknown ? [] : was.filter((pair) => !is.some((left) => isWithin(pair, left)));
  const said: Said[] = [];
  if (hasUnknown)
    said.push(['opens-any', nobodyKnows(`${shown.subject} may send from any source address ${knownAfterApply}`)]);
  if (come.length > 0)
    said.push(
      areAnywhere(is)
        ? [
            'opens-any',
            `${shown.subject} may send from any source address (${is.join(', ')}), and groups that name its group as remote let everybody in`,
            pairPackets(change, come, 'after'),
          ]
        : [
            'opens-prefix',
            `${shown.subject} may also send from, and gets packets for, ${come.join(', ')}`,
            pairPackets(change, come, 'after'),
          ],
    );
  if (gone.length > 0)
    said.push([
      'drops-traffic',
      `${shown.subject} may no longer send from, and no longer gets packets for, ${gone.join(', ')}`,
      pairPackets(change, gone, 'before'),
    ]);
  return said;
}

const prefixesIn = (values: unknown): string[] =>
  listAt(values, 'allowed_address_pairs').flatMap((pair) => textAt(pair, 'ip_address') ?? []);

const hasUnknownPair = (marks: unknown): boolean =>
  marks === true ||
  (Array.isArray(marks) && marks.some((mark: unknown) => mark === true || partAt(mark, 'ip_address') === true));

function addressesOf({ planned: { before, after, action }, shown }: TerraformChange): Said[] {
  if (action !== 'update') return [];
  const [was, is] = [addressesIn(before), addressesIn(after)];
  const lost = was.filter((address) => !is.includes(address));
  return lost.length === 0
    ? []
    : [
        [
          'changes-address',
          `${shown.subject} loses ${lost.join(', ')}${is.length > 0 ? ` and has ${is.join(', ')}` : ''}`,
        ],
      ];
}

const addressesIn = (values: unknown): string[] =>
  listAt(values, 'fixed_ip').flatMap((fixed) => textAt(fixed, 'ip_address') ?? []);
