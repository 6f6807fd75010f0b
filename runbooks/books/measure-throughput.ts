/** Measures the throughput between one host and others, one after the other, both ways. */
import { defined } from '../../lib/basics/defined';
import { InvalidConfiguration } from '../../lib/basics/errors';
import { canonicalAddress } from '../../lib/net/ip-ranges';
import { mostMbit, mostSeconds } from '../../lib/hosts/throughput-writes';
import { count } from '../../lib/render/text';
import type { Step } from '../act';
import { lastOf, throughput } from '../acts/throughput';
import type { Looking } from '../context';
import { stepsOrRefusal } from '../precondition';
import type { Form, Given, Prepared, Runbook } from '../runbook';
import { lookAtPath, type Pair, type Path } from '../throughput/conditions';
import { lookAtEnds } from '../throughput/ends';

const mostPeers = 16;
const [usualSeconds, usualMbit] = [5, 1000];

const wrong = (message: string): InvalidConfiguration => new InvalidConfiguration(message, { about: 'command line' });

function numberOf(word: string, text: string | undefined, usual: number, most: number): number {
  if (text === undefined) return usual;
  const found = /^[0-9]{1,6}$/.test(text) ? Number(text) : 0;
  if (found < 1 || found > most) throw wrong(`${word} is "${text}"; give a whole number of 1 to ${most}`);
  return found;
}

function pairsOf({ argument: from, options: { peers } }: Given): readonly Pair[] {
  const words = (peers ?? '').split(',').filter((word) => word !== '');
  if (words.length === 0) throw wrong('nobody is named to measure with; give one host or several: --peers web1,web2=192.0.2.7'); // prettier-ignore
  if (words.length > mostPeers) throw wrong(`${words.length} peers are named; give at most ${mostPeers} in one run`);
  const pairs = words.map((word): Pair => {
    const [, to = '', address] = /^([^=]+)(?:=(.+))?$/.exec(word) ?? [];
    if (to === '') throw wrong(`"${word}" names no host; write it as web1 or web1=192.0.2.7`);
    return { from, to, address: address === undefined ? undefined : canonicalAddress(address) };
  });
  if (new Set(pairs.map(({ to }) => to)).size < pairs.length) throw wrong('a peer is named twice; name it once');
  if (pairs.some(({ to }) => to === from)) throw wrong(`${from} is both ends; name two machines`);
  return pairs;
}

/** The options as settings of each test. */
const boundsOf = ({ options: { seconds, mbit } }: Given) => ({
  seconds: numberOf('--seconds', seconds, usualSeconds, mostSeconds),
  mbit: numberOf('--mbit', mbit, usualMbit, mostMbit),
  isChosen: mbit !== undefined,
});

function stepsOf(pair: Pair, path: Path, bounds: ReturnType<typeof boundsOf>, looking: Looking): readonly Step[] {
  const mtus = [path.fromDevice, path.toDevice].flatMap((device) => device?.mtu ?? []);
  return (['there', 'back'] as const).map((way) => {
    const test = { from: pair.from, to: pair.to, address: path.address, way };
    return throughput.step({ ...test, ...bounds, mtus, ...defined({ earlier: lastOf(test, looking) }) });
  });
}

/** The most that both ends add to the time of a test, in seconds. */
const spareSeconds = 12;

function sayLoad(tests: number, { seconds, mbit }: ReturnType<typeof boundsOf>): readonly string[] {
  const gigabytes = Math.round((tests * seconds * mbit) / 80) / 100;
  return [
    `load: ${count(tests, 'test')} one after the other, each one TCP stream of at most ${mbit} Mbit/s for ${seconds} s`,
    `in all about ${tests * (seconds + 3)} s, at most ${tests * (seconds + spareSeconds)} s and ${gigabytes} GB over the network between the hosts`, // prettier-ignore
    'whatever shares that network has so much less of it meanwhile; Ctrl-C ends the run after the test that is under way',
  ];
}

async function prepare(given: Given, looking: Looking): Promise<Prepared> {
  const [pairs, bounds] = [pairsOf(given), boundsOf(given)];
  const ends = await lookAtEnds([given.argument, ...pairs.map(({ to }) => to)], looking);
  const looks = await Promise.all(pairs.map(async (pair) => ({ pair, ...(await lookAtPath(pair, ends, bounds, looking)) }))); // prettier-ignore
  const preconditions = [...new Map(looks.flatMap(({ asked }) => asked.map((each) => [each.said, each]))).values()];
  const steps = looks.flatMap(({ pair, path }) => (path === undefined ? [] : stepsOf(pair, path, bounds, looking)));
  return {
    seen: [...sayLoad(steps.length, bounds), ...steps.flatMap((step) => sayLast(step, looking))],
    preconditions,
    steps: stepsOrRefusal(steps, preconditions, 'nothing can be measured'),
  };
}

function sayLast({ thing, inputs }: Step, { clock }: Looking): readonly string[] {
  const { earlier } = inputs as { earlier?: { mbit: number; startedAt: string } };
  return earlier === undefined ? [] : [`${thing}, last run (${clock.show(new Date(earlier.startedAt))}): ${earlier.mbit} Mbit/s`]; // prettier-ignore
}

export const measureThroughput: Runbook = {
  name: 'measure-throughput',
  about: 'measure by iperf3 how much goes from one host to others and back, bounded in time and bandwidth',
  argument: 'HOST',
  options: ['peers', 'seconds', 'mbit'],
  forms: (given): readonly Form[] => {
    const bounds = boundsOf(given);
    const parts = pairsOf(given).map(({ from, to, address }) => ({
      act: throughput.name,
      inputs: { from, to, ...bounds, ...defined({ address }) },
    }));
    return [{ oneOf: parts, times: 'any' }];
  },
  prepare,
};
