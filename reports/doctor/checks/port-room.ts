import type { PoolRoom, PortQuota, PortRoom } from '../../../lib/contract/port-room';
import { count } from '../../../lib/render/text';
import { untried } from '../../looked';
import { defineCheck, judgeLooked, notLookedAt, type Result, type Trouble } from '../check';

/** From this share on, requests will be refused before long. */
const nearlyFull = 0.9;
/** The most findings of one run; the fullest come first. */
const mostFindings = 30;

interface Share {
  readonly used: number;
  readonly total: number;
  readonly trouble: Omit<Trouble, 'result' | 'found'>;
  readonly what: string;
}

const isShort = ({ used, total }: Share): boolean => total > 0 && used >= total * nearlyFull;

type ToldQuota = PortQuota & { readonly limit: number };

const ofQuota = ({ projectId, limit, used }: ToldQuota): Share => ({
  used,
  total: limit,
  what: 'ports that its quota allows',
  trouble: {
    subject: `project ${projectId}`,
    evidence: [`port quota ${limit}, ports ${used}, those of DHCP counted`],
    step: 'Delete ports that no server needs, or raise this quota: `openstack quota set --ports …`. No address pool has to do with it.',
  },
});

const ofPool = ({ subnetId, name, networkId, total, used }: PoolRoom): Share => ({
  used,
  total,
  what: 'addresses of its allocation pools',
  trouble: {
    subject: `subnet ${name === '' ? subnetId : `${name} (${subnetId})`}`,
    evidence: [`network ${networkId}: ${total} addresses in the pools, ports hold ${used}`],
    step: 'Free ports that nobody needs, or extend the pools (kind `allocation-pool`). Raising a quota changes nothing.',
  },
});

function sayShare({ used, total, what }: Share): string {
  if (used >= total) return `All ${total} ${what} are used: the next port is refused.`;
  return `${used} of ${total} ${what} are used (${Math.floor((100 * used) / total)} %).`;
}

function judgeRoom({ quotas, pools }: PortRoom): readonly Result[] {
  const isTold = (quota: PortQuota): quota is ToldQuota => quota.limit !== undefined;
  const untold = quotas.filter((quota) => !isTold(quota)).length;
  const unread = untold === 0 ? [] : [notLookedAt('quotas of ports', untried(`of ${count(untold, 'project')} the quota is the default, which is in neutron.conf; Neutron's API would show it`))]; // prettier-ignore
  const shares = [
    ...quotas
      .filter(isTold)
      .filter(({ limit }) => limit >= 0)
      .map(ofQuota),
    ...pools.map(ofPool),
  ];
  const short = shares.filter(isShort).sort((a, b) => b.used / b.total - a.used / a.total);
  const risks = short
    .slice(0, mostFindings)
    .map((share): Result => ({ result: 'risk', ...share.trouble, found: sayShare(share) }));
  if (short.length > mostFindings)
    risks.push({ result: 'risk', subject: `${short.length - mostFindings} more`, found: 'They are used up by 90 % or more as well.', evidence: short.slice(mostFindings, 2 * mostFindings).map(({ trouble }) => trouble.subject), step: 'Begin with those above, and ask again.' }); // prettier-ignore
  const found = `${count(quotas.length - untold, 'project')} and ${count(pools.length, 'subnet')}, none used up by 90 %`;
  return [...(risks.length > 0 ? risks : [{ result: 'fine', subject: 'ports and addresses', found } as const]), ...unread]; // prettier-ignore
}

export const portRoom = defineCheck({
  code: 'SW-1011',
  title: 'a quota of ports or an address pool is nearly used up',
  needs: ['the API'],
  read: (sources) => sources.portRoom(),
  judge: (room) => judgeLooked('ports and addresses', room, judgeRoom),
  page: {
    means:
      'A project has used nine tenths of its quota of ports, or ports have nine tenths of the addresses in a subnet’s pools. When nothing is left, new servers end in ERROR and new floating IPs are refused.',
    evidence:
      'By Neutron’s API; where that tells nothing and stackward.yaml names its database, by that. The quota of each project that has ports, its own or the default, against all of its ports: those of DHCP and of routers count. The pools of each subnet against the addresses in them that ports hold.',
    alike:
      'Nova of Icehouse and Havana says "Maximum number of ports exceeded" in three cases: a full quota, a full pool, and an address that is in use. A higher quota doesn’t help if the pool is full. A network with several subnets takes a free address from any of them.',
    step: 'Quota: delete ports that nobody needs, or raise it. Pool: free addresses, or extend the pool with the kind `allocation-pool`.',
    never:
      'Do not delete ports whose device is `network:dhcp` or a router: they are made again, and customers notice. Do not edit allocation tables by hand.',
  },
});
