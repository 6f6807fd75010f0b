/**
 * Compares the counters of devices and NAT rules at two looks. They prove that packets pass, or that none came. Pure.
 */
import { mapLooked, thenLook, type Looked } from '../looked';
import type { Link } from './devices';
import { assumed, hopOf, proved, type Hop, type Leg } from './hop';
import type { PortPlace, RouterPlace } from './host-looks';
import { destinationNat, type NatRule } from './nat';
import { portDevice } from './device-hops';

/** Both looks at the devices and rules that one packet passes. */
export interface TwoLooks {
  readonly seconds: number;
  readonly router?: readonly [RouterPlace, RouterPlace];
  readonly port?: readonly [PortPlace, PortPlace];
}

/** The floating IP, and the router's devices that its packets pass. Undefined: the router has no such device. */
export interface Counted {
  readonly address: string;
  /** By which packets come in, where a rule of NAT asks for that. */
  readonly joint?: string;
  readonly outer: Looked<string | undefined>;
  readonly inner: Looked<string | undefined>;
}

interface Counter {
  readonly name: string;
  readonly place: string;
  readonly what: string;
  readonly before: Looked<number | undefined>;
  readonly after: Looked<number | undefined>;
}

export function countersLeg({ seconds, router, port }: TwoLooks, counted: Counted, portId: string): Leg {
  const counters = [
    ...(router === undefined ? [] : routerCounters(router, counted)),
    ...(port === undefined ? [] : portCounters(port, portId)),
  ];
  return { title: `Counted for ${seconds} s, packets of others included`, hops: counters.map(hopOfCounter) };
}

const ofDevice =
  (device: string | undefined, field: 'received' | 'sent') =>
  (links: readonly Link[]): number | undefined =>
    links.find(({ name }) => name === device)?.[field];

function routerCounters([first, second]: readonly [RouterPlace, RouterPlace], counted: Counted): Counter[] {
  const { host: place } = first;
  const device = (name: string, what: string, side: 'outer' | 'inner', field: 'received' | 'sent'): Counter => {
    const countedIn = ({ links }: RouterPlace) =>
      thenLook(counted[side], (wanted) => mapLooked(links, ofDevice(wanted, field)));
    return { name, place, what, before: countedIn(first), after: countedIn(second) };
  };
  const connections = (rules: readonly NatRule[]): number | undefined =>
    destinationNat(rules, counted.address, counted.joint)?.packets;
  return [
    device('outer device', 'packets came from outside', 'outer', 'received'),
    {
      name: 'DNAT',
      place,
      what: `new connections to ${counted.address}`,
      before: mapLooked(first.nat, connections),
      after: mapLooked(second.nat, connections),
    },
    device('inner device', 'packets went to the inside', 'inner', 'sent'),
  ];
}

/** A tap sends what the server receives. */
function portCounters([first, second]: readonly [PortPlace, PortPlace], id: string): Counter[] {
  const tap = portDevice('tap', { id });
  const counter = (name: string, what: string, field: 'received' | 'sent'): Counter => ({
    name,
    place: first.host,
    what,
    before: mapLooked(first.links, ofDevice(tap, field)),
    after: mapLooked(second.links, ofDevice(tap, field)),
  });
  return [counter('to the server', 'packets', 'sent'), counter('from the server', 'packets', 'received')];
}

const hopOfCounter = ({ name, place, what, before, after }: Counter): Hop =>
  hopOf(name, place, { before, after }, (seen) => {
    if (seen.before === undefined || seen.after === undefined) return assumed('it has no counter there');
    // The counter of a new device begins at 0.
    const more = seen.after < seen.before ? seen.after : seen.after - seen.before;
    return more > 0 ? proved(`${more} ${what}`) : assumed(`0 ${what}: nothing came by`);
  });
