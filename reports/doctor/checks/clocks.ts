import type { ApiClock } from '../../../lib/contract/report-ports';
import { sayDuration } from '../../../lib/render/table';
import { slackSeconds } from '../../heartbeats';
import type { Looked } from '../../looked';
import type { HostClock, ProbedDatabase } from '../../sources';
import { defineCheck, notLookedAt, type NotLookedAt, type Result } from '../check';

export interface Clocks {
  readonly apis: Looked<readonly ApiClock[]>;
  /** Catalogue types of the credentials' interface and region, with or without a clock. */
  readonly services: readonly string[];
  readonly databases: readonly ProbedDatabase[];
  readonly hosts: readonly HostClock[];
}

interface Told {
  readonly name: string;
  readonly ahead: number;
  readonly within: number;
}

/** From here on a heartbeat may count as dead. */
const harmfulSeconds = 30;

function toldBy({ apis, databases, hosts }: Clocks): readonly Told[] {
  const told = (name: string, clock: Omit<ApiClock, 'service'>): Told => ({
    name,
    ahead: clock.aheadSeconds,
    within: clock.withinSeconds,
  });
  return [
    { name: 'this machine', ahead: 0, within: 0 },
    ...(apis.isRead ? apis.value.map((clock) => told(`API ${clock.service}`, clock)) : []),
    ...databases.flatMap(({ name, connection }) =>
      connection.isOpen ? [told(`database ${name}`, connection.clock)] : [],
    ),
    ...hosts.flatMap(({ host, clock }) => (clock.isRead ? [told(`host ${host}`, clock.value)] : [])),
  ];
}

function unread({ apis, services, databases, hosts }: Clocks): readonly NotLookedAt[] {
  const undated = apis.isRead ? services.filter((type) => !apis.value.some(({ service }) => service === type)) : [];
  const result = (subject: string, why: string, wasTried: boolean): NotLookedAt => ({
    result: 'not looked at',
    subject,
    why,
    wasTried,
  });
  return [
    ...(apis.isRead ? [] : [notLookedAt('the APIs', apis)]),
    ...(undated.length === 0
      ? []
      : [result(`clocks of ${undated.join(', ')}`, 'these APIs put no Date into their answers', false)]),
    ...(databases.length === 0 ? [result('databases', 'stackward.yaml names none', false)] : []),
    ...databases.flatMap(({ name, connection }) =>
      connection.isOpen ? [] : [result(`database ${name}`, connection.detail, true)],
    ),
    ...(hosts.length === 0 ? [result('hosts', 'stackward.yaml names none by its whole name', false)] : []),
    ...hosts.flatMap(({ host, clock }) => (clock.isRead ? [] : [notLookedAt(`host ${host}`, clock)])),
  ];
}

const seconds = (value: number): string => `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(1)} s`;

/** The median is the time that most agree on, so a wrong clock here is told as well. */
function judge(clocks: Clocks): readonly Result[] {
  const told = toldBy(clocks);
  const ordered = told.map(({ ahead }) => ahead).sort((a, b) => a - b);
  const median = ordered[Math.floor((ordered.length - 1) / 2)] ?? 0;
  const table = told.map(({ name, ahead, within }) => `${seconds(ahead - median)} ±${within.toFixed(1)}  ${name}`);
  const wrong = told.filter(({ ahead, within }) => Math.abs(ahead - median) - within > slackSeconds);
  const troubles = wrong.map(({ name, ahead, within }): Result => {
    const off = ahead - median;
    return {
      result: Math.abs(off) - within > harmfulSeconds ? 'fault' : 'risk',
      subject: name,
      found: `Its clock is ${sayDuration(Math.abs(off))} ${off < 0 ? 'behind' : 'ahead of'} most others.`,
      evidence: table,
      step: `Let chrony or ntpd set the clock of ${name} (\`chronyc tracking\`, \`ntpq -p\`), and see why it did not.`,
    };
  });
  const spread = (ordered.at(-1) ?? 0) - (ordered[0] ?? 0);
  const fine: Result = {
    result: 'fine',
    subject: 'clocks',
    evidence: table,
    found: `${told.length} clocks agree within ${spread.toFixed(1)} s`,
  };
  const missing = unread(clocks);
  if (troubles.length > 0) return [...troubles, ...missing];
  return told.length > 1 ? [fine, ...missing] : missing;
}

export const clocks = defineCheck<Clocks>({
  code: 'SW-2001',
  title: 'clocks differ',
  needs: ['the API', 'a database', 'hosts'],
  read: async (sources) => {
    const [apis, knocks, databases, hosts] = await Promise.all([
      sources.apiClocks(),
      sources.knocks(),
      sources.databases(),
      sources.hostClocks(),
    ]);
    const services = knocks.isRead ? knocks.value.map(({ endpoint }) => endpoint.service) : [];
    return { apis, services, databases, hosts };
  },
  judge,
  page: {
    means:
      'The clocks of services, databases, hosts and this machine are more than 5 s apart. From about a minute on, services that are alive count as dead, tokens are refused as expired or not yet valid, and lines of different logs can’t be put in order.',
    evidence:
      'One table: how far each clock is from the median of all. APIs tell it by the Date header of their answers (whole seconds), databases by UTC_TIMESTAMP(), hosts by the host program. ± is by how much the truth may differ.',
    alike:
      'A time zone that was taken for UTC is off by whole hours. A proxy that dates the answers itself tells its own clock, and not that of the service behind it.',
    step: 'Let chrony or ntpd set that one clock, and find out why it did not: no server reachable, a virtual machine that was paused.',
    never:
      'Do not set a clock back by hand on a database server or a host with running services: leases, replication and timers go by it. chrony slews.',
  },
});
