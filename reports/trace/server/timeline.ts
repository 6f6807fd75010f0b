/**
 * Lists the requests about one server, each part of the work, and its faults, in the order of time. The columns are those
 * of the view `vw_vm_trace`. Pure.
 */
import type { ServerAction, WholeServer } from '../../../lib/contract/server-ports';

export interface TimelineRow {
  readonly vmName: string;
  /** For a fault: the host that recorded it. */
  readonly action: string;
  /** Undefined: the whole action. */
  readonly event?: string;
  readonly start?: Date;
  /** Of a fault: when it was deleted. Undefined: it has not ended, or nobody told. */
  readonly finish?: Date;
  /** `Success`, `Error`; of a fault: its message. */
  readonly result?: string;
  readonly details?: string;
}

/** The name that the view uses. */
export const faultEvent = '#instance fault';

export interface ServerFault {
  readonly host?: string;
  readonly message: string;
  readonly created?: Date;
  readonly deleted?: Date;
  readonly details?: string;
}

export function timelineOf(
  server: Pick<WholeServer, 'name'>,
  actions: readonly ServerAction[],
  faults: readonly ServerFault[],
): readonly TimelineRow[] {
  const vmName = server.name;
  const rows: TimelineRow[] = [
    ...actions.flatMap(({ action, requestId, startedAt, message, events }): TimelineRow[] => [
      row({ vmName, action, start: startedAt, result: message, details: requestId }),
      ...(events ?? []).map((event) =>
        row({
          vmName,
          action,
          event: event.event,
          start: event.startedAt,
          finish: event.finishedAt,
          result: event.result,
          details: event.traceback,
        }),
      ),
    ]),
    ...faults.map((fault) =>
      row({
        vmName,
        action: fault.host ?? '?',
        event: faultEvent,
        start: fault.created,
        finish: fault.deleted,
        result: fault.message,
        details: fault.details,
      }),
    ),
  ];
  // The sort is stable, so an action stays before its events of the same time.
  return rows.sort((a, b) => (a.start?.getTime() ?? 0) - (b.start?.getTime() ?? 0));
}

type Loose = { [K in keyof TimelineRow]: TimelineRow[K] | undefined } & {
  readonly vmName: string;
  readonly action: string;
};

const row = (loose: Loose): TimelineRow =>
  Object.fromEntries(Object.entries(loose).filter(([, value]) => value !== undefined)) as unknown as TimelineRow;
