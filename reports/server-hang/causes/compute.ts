/** Judges nova-compute on the server's host; or, if no host took the server, each host of its zone. */
import { count } from '../../../lib/render/text';
import type { Flavor, Hypervisor } from '../../../lib/contract/server-ports';
import { disabledBy, healthOf, subjectOf, type Heartbeat } from '../../heartbeats';
import { named, ruledOut, unknown, type Examine, type Examined, type Finding } from '../finding';
import { exhausted } from './recorded';
import { hostsOf, sayHost, type HangFacts } from '../facts';
import { noReason } from '../situation';
import { evidenceOf, sayRows } from './rows';

const ofHost = ['compute-dead', 'compute-skewed', 'compute-forced-down', 'compute-disabled'] as const;
type OfHost = (typeof ofHost)[number];

const noHost = /No valid host|NoValidHost/;

const isCompute = ({ name }: Heartbeat): boolean => name === 'nova-compute';

const trouble: Readonly<Record<OfHost, (beat: Heartbeat) => Omit<Parameters<typeof named>[1], 'evidence'>>> = {
  'compute-dead': (beat) => ({
    found: `${subjectOf(beat)} is dead, so nobody works on it.`,
    step: `Look on ${beat.host} whether the process runs, and at the end of its log; start this one service again. Servers there keep running, and it takes up its work by itself.`,
  }),
  'compute-skewed': (beat) => ({
    found: `${subjectOf(beat)} is alive, and Nova takes it for dead, because a clock is wrong.`,
    step: 'Find the wrong clock (SW-2001) and let chrony or ntpd set it; no service needs a restart.',
  }),
  'compute-forced-down': (beat) => ({
    found: `${subjectOf(beat)} was forced down, so Nova gives it nothing.`,
    step: `Ask who fenced ${beat.host} off, and whether its servers were evacuated. Only then clear it (SW-1003).`,
  }),
  'compute-disabled': (beat) => ({
    found: `${subjectOf(beat)} was disabled ${disabledBy(beat)}.`,
    step: `Ask who disabled it. Where the work on ${beat.host} is done, enable it again; nothing that runs there changes by that.`,
  }),
};

/** Why Nova gives no work to this nova-compute. Undefined if it does. */
function blockOf(beat: Heartbeat): OfHost | undefined {
  const health = healthOf(beat);
  if (health === 'dead' || health === 'down') return 'compute-dead';
  if (health === 'skewed' && !beat.isUp) return 'compute-skewed';
  if (health === 'forced down') return 'compute-forced-down';
  return beat.isEnabled ? undefined : 'compute-disabled';
}

const all = (judge: (cause: OfHost) => Finding): readonly Finding[] => ofHost.map(judge);
const sayWell = (beat: Heartbeat): string => `${subjectOf(beat)} is up and enabled`;

export const computes: Examine = (examined) => {
  const { services, hasAllServices } = examined.facts;
  const { situation, host, hostUntold } = examined;
  if (!services.isRead)
    return [...all((cause) => unknown(cause, services.why)), unknown('no-valid-host', services.why)];
  const beats = services.value.filter(isCompute);
  if (situation.is === 'failed') return judgeFailed(examined, beats);
  const notChosen = ruledOut('no-valid-host', 'where no host takes a server its task ends with a failure, and does not wait'); // prettier-ignore
  if (host === undefined)
    return [
      ...all((cause) =>
        hostUntold === undefined ? ruledOut(cause, 'no host was chosen for it yet') : unknown(cause, hostUntold),
      ),
      notChosen,
    ];
  const beat = beats.find((each) => each.host === host);
  if (beat !== undefined) return [...onHost(examined, beat), notChosen];
  if (!hasAllServices) {
    const why = `the databases that stackward.yaml names have no nova-compute on ${host}, and further cells may have it`;
    return [...all((cause) => unknown(cause, why)), notChosen];
  }
  return [...withoutCompute(examined, host, beats.length), notChosen];
};

const withoutCompute = ({ facts }: Examined, host: string, others: number): readonly Finding[] =>
  all((cause) =>
    cause === 'compute-dead'
      ? named(cause, {
          found: `Nova has no nova-compute on ${host}, so nobody works on it.`,
          evidence: [sayHost(facts, host), `${count(others, 'nova-compute', 'nova-computes')} elsewhere`],
          step: `Look on ${host} whether nova-compute runs, and under which host name (option "host").`,
        })
      : ruledOut(cause, `Nova has no nova-compute on ${host}`),
  );

/** A service that is disabled, or that only has a wrong clock, still finishes the work that it has. */
function onHost({ facts, show }: Examined, beat: Heartbeat): readonly Finding[] {
  const block = blockOf(beat);
  return all((cause) => {
    if (cause !== block)
      return ruledOut(cause, [block === undefined ? sayWell(beat) : `${subjectOf(beat)}: ${healthOf(beat)}`, ...(facts.rows.isRead ? sayRows(facts, beat) : [])].join('; ')); // prettier-ignore
    if (cause === 'compute-disabled' || cause === 'compute-skewed')
      return ruledOut(cause, `${subjectOf(beat)} is so, and goes on with what it was given`);
    return named(cause, { ...trouble[cause](beat), evidence: [sayHost(facts, beat.host), ...evidenceOf(facts, beat, show)] }); // prettier-ignore
  });
}

/** A host of the zone, and why it didn't get the server. */
interface Refusal {
  readonly beat: Heartbeat;
  readonly block: OfHost | undefined;
  /** What the host has too little of. Undefined if the server would fit, or if nobody could tell. */
  readonly tooSmall: string | undefined;
  /** Why nobody could tell whether the host is large enough. */
  readonly untold: string | undefined;
}

function judgeFailed(examined: Examined, beats: readonly Heartbeat[]): readonly Finding[] {
  const { facts, words, record, show } = examined;
  const { server } = facts;
  const otherwise = (because: string): readonly Finding[] => [
    ...all((cause) => ruledOut(cause, because)),
    ruledOut('no-valid-host', because),
  ];
  // If the server failed on the last host that was left, Nova also says that no host is left.
  if (words === '') return [...all((cause) => unknown(cause, noReason)), unknown('no-valid-host', noReason)];
  if (record !== undefined) return otherwise('Nova recorded another failure, which tells the cause');
  if (exhausted.test(words))
    return [...all((cause) => ruledOut(cause, 'hosts were found, and tried')), allTried(examined)];
  if (!noHost.test(words)) return otherwise('Nova recorded another failure');
  // Rows of the databases of some cells tell nothing of the hosts of the others.
  if (!facts.hasAllServices) {
    const why = `the databases that stackward.yaml names have ${count(beats.length, 'nova-compute', 'nova-computes')}, and further cells may have more`;
    return [...all((cause) => unknown(cause, why)), unknown('no-valid-host', why)];
  }
  // Rows of the database name no zone.
  const zone = beats.filter(
    (beat) => server.zone === undefined || beat.zone === undefined || beat.zone === server.zone,
  );
  const refusals = zone.map((beat): Refusal => ({ beat, block: blockOf(beat), ...sizeOf(examined, beat) }));
  // A host that is too small wouldn't take the server even if its service were well.
  const large = refusals.filter(({ tooSmall }) => tooSmall === undefined);
  const [first] = large;
  const common =
    first?.block !== undefined && large.every(({ block }) => block === first.block) ? first.block : undefined;
  const where = server.zone === undefined ? 'the cloud' : `zone ${server.zone}`;
  if (first === undefined || common === undefined)
    return [
      ...all((cause) => ruledOut(cause, `not so of every host of ${where}`)),
      noValidHost(examined, refusals, where),
    ];
  const { found, step } = trouble[common](first.beat);
  const isSized = large.every(({ untold }) => untold === undefined);
  const many = large.length === 1 ? found : `All ${large.length} hosts of ${where}${isSized ? ' that are large enough' : ''} are so: ${found}`; // prettier-ignore
  const evidence = large.slice(0, 10).flatMap(({ beat }) => [subjectOf(beat), ...evidenceOf(facts, beat, show)]);
  return [
    ...all((cause) =>
      cause === common
        ? named(cause, { found: many, evidence, step })
        : ruledOut(cause, `every host of ${where} is something else`),
    ),
    ruledOut('no-valid-host', `no host of ${where} could be asked`),
  ];
}

function sayLogs({ host, traces, missed }: HangFacts['logs'][number]): readonly string[] {
  if (!traces.isRead) return [`the logs on ${host} were not looked at (${traces.why})`];
  const errors = traces.value.flatMap(({ path, errors: lines }) => lines.slice(-1).map((line) => `${path} on ${host}: ${line}`)); // prettier-ignore
  const none = traces.value.length === 0 ? `no log of Nova was found on ${host}` : `the logs on ${host} have no error of it`; // prettier-ignore
  return [...(errors.length === 0 ? [none] : errors), ...missed.map((log) => `not looked at on ${host}: ${log}`)];
}

/** Only the logs of the hosts have the reasons. */
function allTried({ facts }: Examined): Finding {
  const hosts = facts.actions.isRead ? hostsOf(facts.actions.value) : [];
  const where = hosts.length === 0 ? 'the compute hosts' : hosts.join(', ');
  const request = facts.actions.isRead ? facts.actions.value.at(-1)?.requestId : undefined;
  return named('no-valid-host', {
    found: 'Its build failed on every host that was tried, and Nova keeps no reason.',
    evidence: [`tried: ${where}`, ...facts.logs.flatMap(sayLogs)],
    step: `Read the log of nova-compute on ${where} for ${request ?? 'the request'}; doctor does so by itself where stackward.yaml leads to the host.`,
  });
}

function noValidHost({ facts }: Examined, refusals: readonly Refusal[], where: string): Finding {
  const fitting = refusals.filter(({ block, tooSmall }) => block === undefined && tooSmall === undefined);
  const isSized = fitting.every(({ untold }) => untold === undefined);
  const wants = sayWish(facts);
  const evidence = [
    wants,
    ...refusals
      .slice(0, 20)
      .map(
        ({ beat, block, tooSmall, untold }) =>
          `${beat.host}: ${block?.replace('compute-', '') ?? tooSmall ?? (untold === undefined ? 'up, enabled, and large enough' : `up and enabled; its size was not looked at (${untold})`)}`,
      ),
    ...(refusals.length > 20 ? [`and ${refusals.length - 20} hosts more`] : []),
  ];
  if (refusals.length === 0)
    return named('no-valid-host', {
      found: `${where} has no nova-compute.`,
      evidence: [wants],
      step: 'Choose a zone that has hosts (`openstack availability zone list`), or add hosts to this one.',
    });
  if (fitting.length === 0)
    return named('no-valid-host', {
      found: `None of the ${count(refusals.length, 'host')} of ${where} has room for the flavor.`,
      evidence,
      step: 'Choose a smaller flavor, free room on a host, or bring back a host that is out of use.',
    });
  return named('no-valid-host', {
    found: `${count(fitting.length, 'host')} of ${where} would ${isSized ? 'be large enough now' : 'take servers now, for all that is known'}, so a filter of the scheduler refuses them, or they were full then.`,
    evidence: [...evidence, 'not looked at: properties of image and flavor, groups of servers, aggregates'],
    step: 'Read the log of nova-scheduler for this request: "Filter … returned 0 hosts" names the filter.',
  });
}

const sayFlavor = ({ vcpus, ramMiB, diskGiB }: Flavor): string => `${vcpus} vCPU, ${ramMiB} MiB, ${diskGiB} GiB`;

function sayWish({ flavor }: HangFacts): string {
  if (!flavor.isRead) return `the flavor was not looked at (${flavor.why})`;
  return flavor.value === undefined
    ? 'the flavor is not known any more'
    : `the flavor wants ${sayFlavor(flavor.value)}`;
}

/** Overcommit doesn't help if a server is larger than the whole host. Placement refuses it too. */
function sizeOf(
  { facts: { flavor, hypervisors, image } }: Examined,
  { host }: Heartbeat,
): Pick<Refusal, 'tooSmall' | 'untold'> {
  const unread = [flavor, hypervisors].find(({ isRead }) => !isRead);
  if (unread?.isRead === false) return { tooSmall: undefined, untold: unread.why };
  const has = hypervisors.isRead ? hypervisors.value.find((each) => each.host === host) : undefined;
  const wants = flavor.isRead ? flavor.value : undefined;
  if (wants === undefined) return { tooSmall: undefined, untold: 'the flavor was deleted since' };
  if (has === undefined) return { tooSmall: undefined, untold: 'Nova lists no hypervisor there' };
  const isOnDisk = !(image.isRead && image.value === 'none');
  const over = [
    ...(wants.vcpus > has.vcpus ? [`${has.vcpus} vCPU`] : []),
    ...(wants.ramMiB > has.ramMiB ? [`${has.ramMiB} MiB`] : []),
    ...(isOnDisk && wants.diskGiB > has.diskGiB ? [`${has.diskGiB} GiB`] : []),
  ];
  const tooSmall = over.length > 0 ? `has only ${over.join(' and ')}` : fullOf(wants, has, isOnDisk);
  return { tooSmall, untold: undefined };
}

/**
 * Says this of the disk alone: by default Nova doesn't overcommit disks, but overcommits memory 1.5 times until Yoga.
 */
const fullOf = (wants: Flavor, has: Hypervisor, isOnDisk: boolean): string | undefined =>
  isOnDisk && wants.diskGiB > has.diskGiB - has.diskGiBUsed
    ? `has ${has.diskGiB - has.diskGiBUsed} GiB of ${has.diskGiB} left`
    : undefined;
