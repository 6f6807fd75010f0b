import type { ApiClock, ClockReading } from '../../../lib/contract/report-ports';
import { greatest } from '../../../lib/basics/lists';
import { sayDuration } from '../../../lib/render/table';
import { slackSeconds } from '../../heartbeats';
import type { Looked } from '../../looked';
import type { HostClock, ProbedDatabase } from '../../sources';
import { defineCheck, notLookedAt, type NotLookedAt, type Result } from '../check';
import { noHostNamed } from './words';

export interface Clocks {
  readonly apis: Looked<readonly ApiClock[]>;
  /** The types of all services in the credentials' interface and region, with or without a known clock. */
  readonly services: readonly string[];
  readonly databases: readonly ProbedDatabase[];
  readonly hosts: readonly HostClock[];
}

interface Told {
  readonly name: string;
  /** All services of one machine use one clock, so the machine has one vote. */
  readonly machine: string;
  readonly ahead: number;
  readonly within: number;
}

/** From this difference on, a heartbeat may count as dead. */
const harmfulSeconds = 30;
const here = 'this machine';

function toldBy({ apis, databases, hosts }: Clocks): readonly Told[] {
  const told = (name: string, machine: string, { aheadSeconds, withinSeconds }: ClockReading): Told => ({
    name,
    machine,
    ahead: aheadSeconds,
    within: withinSeconds,
  });
  return [
    { name: here, machine: here, ahead: 0, within: 0 },
    ...(apis.isRead ? apis.value.map((clock) => told(`API ${clock.service}`, clock.machine, clock)) : []),
    ...databases.flatMap(({ name, machine, connection }) =>
      connection.isRead && connection.value.isOpen ? [told(`database ${name}`, machine, connection.value.clock)] : [],
    ),
    ...hosts.flatMap(({ host, isHere, clock }) =>
      clock.isRead ? [told(`host ${host}`, isHere ? here : host, clock.value)] : [],
    ),
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
    // SW-3001 reports the cause.
    ...databases.flatMap(({ name, connection }) =>
      connection.isRead && connection.value.isOpen
        ? []
        : [result(`database ${name}`, 'it can’t be asked: see SW-3001', true)],
    ),
    ...(hosts.length === 0 ? [result('hosts', noHostNamed, false)] : []),
    ...hosts.flatMap(({ host, clock }) => (clock.isRead ? [] : [notLookedAt(`host ${host}`, clock)])),
  ];
}

const seconds = (value: number): string => `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(1)} s`;

/** The part of the difference between two clocks that no measuring error explains. */
const apart = (a: Told, b: Told): number => Math.abs(a.ahead - b.ahead) - a.within - b.within;

/**
 * The clock that agrees with more than half of the machines; undefined if there is none. Each machine votes with its
 * most precise clock.
 */
function findMajority(told: readonly Told[]): Told | undefined {
  const votes = new Map<string, Told>();
  for (const clock of told)
    if (clock.within < (votes.get(clock.machine)?.within ?? Infinity)) votes.set(clock.machine, clock);
  const voters = byTime([...votes.values()]);
  const supportOf = (clock: Told): number => voters.filter((voter) => apart(clock, voter) <= slackSeconds).length;
  const most = greatest(voters.map(supportOf), 0);
  const best = voters.filter((clock) => supportOf(clock) === most);
  return most * 2 > voters.length ? best[Math.floor((best.length - 1) / 2)] : undefined;
}

function troublesOf(told: readonly Told[], majority: Told | undefined, table: readonly string[]): readonly Result[] {
  const result = (seconds: number) => (seconds > harmfulSeconds ? 'fault' : 'risk');
  const wrong = majority === undefined ? [] : told.filter((clock) => apart(clock, majority) > slackSeconds);
  if (majority !== undefined && wrong.length > 0)
    return wrong.map((clock) => {
      const off = clock.ahead - majority.ahead;
      return {
        result: result(apart(clock, majority)),
        subject: clock.name,
        found: `Its clock is ${sayDuration(Math.abs(off))} ${off < 0 ? 'behind' : 'ahead of'} most others.`,
        evidence: table,
        step: `Let chrony or ntpd set the clock of ${clock.name} (\`chronyc tracking\`, \`ntpq -p\`), and see why it did not.`,
      };
    });
  const widest = greatest(
    told.flatMap((clock) => told.map((second) => apart(clock, second))),
    0,
  );
  if (widest <= slackSeconds) return [];
  return [
    {
      result: result(widest),
      subject: 'clocks',
      found: `They differ by ${sayDuration(spreadOf(told))}, and no majority of machines tells which is wrong.`,
      evidence: table,
      step: 'Compare each machine with its time server (`chronyc tracking`, `ntpq -p`), and let chrony or ntpd set the one that is wrong.',
    },
  ];
}

const byTime = (told: readonly Told[]): readonly Told[] => [...told].sort((a, b) => a.ahead - b.ahead);

function spreadOf(told: readonly Told[]): number {
  const ordered = byTime(told);
  return (ordered.at(-1)?.ahead ?? 0) - (ordered[0]?.ahead ?? 0);
}

function judge(clocks: Clocks): readonly Result[] {
  const told = toldBy(clocks);
  const majority = findMajority(told);
  const table = told.map(
    ({ name, ahead, within }) => `${seconds(ahead - (majority?.ahead ?? 0))} ±${within.toFixed(1)}  ${name}`,
  );
  const troubles = troublesOf(told, majority, table);
  const missing = unread(clocks);
  if (troubles.length > 0) return [...troubles, ...missing];
  const found = `${told.length} clocks agree within ${spreadOf(told).toFixed(1)} s`;
  return told.length > 1 ? [{ result: 'fine', subject: 'clocks', evidence: table, found }, ...missing] : missing;
}

export const clocks = defineCheck<Clocks>({
  code: 'SW-2001',
  title: 'clocks differ',
  needs: ['the API', 'a database', 'hosts'],
  isOfHosts: true,
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
      'One table with the difference of each clock from a clock that most machines agree with, or from this machine’s clock if there is no majority. Each machine has one vote, even if several services run on it. The times come from the Date header of APIs (whole seconds), from UTC_TIMESTAMP() of databases, and from the host program. ± is the possible error.',
    alike:
      'If a local time was taken for UTC, the difference is whole hours. If a proxy sets the Date header, doctor sees the proxy’s clock and not the service’s.',
    step: 'Let chrony or ntpd set that one clock, and find out why it did not: no server reachable, a virtual machine that was paused.',
    never:
      'Do not set a clock back by hand on a database server or a host with running services: leases, replication and timers depend on it. chrony corrects a clock gradually.',
  },
});
