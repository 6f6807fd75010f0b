/** The risks of stackward's own steps. Pure. */
import type { PlannedStep } from '../../lib/run/plan';
import type { DeclaredResource, Spec } from '../../lib/contract/resource';
import { hostOf } from '../../lib/contract/target';
import { printable } from '../../lib/basics/printable';
import { serviceNames } from '../../lib/openstack/services';
import { sayGrant } from '../../lib/policy/intents';
import { ungrouped } from '../../lib/synth/exception-method';
import type { OwnChange, WayBack, Witness } from '../model';
import type { RiskName } from './classes';
import type { FoundRisk } from './found-risk';
import { areAnywhere } from './prefixes';
import type { Passages } from '../witness/passages';
import { exceptionPackets, type ExceptionPlace } from './exception-packets';

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
  return [...(byKind[own.step.kind]?.(own) ?? []), ...restarts(own)].map(foundAt(stack, path, shown.wayBack));
}

/** The risks of a resource that waits for Terraform's half, so that it has no step yet: by its known fields. */
export function waitingRisks(resource: DeclaredResource, wayBack: WayBack, passages: Passages): FoundRisk[] {
  const { kind, path, stack, spec } = resource;
  const said =
    kind === 'firewall-exception'
      ? [opened(`exception ${path}, which waits for Terraform's half`, { host: undefined, path }, spec, passages)]
      : kind === 'policy-rule'
        ? granted(spec)
        : [];
  return said.map(foundAt(stack, path, wayBack));
}

const foundAt =
  (stack: string, where: string, wayBack: WayBack) =>
  ([name, message, witnesses = []]: Said): FoundRisk => ({
    class: name,
    stack,
    where,
    message: printable(message),
    wayBack,
    witnesses,
  });

const textIn = (spec: Spec | undefined, field: string): string => {
  const value = spec?.[field];
  return typeof value === 'string' ? value : '?';
};

const prefixesIn = (spec: Spec | undefined, field: string): readonly string[] => {
  const value = spec?.[field];
  if (value === 'any') return ['any'];
  return Array.isArray(value) ? value.filter((prefix): prefix is string => typeof prefix === 'string') : [];
};

/** `any address`, or the prefixes. Without any, nobody knows them before Terraform's half is done. */
const sayPrefixes = (prefixes: readonly string[]): string =>
  prefixes.includes('any') ? 'any address' : prefixes.join(', ') || 'prefixes that are known after apply';

function exception({ step, shown, spec, path, passages }: OwnStep): Said[] {
  const place = { host: hostOf(step.target) ?? step.target, path };
  if (step.action !== 'delete') return [opened(shown.subject, place, spec, passages, step.notes)];
  const packets = exceptionPackets({ ...place, ...endsIn(spec) }, passages);
  return [['closes-exception', `${shown.subject} goes, and the port's security groups decide again`, packets]];
}

const endsIn = (spec: Spec | undefined): Pick<ExceptionPlace, 'sources' | 'destinations'> => ({
  sources: prefixesIn(spec, 'sources'),
  destinations: prefixesIn(spec, 'destinations'),
});

function opened(
  subject: string,
  place: Pick<ExceptionPlace, 'host' | 'path'>,
  spec: Spec | undefined,
  passages: Passages,
  notes: readonly string[] = [],
): Said {
  const ends = endsIn(spec);
  const name = areAnywhere(ends.sources) || areAnywhere(ends.destinations) ? 'opens-any' : 'opens-prefix';
  const [sources, destinations] = [sayPrefixes(ends.sources), sayPrefixes(ends.destinations)];
  const groups = notes.find((note) => note.startsWith(ungrouped)) ?? ungrouped;
  return [
    name,
    `${subject}: packets of any protocol from ${sources} to ${destinations} may leave the port, and hosts at ${destinations} may start connections of any protocol through the port to ${sources}; ${groups} (reason: ${textIn(spec, 'reason')})`,
    exceptionPackets({ ...place, ...ends }, passages),
  ];
}

function grant({ step, shown, spec }: OwnStep): Said[] {
  if (step.action === 'delete') return [['takes-grant', `${shown.subject}: ${step.because}`]];
  return granted(spec, ` on ${step.target}`);
}

function granted(spec: Spec | undefined, place = ''): Said[] {
  const service = serviceNames.find((name) => name === spec?.service);
  if (service === undefined) return [];
  const said = sayGrant(service, textIn(spec, 'rule'), textIn(spec, 'role'));
  const rule = `${service} ${textIn(spec, 'rule')}${place}`;
  return [['grants-all-projects', `${said} (${rule}; reason: ${textIn(spec, 'reason')})`]];
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
