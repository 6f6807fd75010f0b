/** `stackward services`: every service of Nova and Cinder and every agent of Neutron in one table. */
import type { Clock } from '../../lib/contract/clock';
import { printableJson } from '../../lib/basics/printable';
import { plain, type Style } from '../../lib/render/style';
import { renderTable, sayAge, wrapText, type Row } from '../../lib/render/table';
import { disabledBy, healthOf, slackSeconds, type BeatingService, type Health, type Heartbeat } from '../heartbeats';
import type { Unread } from '../looked';
import type { Sources } from '../sources';

export interface ServicesReport {
  readonly rows: readonly Heartbeat[];
  readonly unread: readonly (Unread & { readonly service: BeatingService })[];
}

const services = ['nova', 'neutron', 'cinder'] as const satisfies readonly BeatingService[];

const byName = (a: Heartbeat, b: Heartbeat): number => {
  const key = ({ service, name, host }: Heartbeat) => `${services.indexOf(service)} ${name} ${host}`;
  return key(a) < key(b) ? -1 : 1;
};

export async function readServices(sources: Sources): Promise<ServicesReport> {
  const all = await Promise.all(
    services.map(async (service) => ({ service, looked: await sources.heartbeats[service]() })),
  );
  return {
    rows: all.flatMap(({ looked }) => (looked.isRead ? [...looked.value] : [])).sort(byName),
    unread: all.flatMap(({ service, looked }) => (looked.isRead ? [] : [{ ...looked, service }])),
  };
}

const isTrouble = (beat: Heartbeat): boolean => healthOf(beat) !== 'up' || !beat.isEnabled;

/** 2: something is down or disabled. 1: a service was asked and did not answer. 0: everything is up. */
export const servicesExitCode = ({ rows, unread }: ServicesReport): 0 | 1 | 2 => {
  if (rows.some(isTrouble)) return 2;
  return unread.some(({ wasTried }) => wasTried) ? 1 : 0;
};

/**
 * The time since which the state has lasted. For a service that is up: its start, if the API shows it. Otherwise: its
 * last heartbeat.
 */
const sinceOf = (beat: Heartbeat): Date | undefined => (healthOf(beat) === 'up' ? beat.startedAt : beat.at);

const stateOf = (beat: Heartbeat): string => {
  const health: Health = healthOf(beat);
  return beat.isEnabled ? health : `${health}, disabled`;
};

export function renderServices(
  { rows, unread }: ServicesReport,
  { show }: Pick<Clock, 'show'>,
  width: number,
  style: Style = plain,
): string {
  const paintOf = (beat: Heartbeat) =>
    healthOf(beat) === 'up' ? (beat.isEnabled ? style.green : style.yellow) : style.red;
  const wide = width >= 108;
  const rowOf = (beat: Heartbeat): Row => {
    const since = sinceOf(beat);
    const shown = since === undefined ? '?' : show(since);
    const by = disabledBy(beat);
    const notes = [
      ...(by === undefined ? [] : wrapText(`disabled ${by}`, width - 4)),
      ...(wide || !isTrouble(beat) || since === undefined
        ? []
        : [`${healthOf(beat) === 'up' ? 'up' : 'last heartbeat'} ${shown}`]),
    ];
    const cells = [
      ...[beat.name, beat.host, { text: stateOf(beat), paint: paintOf(beat) }],
      ...[sayAge(beat.ageSeconds, slackSeconds), beat.writtenBy, ...(wide ? [shown] : [])],
    ];
    return { cells, notes: notes.map(style.dim) };
  };
  const titles = ['SERVICE', 'HOST', 'STATE', 'AGE', 'WRITTEN BY', ...(wide ? ['SINCE'] : [])];
  const legend =
    'AGE is that of the last heartbeat. WRITTEN BY is whose clock wrote it. A service that is down may be dead, or a clock may be wrong: `stackward doctor` tells which.';
  return [
    ...(rows.length === 0 ? [] : [...renderTable(titles, rows.map(rowOf), style.dim, width), '']),
    ...[...new Set(unread.map(({ why }) => why))].flatMap((why) => [
      `${style.yellow('not looked at:')} ${namesOf(unread.filter((service) => service.why === why))}`,
      ...wrapText(why, width, '  '),
      '',
    ]),
    ...(rows.some((beat) => !['up', 'forced down'].includes(healthOf(beat)))
      ? [...wrapText(legend, width).map(style.dim), '']
      : []),
    ...(rows.some(isStampedByHand) ? [...wrapText(stampedByHand, width).map(style.dim), ''] : []),
    summaryOf({ rows, unread }, style),
  ].join('\n');
}

/** LP 1420848: before Liberty, which tells `forced_down`, Nova's heartbeat is the time of the row's last change. */
const isStampedByHand = (beat: Heartbeat): boolean =>
  beat.service === 'nova' && !beat.isEnabled && beat.isForcedDown === undefined && healthOf(beat) === 'up';
const stampedByHand =
  'This Nova is older than Liberty: whoever disables a service also moves its heartbeat, so a dead one may be shown as up for a minute. Look again.';

const namesOf = (unread: ServicesReport['unread']): string => unread.map(({ service }) => service).join(', ');

function summaryOf({ rows, unread }: ServicesReport, style: Style): string {
  const troubled = rows.filter(isTrouble).length;
  const not = unread.length === 0 ? '' : ` Not looked at: ${namesOf(unread)}.`;
  if (rows.length === 0) return style.yellow(not.trimStart());
  const said = `${rows.length - troubled} of ${rows.length} are up and enabled.`;
  return `${troubled === 0 && unread.length === 0 ? style.green(said) : style.yellow(said)}${not}`;
}

export const renderServicesJson = (report: ServicesReport, cloud: string, now: Date, formatVersion: string): string =>
  printableJson({
    formatVersion,
    command: 'services',
    cloud,
    time: now.toISOString(),
    services: report.rows.map((beat) => ({
      service: beat.service,
      name: beat.name,
      host: beat.host,
      zone: beat.zone ?? null,
      state: healthOf(beat),
      enabled: beat.isEnabled,
      forcedDown: beat.isForcedDown ?? null,
      heartbeat: beat.at?.toISOString() ?? null,
      ageSeconds: beat.ageSeconds ?? null,
      writtenBy: beat.writtenBy,
      since: sinceOf(beat)?.toISOString() ?? null,
      disabled: disabledBy(beat) ?? null,
    })),
    notLookedAt: report.unread.map(({ service, why }) => ({ service, why })),
    exitCode: servicesExitCode(report),
  });
