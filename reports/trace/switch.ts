/**
 * Open vSwitch as `ovs-vsctl --format=json list bridge|port|interface` prints it. Pure.
 *
 *   {"data":[[["uuid","…"],"tapX",1,["map",[["iface-id","…"]]]]],"headings":["_uuid","name","tag","external_ids"]}
 */
import * as z from 'zod';
import { UnrecoverableError } from '../../lib/basics/errors';

const table = z.object({ headings: z.array(z.string()), data: z.array(z.array(z.unknown())) });

export interface SwitchPort {
  readonly bridge: string;
  readonly name: string;
  /** The agent's local VLAN. */
  readonly tag?: number;
  /** Neutron's port. */
  readonly portId?: string;
  /** The error of Open vSwitch about a device that it can't open. */
  readonly error?: string;
  readonly peer?: string;
}

/** The VLAN for ports that the agent could not bind: the agent's flows drop everything in it. */
export const deadVlan = 4095;

type RowOf = (name: string) => unknown;

function rowsOf(json: string, what: string): readonly RowOf[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    parsed = undefined;
  }
  const found = table.safeParse(parsed);
  if (!found.success) throw new UnrecoverableError(`ovs-vsctl's list of ${what} is no table that stackward knows`);
  const { headings, data } = found.data;
  return data.map((row) => (name) => row[headings.indexOf(name)]);
}

/** A set of one is printed as its element. */
const setOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) && value[0] === 'set' && Array.isArray(value[1]) ? value[1] : [value];

const idsOf = (value: unknown): readonly string[] =>
  setOf(value).flatMap((item) => (Array.isArray(item) && item[0] === 'uuid' ? [String(item[1])] : []));

const mapOf = (value: unknown): ReadonlyMap<string, string> =>
  new Map(
    Array.isArray(value) && value[0] === 'map' && Array.isArray(value[1])
      ? value[1].flatMap((pair): [string, string][] =>
          Array.isArray(pair) ? [[String(pair[0]), String(pair[1])]] : [],
        )
      : [],
  );

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** @throws UnrecoverableError if one of the three texts is not the table that it should be */
export function parseSwitch(bridges: string, ports: string, interfaces: string): readonly SwitchPort[] {
  const interfaceById = new Map(rowsOf(interfaces, 'interfaces').map((row) => [idsOf(row('_uuid'))[0], row]));
  const portById = new Map(rowsOf(ports, 'ports').map((row) => [idsOf(row('_uuid'))[0], row]));
  return rowsOf(bridges, 'bridges').flatMap((bridge) =>
    idsOf(bridge('ports')).flatMap((id) => {
      const port = portById.get(id);
      if (port === undefined) return [];
      const [first] = idsOf(port('interfaces'));
      const device = interfaceById.get(first);
      const tag = port('tag');
      const told = {
        portId: mapOf(device?.('external_ids')).get('iface-id'),
        error: textOf(device?.('error')),
        peer: mapOf(device?.('options')).get('peer'),
        tag: typeof tag === 'number' ? tag : undefined,
      };
      const known = Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined));
      return [{ bridge: String(bridge('name')), name: String(port('name')), ...known }];
    }),
  );
}
