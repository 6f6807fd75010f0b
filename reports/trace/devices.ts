/**
 * Parses the output of iproute2's `ip`, of every version. Pure.
 *
 *   12: qg-1a2b3c4d-5e: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc … state UNKNOWN …\    link/ether fa:16:3e:… brd …\    RX: bytes …
 *
 * iproute2 6.1 (Debian 12); test/fixtures/trace.
 */
import { defined } from '../../lib/basics/defined';

export interface Link {
  readonly name: string;
  readonly isUp: boolean;
  /** One end of a pair; the other may be on a bridge of another namespace. */
  readonly isPair: boolean;
  /** True if the other end is connected. */
  readonly hasCarrier: boolean;
  readonly master?: string;
  readonly mac?: string;
  readonly received?: number;
  readonly sent?: number;
}

const packetsOf = (line: string, direction: 'RX' | 'TX'): number | undefined => {
  const [, packets] = new RegExp(`${direction}:[^\\\\]*\\\\\\s*\\d+\\s+(\\d+)\\s`).exec(line) ?? [];
  return packets === undefined ? undefined : Number(packets);
};

/** Parses `ip -s -o link`. */
export function parseLinks(text: string): readonly Link[] {
  return text.split('\n').flatMap((line) => {
    const [, name = '', peer, flags = ''] = /^\d+: ([^\s:@]+)(@[^\s:]+)?: <([^>]*)>/.exec(line) ?? [];
    if (name === '') return [];
    const set = flags.split(',');
    const more = {
      master: / master (\S+)/.exec(line)?.[1],
      mac: /link\/ether ([0-9a-f:]{17})/.exec(line)?.[1],
      received: packetsOf(line, 'RX'),
      sent: packetsOf(line, 'TX'),
    };
    const isUp = set.includes('UP');
    const hasCarrier = set.includes('LOWER_UP');
    return [{ name, isPair: peer !== undefined, isUp, hasCarrier, ...defined(more) }];
  });
}

export interface Route {
  readonly to: string;
  readonly via?: string;
  readonly device?: string;
}

/** Parses `ip route show`. */
export const parseRoutes = (text: string): readonly Route[] =>
  text.split('\n').flatMap((line) => {
    const [to = ''] = line.split(' ');
    const more = { via: / via (\S+)/.exec(line)?.[1], device: / dev (\S+)/.exec(line)?.[1] };
    return to === '' ? [] : [{ to, ...defined(more) }];
  });

export interface Neighbour {
  readonly address: string;
  readonly mac?: string;
  /** `REACHABLE`, `STALE`, `FAILED`, … */
  readonly state: string;
}

/** Parses `ip neigh show`. */
export const parseNeighbours = (text: string): readonly Neighbour[] =>
  text.split('\n').flatMap((line) => {
    const [address = ''] = line.split(' ');
    const state = /([A-Z]+)\s*$/.exec(line)?.[1];
    const mac = / lladdr ([0-9a-f:]{17})/.exec(line)?.[1];
    return address === '' || state === undefined ? [] : [{ address, state, ...defined({ mac }) }];
  });

/** Of `ip netns list`: `qrouter-… (id: 0)`. */
export const parseNamespaces = (text: string): readonly string[] =>
  text.split('\n').flatMap((line) => line.split(' ', 1)[0] || []);
