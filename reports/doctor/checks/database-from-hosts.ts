import { isLoopback } from '../../../lib/basics/loopback';
import { defined } from '../../../lib/basics/defined';
import type { ConnectTrouble } from '../../../lib/contract/report-ports';
import type { HostKnock, Outcome } from '../../../lib/hosts/host';
import { greetingOf, type Greeting } from '../../../lib/net/greeting';
import { untried, type Looked } from '../../looked';
import { isUnknownThere, olderProgram } from '../../../lib/hosts/older-program';
import type { Sources } from '../../sources';
import { defineCheck, notLookedAt, type Result } from '../check';
import { wordsFrom } from './connect-troubles';

interface Knocked {
  /** `db1:3306`. */
  readonly place: string;
  /** The names of the databases at this place: `neutron`. */
  readonly names: readonly string[];
  readonly outcome: Outcome<HostKnock>;
}

export interface KnockedFrom {
  readonly host: string;
  readonly knocks: Looked<readonly Knocked[]>;
}

interface Seen {
  readonly hasDatabases: boolean;
  /** The only host that is examined. */
  readonly only?: string;
  readonly hosts: readonly KnockedFrom[];
}

async function read(sources: Sources): Promise<Seen> {
  const { databasePlaces } = sources;
  const places = [
    ...new Map(databasePlaces.map(({ place, machine, port }) => [place, { place, machine, port }])).values(),
  ];
  const hosts = places.length === 0 ? [] : sources.controllers;
  const knockedFrom = async (host: string): Promise<KnockedFrom> => {
    const there = places.filter(({ machine }) => !isLoopback(machine) || sources.isThisMachine(host));
    if (there.length === 0)
      return { host, knocks: untried('stackward.yaml names only databases of this machine (127.0.0.1)') };
    const questions = there.map(({ machine, port }) => ({ verb: 'knock', server: machine, port }) as const);
    const answers = await sources.onHost(host, (reader) => reader.read(questions));
    if (!answers.isRead) return { host, knocks: answers };
    const knocks = there.flatMap(({ place }, index) => {
      const outcome: Outcome<HostKnock> | undefined = answers.value[index];
      const names = databasePlaces.filter((probe) => probe.place === place).map(({ name }) => name);
      return outcome === undefined ? [] : [{ place, names, outcome }];
    });
    return { host, knocks: { isRead: true, value: knocks } };
  };
  return {
    hasDatabases: places.length > 0,
    ...defined({ only: sources.focus.host }),
    hosts: await Promise.all(hosts.map(knockedFrom)),
  };
}

/** Error numbers that a server sends instead of a greeting. */
const refusals: Readonly<Record<number, ConnectTrouble>> = {
  1040: 'too many connections',
  1129: 'host blocked',
  1130: 'host not allowed',
};

const troubleOfGreeting = (greeting: Greeting): ConnectTrouble | undefined => {
  if (greeting.is === 'MySQL') return undefined;
  if (greeting.is === 'other') return 'no MySQL';
  return greeting.is === 'part' ? 'no greeting' : (refusals[greeting.errno] ?? 'other');
};

function saidOf(greeting: Greeting): string {
  switch (greeting.is) {
    case 'MySQL':
      return `it greets as ${greeting.version}`;
    case 'refusal':
      return `it refuses with error ${greeting.errno}: ${greeting.message}`;
    case 'other':
      return `what it says looks like ${greeting.like}`;
    case 'part':
      return 'it says less than a greeting';
  }
}

const silences: Readonly<Record<Exclude<HostKnock['outcome'], 'accepted'>, string>> = {
  silent: 'it accepts the connection, and says nothing for 5 s',
  closed: 'it accepts the connection, and closes it without a word',
  refused: 'the connection is refused',
  filtered: 'no answer comes',
  'no route': 'there is no route',
  name: 'the name has no address there',
};

function judgeKnock(host: string, { place, names, outcome }: Knocked): Result[] {
  const subject = `database ${names.join(', ')} from ${host}`;
  if (isUnknownThere(outcome)) return [notLookedAt(subject, untried(olderProgram('reaches for no server')))];
  if (!outcome.ok) return [notLookedAt(subject, { isRead: false, why: outcome.error.message, wasTried: true })];
  const { outcome: met, said } = outcome.value;
  const greeting = greetingOf(Buffer.from(said, 'base64'));
  const isSilent = met === 'silent' || met === 'closed';
  const trouble = met === 'accepted' ? troubleOfGreeting(greeting) : isSilent ? 'no greeting' : met;
  if (trouble === undefined) return [];
  const told = met === 'accepted' ? saidOf(greeting) : silences[met];
  const words = wordsFrom(host, trouble);
  return [{ result: 'fault', subject, ...words, evidence: [`${place}, from ${host}: ${told}`] }];
}

function judgeHost({ host, knocks }: KnockedFrom): readonly Result[] {
  if (!knocks.isRead) return [notLookedAt(`databases from ${host}`, knocks)];
  const results = knocks.value.flatMap((knocked) => judgeKnock(host, knocked));
  if (results.length > 0) return results;
  const places = knocks.value.map(({ place }) => place).join(', ');
  return [{ result: 'fine', subject: `databases from ${host}`, found: `a MySQL greets at ${places}` }];
}

export const databaseFromHosts = defineCheck<Seen>({
  code: 'SW-3002',
  title: 'a database can’t be reached from a controller',
  needs: ['a database', 'hosts'],
  isOfHosts: true,
  read,
  judge({ hasDatabases, only, hosts }) {
    if (!hasDatabases) return [notLookedAt('databases', untried('stackward.yaml names none'))];
    if (hosts.length > 0) return hosts.flatMap(judgeHost);
    const none = only === undefined ? 'no host' : `no ${only}`;
    return [notLookedAt('controllers', untried(`stackward.yaml lists ${none} in "services"; list there the controllers whose services use the databases`))]; // prettier-ignore
  },
  page: {
    means:
      'Each controller in `services` of stackward.yaml connects to each database in stackward.yaml, at the same address. From this controller, no MySQL server answers there. Services of the controller that use this address fail. The causes are those of SW-3001, as far as they appear before a login.',
    evidence:
      'One connection from the host, and the first bytes that the server sends; the host sends nothing. 5 s for the connection, and 5 s for the first bytes.',
    alike:
      'A service whose `connection` names another address than stackward.yaml: look at its configuration. Wrong passwords, schemas and TLS settings appear only at a login, and this check does not log in from there.',
    step: 'The step of the same cause under SW-3001, on the controller or between it and the database.',
    never:
      'Do not run it in a loop: a server counts each connection that ends before its login, and blocks a host after 100 in a row (10 before MySQL 5.6.6). A login of any service of that host resets the count.',
  },
});
