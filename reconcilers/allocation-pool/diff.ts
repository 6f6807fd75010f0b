/**
 * Compares the observed pools with the declared pools. Pure.
 *
 * Pools that Neutron's API would refuse, and pools that would take addresses away from ports, are refused here, before
 * any write, as a finding that names the numbers.
 */
import type { Reason } from '../../lib/basics/errors';
import type { IpRange } from '../../lib/net/ip-ranges';
import { compact, only, parseAddress, sizeOf, subtract } from '../../lib/net/ip-ranges';
import { append } from '../../lib/basics/lists';
import type { AddressRange, Cluster } from '../../lib/contract/ports';
import type { Change, Difference, Finding, Placement, Wanted } from '../../lib/contract/reconciler';
import type { Tables } from './ledger/database';
import { readDeclared, subnetIdOf } from './ledger/declared';
import { nameSome, usedIn } from './ledger/in-use';
import {
  addressesOf,
  addressRange,
  findRangeFault,
  holdsExactly,
  renderRows,
  writesFor,
  type Ledger,
} from './ledger/ledger';
import type { AllocationPoolStep } from './model';
import { isNearlyFull, type AllocationPoolObserved, type ObservedSubnet } from './observe';
import {
  brokenTables,
  terraformBreaks,
  terraformMayBreak,
  throughDatabase,
  unknownIpam,
} from './ledger/rebuilt-ranges';
import type { AllocationPoolSpec } from './spec';

export function diff(
  { wanted, target }: Placement<AllocationPoolSpec>,
  observed: AllocationPoolObserved,
): Difference<AllocationPoolStep> {
  const steps: AllocationPoolStep[] = [];
  const findings: Finding[] = [];
  for (const resource of wanted) {
    const subnet = observed.subnets.get(subnetIdOf(resource.spec));
    const found = subnet ? compare(resource, subnet, observed) : notFound(resource, target);
    append(steps, found.steps);
    append(findings, found.findings);
  }
  const [first] = steps;
  if (first && observed.cluster) findings.push({ id: first.id, message: onNode(observed.cluster) });
  return { steps, findings };
}

const onNode = ({ node, size }: Cluster): string =>
  `Neutron's database is a Galera cluster of ${size} nodes, of which stackward uses ${node}: let that be the node that Neutron writes to; on another one Neutron can take addresses that are given back, or move a gateway into a new pool, until that node has applied the change`;

type One = Wanted<AllocationPoolSpec>;
type Found = Difference<AllocationPoolStep>;

const refuse = (id: string, reason: Reason, messages: readonly string[]): Found => ({
  steps: [],
  findings: messages.map((message) => ({ id, message, reason })),
});

function notFound({ id, spec }: One, target: string): Found {
  const where = target.startsWith('api:')
    ? 'does not exist, or these credentials may not see it; correct "subnetId", or use credentials of an administrator'
    : 'is not in this database; correct "subnetId", or the target';
  return refuse(id, 'InvalidConfiguration', [`the subnet ${spec.subnetId} ${where}`]);
}

/** The declared and the live pools of one subnet, computed once. Ranges are compact. */
interface Compared {
  readonly id: string;
  readonly subnet: ObservedSubnet;
  readonly declared: readonly IpRange[];
  /** Ledgers with other pools than declared. */
  readonly wrong: readonly Ledger[];
  readonly live: readonly IpRange[];
  /** The addresses of `live` that are not declared. */
  readonly lost: readonly IpRange[];
  /** Every address in use, each as a range. */
  readonly used: readonly IpRange[];
}

function compare({ id, spec }: One, subnet: ObservedSubnet, observed: AllocationPoolObserved): Found {
  const { pools: declared, refusals } = readDeclared(spec, subnet);
  if (refusals.length > 0) return refuse(id, 'InvalidConfiguration', refusals);
  const wrong = subnet.ledgers.filter((ledger) => !holdsExactly(ledger.pools, declared));
  const live = wrong.length === 0 ? declared : addressesOf(subnet.ledgers.flatMap((ledger) => ledger.pools));
  const lost = wrong.length === 0 ? [] : subtract(live, declared);
  const used = (subnet.allocated ?? []).map((address) => only(parseAddress(address)));
  const compared: Compared = { id, subnet, declared, wrong, live, lost, used };
  if (spec.method === 'check') return check(compared, observed);

  const drift = findDrift(compared);
  const unsafe =
    findUnsafeLedgers(subnet, observed.tables) ??
    findUnsafeShrink(spec, compared) ??
    (drift && observed.mayRebuildRanges ? unknownIpam(subnet.id) : undefined);
  if (unsafe !== undefined) return refuse(id, 'Blocked', [unsafe]);
  const inUse = usedIn(declared, used).length;
  const detour = spec.method === 'api' && observed.tables !== undefined ? [throughDatabase] : [];
  return {
    steps: drift ? [stepFor(compared, inUse, drift, detour)] : [],
    findings: fullness(id, subnet, declared, inUse),
  };
}

/** If the tables themselves are not as Neutron keeps them, nothing is written. */
function findUnsafeLedgers({ id, ledgers }: ObservedSubnet, tables: Tables | undefined): string | undefined {
  if (ledgers.length > 2)
    return `the subnet ${id} has ${ledgers.length - 1} rows in ipamsubnets, and Neutron uses any one of them; delete all but the one that ipamallocations refers to`;
  if (tables?.ipam && !tables.ranges && ledgers.length < 2)
    return `the subnet ${id} has no row in ipamsubnets: another IPAM driver keeps its pools ("ipam_driver" in neutron.conf); change them through the API`;
  return undefined;
}

/** Ports may hold addresses outside of all pools. Only addresses in `lost` are a reason to refuse. */
function findUnsafeShrink(spec: AllocationPoolSpec, { lost, used }: Compared): string | undefined {
  if (lost.length === 0) return undefined;
  const lostText = `${counted(sizeOf(lost), 'address', 'addresses')} that the live pools hold (${renderRows(lost.map(addressRange))})`;
  if (spec.allowShrink !== true)
    return `the declared pools leave out ${lostText}; declare them, or set "allowShrink" to give them back`;
  const outside = usedIn(lost, used);
  if (outside.length === 0) return undefined;
  return `the declared pools leave out ${lostText}, of which ports use ${outside.length}: ${nameSome(outside)}; declare these, or delete the ports first`;
}

const counted = (count: bigint | number, singular: string, many: string): string =>
  `${count} ${count == 1 ? singular : many}`;

/** Free ranges change with every port, so a reviewer sees them only if nothing but the ranges is wrong. */
interface Drift {
  readonly changes: readonly Change[];
  readonly asides: readonly string[];
  readonly because: string;
}

function findDrift({ subnet, wrong, declared, used }: Compared): Drift | undefined {
  const live = subnet.ledgers.at(-1);
  const taken = live?.ranges ? compact(used) : [];
  const fault = live && findRangeFault(live, taken);
  if (wrong.length === 0 && fault === undefined) return undefined;
  const [shown, ipam] = subnet.ledgers;
  const differ = shown && ipam && !isAlike(shown.pools, ipam.pools);
  const after = renderRows(declared.map(addressRange));
  const ranges = live && rangeChange(live, declared, taken);
  if (fault !== undefined && wrong.length === 0) return { changes: ranges ? [ranges] : [], asides: [], because: fault };
  const named = differ ? wrong : wrong.slice(0, 1);
  return {
    changes: named.map((ledger) => ({
      attribute: differ ? ledger.book : 'allocation_pools',
      before: renderRows(ledger.pools),
      after,
    })),
    asides: ranges && ranges.before !== ranges.after ? [`free ranges: ${ranges.before} -> ${ranges.after}`] : [],
    because: reasonOf(wrong, differ ?? false),
  };
}

const isAlike = (a: readonly AddressRange[], b: readonly AddressRange[]): boolean =>
  renderRows(a) === renderRows(b) || (holdsExactly(a, addressesOf(b)) && holdsExactly(b, addressesOf(a)));

function reasonOf(wrong: readonly Ledger[], differ: boolean): string {
  if (!differ) return 'the code declares other pools';
  const [first] = wrong;
  return wrong.length === 1 && first?.book === 'ipamallocationpools'
    ? 'the API shows the declared pools, and Neutron hands out addresses from others'
    : 'the pools that the API shows and those that Neutron hands out from differ';
}

function rangeChange(ledger: Ledger, declared: readonly IpRange[], used: readonly IpRange[]): Change | undefined {
  if (!ledger.ranges) return undefined;
  const { ranges } = writesFor(ledger, declared, used, () => '');
  const [before, after] = [summary(ledger.ranges), summary(ranges?.fill ?? [])];
  // Neutron moves them with every port.
  return { attribute: 'free ranges', before, after, isComparable: false };
}

const summary = (rows: readonly AddressRange[]): string =>
  rows.length <= 8
    ? renderRows(rows)
    : `${rows.length} ranges with ${counted(sizeOf(addressesOf(rows)), 'address', 'addresses')}`;

function stepFor(
  compared: Compared,
  inUse: number,
  { changes, asides, because }: Drift,
  notes: readonly string[],
): AllocationPoolStep {
  const { id, subnet, declared } = compared;
  const size = sizeOf(declared);
  const lost = sizeOf(compared.lost);
  const added = size - (sizeOf(compared.live) - lost);
  return {
    id,
    action: 'update',
    subject: `subnet ${subnet.id} (${subnet.cidr})`,
    changes,
    because,
    notes: [
      ...(added > 0n ? [`adds ${counted(added, 'address', 'addresses')}`] : []),
      ...(lost > 0n ? [`gives back ${counted(lost, 'address', 'addresses')}, none of them in use`] : []),
      ...notes,
    ],
    asides: [
      ...asides,
      `${inUse} of ${counted(size, 'address', 'addresses')} in use; ${subnet.gatewayIp === null ? 'no gateway' : `gateway ${subnet.gatewayIp}`}`,
    ],
    subnetId: subnet.id.toLowerCase(),
    pools: declared.map(addressRange),
  };
}

function fullness(id: string, subnet: ObservedSubnet, pools: readonly IpRange[], inUse: number): Finding[] {
  if (inUse === 0) return [];
  const size = sizeOf(pools);
  if (!isNearlyFull(inUse, size)) return [];
  const isFull = BigInt(inUse) >= size;
  const full = isFull ? 'full' : 'nearly full';
  const remedy = isFull ? 'extend them: port creation fails' : 'extend them before port creation fails';
  return [
    {
      id,
      message: `the pools of subnet ${subnet.id} (${renderRows(pools.map(addressRange))}) are ${full}: ${inUse} of ${size} addresses are in use; ${remedy}`,
    },
  ];
}

/** Terraform owns these pools, so every difference is only a warning. */
function check(compared: Compared, { tables, mayRebuildRanges }: AllocationPoolObserved): Found {
  const { id, subnet, declared, live, used } = compared;
  const findings = fullness(id, subnet, live, usedIn(live, used).length);
  const [shown] = subnet.ledgers;
  if (shown && !holdsExactly(shown.pools, declared)) {
    const parts = [...terraformWrites(compared, shown), ...(mayRebuildRanges ? [terraformMayBreak] : [])];
    const found: Finding = tables
      ? { id, message: [...parts, terraformBreaks].join('; '), reason: 'Blocked' }
      : { id, message: parts.join('; ') };
    return { steps: [], findings: [found, ...findings] };
  }
  const drift = findDrift(compared);
  const broken: Finding[] = drift ? [{ id, message: brokenTables(subnet.id, drift.because), reason: 'Blocked' }] : [];
  return { steps: [], findings: [...broken, ...findings] };
}

/** @param shown the pools that the API answers, with which Terraform compares */
function terraformWrites({ subnet, declared, live, lost, used }: Compared, shown: Ledger): readonly string[] {
  const leftOut = usedIn(lost, used);
  const uncovered = usedIn(subtract(declared, live), used);
  return [
    `the live pools of subnet ${subnet.id} are ${renderRows(shown.pools)}, the code declares ${renderRows(declared.map(addressRange))}: \`cdktf apply\` writes the code's`,
    ...(leftOut.length > 0
      ? [`which leave out ${counted(leftOut.length, 'address', 'addresses')} in use (${nameSome(leftOut)})`]
      : []),
    ...(uncovered.length > 0
      ? [`the live pools cover ${uncovered.length} in use no longer (${nameSome(uncovered)})`]
      : []),
  ];
}
