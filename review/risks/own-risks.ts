/** The risks of stackward's own steps. Pure. */
import type { PlannedStep } from '../../lib/run/plan';
import type { Spec } from '../../lib/contract/resource';
import { hostOf } from '../../lib/contract/target';
import { printable } from '../../lib/basics/printable';
import { serviceNames } from '../../lib/openstack/services';
import { sayGrant } from '../../lib/policy/intents';
import type { OwnChange, Witness } from '../model';
import type { RiskName } from './classes';
import type { FoundRisk } from './found-risk';
import { areAnywhere } from './prefixes';
import type { Passages } from '../witness/passages';
import { exceptionPackets } from './exception-packets';

export interface OwnStep {
  readonly stack: string;
  /** Construct path. */
  readonly path: string;
  readonly step: PlannedStep;
  readonly shown: OwnChange;
  /** Undefined for a thing that left the code. */
  readonly spec: Spec | undefined;
  readonly passages: Passages;
}

type Said = readonly [RiskName, string, (readonly Witness[])?];

export function ownRisks(own: OwnStep): FoundRisk[] {
  const { stack, path, shown } = own;
  return [...(byKind[own.step.kind]?.(own) ?? []), ...restarts(own)].map(([name, message, witnesses = []]) => ({
    class: name,
    stack,
    where: path,
    message: printable(message),
    wayBack: shown.wayBack,
    witnesses,
  }));
}

const textIn = (spec: Spec | undefined, field: string): string => {
  const value = spec?.[field];
  return typeof value === 'string' ? value : '?';
};

const prefixesIn = (spec: Spec | undefined, field: string): readonly string[] => {
  const value = spec?.[field];
  if (value === 'any') return ['any'];
  return Array.isArray(value) ? value.filter((prefix): prefix is string => typeof prefix === 'string') : [];
};

/** `any address`, or the prefixes. */
const sayPrefixes = (prefixes: readonly string[]): string =>
  prefixes.includes('any') ? 'any address' : prefixes.join(', ');

function exception({ step, shown, spec, path, passages }: OwnStep): Said[] {
  const [sources, destinations] = [prefixesIn(spec, 'sources'), prefixesIn(spec, 'destinations')];
  const host = hostOf(step.target) ?? step.target;
  const packets = exceptionPackets({ host, path, sources, destinations }, passages);
  if (step.action === 'delete')
    return [['closes-exception', `${shown.subject} goes, and the port's security groups decide again`, packets]];
  const name = areAnywhere(sources) || areAnywhere(destinations) ? 'opens-any' : 'opens-prefix';
  const reason = textIn(spec, 'reason');
  return [
    [
      name,
      `${shown.subject}: packets from ${sayPrefixes(sources)} to ${sayPrefixes(destinations)} may leave the port, and hosts at ${sayPrefixes(destinations)} may start connections through the port to ${sayPrefixes(sources)}; its security groups apply to neither (reason: ${reason})`,
      packets,
    ],
  ];
}

function grant({ step, shown, spec }: OwnStep): Said[] {
  if (step.action === 'delete') return [['takes-grant', `${shown.subject}: ${step.because}`]];
  const service = serviceNames.find((name) => name === spec?.service);
  if (service === undefined) return [];
  const said = sayGrant(service, textIn(spec, 'rule'), textIn(spec, 'role'));
  return [
    [
      'grants-all-projects',
      `${said} (${service} ${textIn(spec, 'rule')} on ${step.target}; reason: ${textIn(spec, 'reason')})`,
    ],
  ];
}

/** The kind says in a note how many addresses come and go: `adds 10 addresses`, `gives back 2 addresses, …`. */
function pool({ step, shown }: OwnStep): Said[] {
  const notes = step.notes ?? [];
  const [gone, come] = ['gives back ', 'adds '].map((begin) => notes.find((note) => note.startsWith(begin)));
  const changes = step.changes.map(({ before = '-', after = '-' }) => `${before} becomes ${after}`).join('; ');
  return [
    ...(gone === undefined ? [] : [['loses-addresses', `${shown.subject} ${gone}: ${changes}`] as const]),
    ...(come === undefined ? [] : [['widens-pool', `${shown.subject} ${come}: ${changes}`] as const]),
  ];
}

const byKind: Readonly<Record<string, (own: OwnStep) => Said[]>> = {
  'firewall-exception': exception,
  'policy-rule': grant,
  'allocation-pool': pool,
};

const restartKinds = ['service-option', 'broker-plugin', 'log-collection'];

function restarts({ step, shown }: OwnStep): Said[] {
  if (!restartKinds.includes(step.kind)) return [];
  const notes = (step.notes ?? []).filter((note) => /\brestart/.test(note) && !/\bis not restarted\b/.test(note));
  return notes.map((note) => ['restart-needed', `${shown.subject}: ${note}`]);
}
