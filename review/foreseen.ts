/** Foresees what neither plan shows: refusals by Neutron, and rules that follow a changed port. Pure. */
import { nameFirst } from '../lib/basics/name-first';
import { lookupBy } from '../lib/basics/groups';
import type { DeclaredManifest } from '../lib/contract/manifest';
import type { DeclaredResource } from '../lib/contract/resource';
import { hasTrue, partAt } from './terraform/attributes';
import { isGone, isMade, type PlannedChange } from './terraform/planned-change';
import { addressesOf, labelOf } from './terraform/subject';
import { portType, textAt, type Thing } from './terraform/things';

const trunkType = 'openstack_networking_trunk_v2';

interface Declaring {
  readonly name: string;
  readonly manifest: DeclaredManifest | undefined;
}

/** @param changes Terraform's, of all stacks */
export function foresightOf(changes: readonly PlannedChange[]): (stack: Declaring) => readonly string[] {
  const changesIn = lookupBy(changes, ({ thing }) => thing.stack);
  const gone = new Set(changes.filter(isGone).map(({ thing }) => thing));
  const ports = changes.filter(({ planned }) => planned.type === portType);
  const byId = new Map(ports.map((change) => [textAt(change.planned.before, 'id'), change]));
  return ({ name, manifest }) => [
    ...foreseenSteps(manifest?.resources ?? [], byId),
    ...refusedUnsharing(changesIn(name)),
    ...refusedTrunks(changesIn(name), gone),
  ];
}

/**
 * Networks that become private while ports of other projects stay in them. Neutron answers 409 InvalidSharedSetting
 * (seen on the lab); a network that was never shared takes the same ports from an administrator.
 */
const refusedUnsharing = (changes: readonly PlannedChange[]): string[] =>
  changes.flatMap(({ planned: { before, after }, thing, things }) => {
    if (thing.type !== 'openstack_networking_network_v2' || before?.shared !== true || after?.shared !== false)
      return [];
    const [id, owner] = ['id', 'tenant_id'].map((attribute) => textAt(before, attribute));
    const isForeign = ({ values, after: stays }: Thing): boolean =>
      stays !== undefined &&
      textAt(values, 'id') !== undefined &&
      textAt(values, 'network_id') === id &&
      ![undefined, owner].includes(textAt(values, 'tenant_id'));
    const ports = things
      .portsIn(things.withId(id) ?? thing)
      .filter(isForeign)
      .map(labelOf);
    return ports.length === 0
      ? []
      : [
          `network ${labelOf(thing)} becomes private, which Neutron refuses (409) while other projects have ports in it: ${nameFirst(ports)}; leave it shared, or move these ports first`,
        ];
  });

/**
 * Trunks at ports that are bound. Open vSwitch's driver takes none there and removes none (neutron
 * services/trunk/rules.py, `can_be_trunked_or_untrunked`).
 */
const refusedTrunks = (changes: readonly PlannedChange[], gone: ReadonlySet<Thing>): string[] =>
  changes.flatMap((change) => {
    const { thing, things } = change;
    if (thing.type !== trunkType || !(isMade(change) || isGone(change))) return [];
    const port = things.referred(thing, 'port_id');
    const server = port && things.serverOf(port);
    const isThere = server?.after !== undefined && textAt(server.values, 'id') !== undefined;
    if (server === undefined || !isThere || gone.has(server)) return [];
    return [
      `trunk ${labelOf(thing)} ${isMade(change) ? 'is made' : 'goes'}, and server ${labelOf(server)} is at its port: Neutron with Open vSwitch refuses that (409); let the same deploy replace the server, or use NICs`,
    ];
  });

/** Exceptions at ports whose addresses change. An exception leaves a port's own addresses to its security groups. */
const foreseenSteps = (
  resources: readonly DeclaredResource[],
  ports: ReadonlyMap<string | undefined, PlannedChange>,
): string[] =>
  resources.flatMap(({ kind, path, spec }) => {
    const change = kind === 'firewall-exception' ? ports.get(textAt(spec, 'portId') ?? '') : undefined;
    const found = change && addressChange(change);
    return found === undefined
      ? []
      : [
          `${kind}.${path}: ${found}, and its rules follow the port; nobody can plan them before, so \`stackward deploy\` leaves them: review and deploy once more afterwards`,
        ];
  });

function addressChange(change: PlannedChange): string | undefined {
  const { planned, thing } = change;
  if (isGone(change))
    return `Terraform ${planned.action === 'replace' ? 'replaces' : 'removes'} port ${labelOf(thing)}`;
  const [was, is] = [planned.before, planned.after].map((values) => addressesOf({ ...thing, values: values ?? {} }));
  if (hasTrue(partAt(planned.unknown, 'fixed_ip')))
    return `the addresses of port ${labelOf(thing)} are known after apply`;
  if (was === undefined || is === undefined || was.join() === is.join()) return undefined;
  return `the addresses of port ${labelOf(thing)} change from ${was.join(', ') || 'none'} to ${is.join(', ') || 'none'}`;
}
