/** What `stackward trace floating-ip` read on the lab (Zed, 2026-11-29; test/fixtures/trace/record.ts), in which a test may change anything. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Outcome } from '../../lib/hosts/host';
import type { ReportReaders } from '../../lib/contract/report-ports';
import type {
  DhcpAgent,
  FloatingIpRecord,
  GroupRecord,
  PortRecord,
  RouterAgent,
  RouterRecord,
  SubnetRecord,
} from '../../lib/contract/trace-ports';
import type { WholeServer } from '../../lib/contract/server-ports';
import type { Heartbeat } from '../../reports/heartbeats';
import { read, type Looked } from '../../reports/looked';
import { judgeFloatingIp } from '../../reports/trace/floating-ip/judge';
import { readFloatingIp } from '../../reports/trace/floating-ip/read';
import type { Knock } from '../../reports/trace/groups';
import type { Hop, Leg } from '../../reports/trace/hop';
import { judgePort } from '../../reports/trace/port';
import { readWholePort } from '../../reports/trace/read-port';
import type { Sources } from '../../reports/sources';

type Changeable<Value> = Value extends Date
  ? Value
  : Value extends readonly (infer Item)[]
    ? Changeable<Item>[]
    : Value extends object
      ? { -readonly [K in keyof Value]: Changeable<Value[K]> }
      : Value;

interface Recording {
  wanted: string;
  answers: {
    floatingIps: FloatingIpRecord[];
    router: RouterRecord;
    routerAgents: RouterAgent[];
    portsOfDevice: PortRecord[];
    port: PortRecord;
    groups: GroupRecord[];
    subnets: SubnetRecord[];
    portsWithAddress?: PortRecord[];
    dhcpAgents?: DhcpAgent[];
    l3AgentsOn?: RouterAgent[];
    find: WholeServer[];
  };
  agents: { value: Heartbeat[] };
  /** Questions to Neutron that it refuses. */
  refused?: string[];
  /** `host:<name>` → command line or verb → outcome. */
  hosts: Record<string, Record<string, Outcome<{ code: number; stdout: string; stderr: string; text: string }>>>;
}

export type Recorded = Changeable<Recording>;

const file = join(__dirname, '../fixtures/trace/floating-ip.json');
export const recorded = (): Recorded => JSON.parse(readFileSync(file, 'utf8')) as Recorded;

/** Changes what a command of a host printed. @param command its last words, or the verb */
export function reprint(given: Recorded, host: string, command: string, change: (text: string) => string): void {
  const outcomes = given.hosts[`host:${host}`] ?? {};
  const found = Object.entries(outcomes).filter(([key]) => key.endsWith(command));
  if (found.length !== 1) throw new Error(`${found.length} commands of ${host} end with "${command}"`);
  const value = (found[0]![1] as { value: { stdout?: string; text?: string } }).value;
  const field = value.stdout === undefined ? 'text' : 'stdout';
  const before = value[field] ?? '';
  value[field] = change(before);
  if (value[field] === before) throw new Error(`"${command}" prints what it printed before`);
}

/** A host that can't be reached. */
export function cutOff(given: Recorded, host: string): void {
  given.hosts = Object.fromEntries(Object.entries(given.hosts).filter(([name]) => name !== `host:${host}`));
}

/** Readers that answer from the recording. */
export function readersOf({ answers, hosts, refused = [] }: Recorded): ReportReaders {
  const give =
    <Value>(value: Value) =>
    (): Promise<Value> =>
      Promise.resolve(value);
  const lists = Object.entries({
    portsWithAddress: [],
    dhcpAgents: [],
    l3AgentsOn: [],
    floatingIpsOfPorts: answers.floatingIps,
    ...answers,
  }).map(([name, value]) => [name, refused.includes(name) ? () => Promise.reject(new Error('403')) : give(value)]);
  return {
    networkTrace: give({
      ...Object.fromEntries(lists),
      portsOfDevice: (id: string) =>
        refused.includes('portsOfDevice')
          ? Promise.reject(new Error('403'))
          : Promise.resolve(answers.portsOfDevice.filter(({ deviceId }) => deviceId === id)),
    }),
    host: (target: string) => {
      const outcomes = hosts[target];
      if (outcomes === undefined) return Promise.reject(new Error(`nothing says how to reach ${target}`));
      const read = (questions: readonly { verb: string; argv?: readonly string[] }[]) =>
        Promise.resolve(questions.map(({ verb, argv }) => outcomes[argv?.join(' ') ?? verb]));
      return Promise.resolve({ name: target, read });
    },
  } as unknown as ReportReaders;
}

const sourcesOf = ({ agents, answers }: Recorded): Sources => {
  const beats = (): Promise<Looked<readonly Heartbeat[]>> => Promise.resolve(read(agents.value));
  return {
    heartbeats: { neutron: beats, nova: beats, cinder: beats },
    serverReader: () => Promise.resolve(read({ find: () => Promise.resolve(answers.find) })),
  } as unknown as Sources;
};

export const judged = async (given: Recorded, knock: Knock = { protocol: 'icmp' }): Promise<readonly Leg[]> =>
  judgeFloatingIp(await readFloatingIp(given.wanted, readersOf(given), sourcesOf(given)), knock);

/** With counters; both readings are taken at once. */
export const counted = async (given: Recorded): Promise<readonly Leg[]> =>
  judgeFloatingIp(
    await readFloatingIp(given.wanted, readersOf(given), sourcesOf(given), {
      seconds: 1,
      pause: () => Promise.resolve(),
    }),
    { protocol: 'icmp' },
  );

export const judgedPort = async (given: Recorded): Promise<readonly Leg[]> =>
  judgePort(await readWholePort(given.answers.port.id, readersOf(given), sourcesOf(given)));

export const hopsOf = (legs: readonly Leg[]): readonly Hop[] => legs.flatMap(({ hops }) => hops);

export function hopNamed(legs: readonly Leg[], name: string): Hop {
  const found = hopsOf(legs).find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no hop "${name}"`);
  return found;
}

/** The lines of a text that do not contain the word. */
export const without =
  (word: string) =>
  (text: string): string =>
    text
      .split('\n')
      .filter((line) => !line.includes(word))
      .join('\n');
