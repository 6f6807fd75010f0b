/**
 * Heartbeats of Nova's and Cinder's services and of Neutron's agents, in one form. Pure.
 *
 * Nova counts a service as down if `abs(now - last_seen_up) > service_down_time` (60 s), so a heartbeat in the future
 * counts as down too. The service's own clock need not be the one that writes the heartbeat: nova-conductor writes it
 * for nova-compute, and neutron-server for an agent. Sources: nova/servicegroup/drivers/db.py, neutron/db/agents_db.py.
 */
import type { AgentRecord, ServiceRecord } from '../lib/contract/report-ports';
import { defined } from '../lib/basics/defined';
import { read, untried, type Looked } from './looked';

export type BeatingService = 'nova' | 'neutron' | 'cinder';

export interface Heartbeat {
  readonly service: BeatingService;
  readonly name: string;
  readonly host: string;
  readonly zone?: string;
  readonly isUp: boolean;
  readonly isEnabled: boolean;
  readonly isForcedDown?: boolean;
  readonly disabledReason?: string | null;
  readonly at?: Date;
  readonly startedAt?: Date;
  /** The service whose clock wrote `at`. */
  readonly writtenBy: string;
  /**
   * Seconds from the heartbeat to the reading, by the API's clock if its answers have dates; negative for a heartbeat
   * in the future.
   */
  readonly ageSeconds?: number;
  /**
   * True if the heartbeat changed between two looks that were one report interval apart. Absent if there was only one
   * look.
   */
  readonly hasMoved?: boolean;
}

/** Seconds between two reports, and seconds after which the API says "down", by each service's defaults. */
export const intervals: Readonly<Record<BeatingService, { readonly report: number; readonly down: number }>> = {
  nova: { report: 10, down: 60 },
  neutron: { report: 30, down: 75 },
  cinder: { report: 10, down: 60 },
};

/** A smaller difference between two clocks is ignored. */
export const slackSeconds = 5;

const ageOf = (time: Date | undefined, now: Date): number | undefined =>
  time === undefined ? undefined : (now.getTime() - time.getTime()) / 1000;

export function heartbeatOfService(service: 'nova' | 'cinder', record: ServiceRecord, now: Date): Heartbeat {
  const { binary, host, zone, isUp, isEnabled, isForcedDown, disabledReason, heartbeat } = record;
  const writtenBy = binary === 'nova-compute' ? 'conductor' : 'its own host';
  const more = { zone, isForcedDown, disabledReason, at: heartbeat, ageSeconds: ageOf(heartbeat, now) };
  return { service, name: binary, host, isUp, isEnabled, writtenBy, ...defined(more) };
}

export function heartbeatOfAgent(record: AgentRecord, now: Date): Heartbeat {
  const { binary, host, isAlive, isEnabled, heartbeat, startedAt } = record;
  const more = { at: heartbeat, startedAt, ageSeconds: ageOf(heartbeat, now) };
  return {
    service: 'neutron',
    name: binary,
    host,
    isUp: isAlive,
    isEnabled,
    writtenBy: 'neutron-server',
    ...defined(more),
  };
}

export type Health = 'up' | 'down' | 'dead' | 'skewed' | 'forced down';

/** `down`: the API says so, but one look can't tell a dead service from a slow clock. */
export function healthOf({ isUp, isForcedDown, ageSeconds, hasMoved }: Heartbeat): Health {
  if (isForcedDown === true) return 'forced down';
  if (ageSeconds !== undefined && ageSeconds < -slackSeconds) return 'skewed';
  if (isUp) return 'up';
  if (hasMoved === undefined) return 'down';
  return hasMoved ? 'skewed' : 'dead';
}

/** A service whose clock is wrong works all the same. */
export const isAlive = (beat: Heartbeat): boolean => ['up', 'skewed'].includes(healthOf(beat));

/** Such as `nova-compute on cnode01`. */
export const subjectOf = ({ name, host }: Pick<Heartbeat, 'name' | 'host'>): string => `${name} on ${host}`;

/** The second look, compared with the first. A record that no longer exists has not moved. */
export function compareLooks(first: readonly Heartbeat[], second: readonly Heartbeat[]): readonly Heartbeat[] {
  const key = ({ name, host, zone = '' }: Heartbeat): string => JSON.stringify([name, host, zone]);
  const later = new Map(second.map((beat) => [key(beat), beat]));
  return first.map((beat) => {
    const now = later.get(key(beat));
    return { ...(now ?? beat), hasMoved: now?.at !== undefined && now.at.getTime() !== beat.at?.getTime() };
  });
}

/** Who disabled the service; undefined if nobody did. */
export function disabledBy({ service, isEnabled, disabledReason }: Heartbeat): string | undefined {
  if (isEnabled) return undefined;
  if (service === 'neutron') return 'by an operator (admin_state_up is false; Neutron keeps no reason)';
  if (disabledReason === undefined) return '(this release tells neither by whom nor why)';
  if (disabledReason === null || disabledReason === '') return 'by an operator, who gave no reason';
  const [, own] = /^AUTO: (.*)$/s.exec(disabledReason) ?? [];
  return own === undefined ? `by an operator: ${disabledReason}` : `by Nova itself: ${own}`;
}

/** The heartbeats of one host, and those of the services that write them. */
export function beatsOf(
  host: string,
  service: BeatingService,
  rows: readonly Heartbeat[],
): Looked<readonly Heartbeat[]> {
  const own = rows.filter((row) => row.host === host);
  if (own.length === 0) return untried(`${service} lists nothing on the host ${host}`);
  const hasCompute = own.some(({ name }) => name === 'nova-compute');
  return read(rows.filter((row) => row.host === host || (hasCompute && row.name === 'nova-conductor')));
}
