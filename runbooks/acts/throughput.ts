/** Measures by iperf3 how much one host gets from another in a few seconds. */
import * as z from 'zod';
import { defined } from '../../lib/basics/defined';
import { asStackwardError, UnrecoverableError } from '../../lib/basics/errors';
import { isLine } from '../../lib/basics/line';
import { valueOf, type Outcome } from '../../lib/hosts/host';
import { mostMbit, mostSeconds, type ThroughputAnswers } from '../../lib/hosts/throughput-writes';
import { parseIperf3, type Throughput } from '../../lib/throughput/iperf3';
import { count } from '../../lib/render/text';
import { defineAct } from '../act';
import type { Looking, Running } from '../context';
import { lookAtPath } from '../throughput/conditions';
import { lookAtEnds } from '../throughput/ends';

const host = z.string().min(1).max(255).refine(isLine, 'must be one line');
const rate = z.number().min(0).max(1e9);
const mtu = z.int().min(1).max(1_000_000);

const inputs = z.strictObject({
  from: host,
  to: host,
  /** Of `to`. iperf3's server listens there, in both directions. */
  address: z.string().regex(/^[0-9a-f][0-9a-f.:]{1,44}$/, 'must be an address'),
  /** `back`: `to` sends. */
  way: z.enum(['there', 'back']),
  seconds: z.int().min(1).max(mostSeconds),
  mbit: z.int().min(1).max(mostMbit),
  /** The user said how much may be loaded. */
  isChosen: z.boolean(),
  /** Of the devices at `from` and `to`. */
  mtus: z.array(mtu).max(2),
  /** The results of the last run. */
  earlier: z.strictObject({ mbit: rate, startedAt: z.iso.datetime() }).optional(),
});
export type ThroughputInputs = z.infer<typeof inputs>;

const state = z.discriminatedUnion('is', [
  z.strictObject({ is: z.literal('not measured') }),
  z.strictObject({
    is: z.literal('measured'),
    mbit: rate,
    bound: z.int().min(1).max(mostMbit),
    seconds: z.int().min(1).max(mostSeconds),
    retransmits: z.int().min(0).optional(),
    mss: z.int().min(1).max(65_535).optional(),
    mtus: z.array(mtu).max(2),
    earlier: rate.optional(),
  }),
]);
type State = z.infer<typeof state>;
type Measured = Extract<State, { is: 'measured' }>;

const notMeasured: State = { is: 'not measured' };

/** From what part of the bound on the bound itself is what was measured. */
const boundPart = 0.95;

/** The headers of IPv6 and TCP with its time stamps. */
const mostHeaders = 72;

const changeOf = ({ mbit, earlier }: Measured): string | undefined => {
  if (earlier === undefined || earlier === 0) return undefined;
  const percent = Math.round((mbit / earlier - 1) * 100);
  return `${percent > 0 ? '+' : ''}${percent} %`;
};

/** Nobody counts resent segments where the sender's kernel doesn't tell them. */
const resent = ({ retransmits }: Measured): string =>
  retransmits === undefined ? '? retransmits' : count(retransmits, 'retransmit');

function sayMtu({ mss, mtus }: Measured): readonly string[] {
  const known = mtus.length === 0 ? [] : [`MTU ${[...new Set(mtus)].join(' and ')}`];
  const isNarrow = mss !== undefined && mtus.length > 0 && mtus.every((each) => mss + mostHeaders < each);
  const narrow = isNarrow ? ['the path takes smaller packets than both ends'] : [];
  return [...known, ...(mss === undefined ? [] : [`segments of ${mss} bytes`]), ...narrow];
}

function say(now: State): string {
  if (now.is === 'not measured') return 'not measured';
  const change = changeOf(now);
  return [
    `${now.mbit} Mbit/s arrived`,
    resent(now),
    ...sayMtu(now),
    ...(now.mbit >= now.bound * boundPart ? [`${now.bound} Mbit/s is the bound, so the path may carry more`] : []),
    ...(change === undefined ? [] : [`${change} against the ${now.earlier} Mbit/s of the last run`]),
  ].join('; ');
}

const ends = ({ from, to, way }: ThroughputInputs): readonly [string, string] => way === 'there' ? [from, to] : [to, from]; // prettier-ignore

/** The last result of the same test that a run on this cloud recorded. */
export function lastOf(
  given: Pick<ThroughputInputs, 'from' | 'to' | 'way' | 'address'>,
  looking: Looking,
): ThroughputInputs['earlier'] {
  const last = looking.lastResult('throughput', (told) => {
    const known = inputs.safeParse(told);
    return known.success && (['from', 'to', 'way', 'address'] as const).every((key) => known.data[key] === given[key]);
  });
  const found = state.safeParse(last?.state);
  if (last === undefined || !found.success || found.data.is === 'not measured') return undefined;
  return { mbit: found.data.mbit, startedAt: last.startedAt };
}

async function refuse(given: ThroughputInputs, looking: Looking): Promise<string | undefined> {
  const { from, to, address, mbit, isChosen } = given;
  const { asked } = await lookAtPath({ from, to, address }, await lookAtEnds([from, to], looking), { mbit, isChosen }, looking); // prettier-ignore
  return asked.find(({ is }) => is !== 'holds')?.said;
}

type Answer = ThroughputAnswers['measure-throughput'];

/** Both requests end by themselves, and both have ended when this returns. */
async function measure(given: ThroughputInputs, { writers }: Running): Promise<Throughput> {
  const { from, to, address, seconds, mbit, way } = given;
  const [client, server] = [await writers.host(`host:${from}`), await writers.host(`host:${to}`)];
  const [served, measured] = await Promise.allSettled([
    server.write([[{ verb: 'serve-throughput', address, seconds }]]),
    client.write([[{ verb: 'measure-throughput', address, seconds, mbit, reverse: way === 'back' }]]),
  ]);
  const answerOf = (
    settled: PromiseSettledResult<readonly (readonly Outcome<object>[])[]>,
  ): Outcome<object> | undefined => {
    if (settled.status === 'rejected') throw asStackwardError(settled.reason);
    return settled.value[0]?.[0];
  };
  try {
    const answer = answerOf(measured);
    if (answer === undefined) throw new UnrecoverableError(`${from} gave no answer; look whether iperf3 runs there`);
    return parseIperf3(valueOf(answer) as Answer);
  } catch (error) {
    // If the server's end could not start, its error explains more than the client's "connection refused".
    const serverAnswer = answerOf(served);
    if (serverAnswer !== undefined) valueOf(serverAnswer);
    throw error;
  }
}

/** Nothing that lasts is changed: iperf3 runs for some seconds at both ends, and writes nothing. */
export const throughput = defineAct<ThroughputInputs, State>({
  name: 'throughput',
  inputs,
  state,
  title: (given) => {
    const [sender, receiver] = ends(given);
    return `send from ${sender} to ${receiver} for ${given.seconds} s, at most ${given.mbit} Mbit/s`;
  },
  thing: (given) => `throughput from ${ends(given).join(' to ')}`,
  // Two tests at once would measure each other.
  whole: () => 'throughput',
  observe: () => Promise.resolve(notMeasured),
  say,
  isDone: (_, { is }) => is === 'measured',
  refuse: (given, _, looking) => refuse(given, looking),
  isMeasurement: true,
  perform: async (given, running) => {
    const { mbit, seconds, mtus, earlier } = given;
    const { retransmits, mss, ...found } = await measure(given, running);
    return { is: 'measured', ...found, bound: mbit, seconds, mtus, ...defined({ retransmits, mss, earlier: earlier?.mbit }) }; // prettier-ignore
  },
  row: (given, now) => {
    if (now.is === 'not measured') return undefined;
    const [from, to] = ends(given);
    return {
      from,
      to,
      'Mbit/s': String(now.mbit),
      bound: String(now.bound),
      resent: String(now.retransmits ?? '?'),
      segment: String(now.mss ?? '?'),
      MTU: now.mtus.length === 0 ? '?' : [...new Set(now.mtus)].join(', '),
      before: String(now.earlier ?? '?'),
      change: changeOf(now) ?? '?',
    };
  },
  undo: () => ({ is: 'nothing', because: 'iperf3 ends with the test, and leaves nothing' }),
});
