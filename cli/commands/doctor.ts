import { join } from 'node:path';
import { findNewerSource } from '../../adapters/files/newer-source';
import { outputFolder } from '../../adapters/files/output-folder';
import { defined } from '../../lib/basics/defined';
import { InvalidCommand } from '../../lib/basics/errors';
import { formatVersion } from '../../lib/render/json';
import { checks } from '../../reports/doctor/checks/index';
import { hangingServer } from '../../reports/doctor/checks/hanging-server';
import { preflightChecks } from '../../reports/doctor/preflight/index';
import {
  chosen,
  doctorExitCode,
  examine,
  refuseUnknown,
  withoutEffect,
  type Choice,
} from '../../reports/doctor/doctor';
import { renderFindings, renderFindingsJson } from '../../reports/doctor/render';
import { Sources } from '../../reports/sources';
import { unknownHost } from '../host-directory';
import type { DoctorOptions } from '../options';
import { runReport, terminalWidth, watchOf } from '../run-report';

export const doctor = (options: DoctorOptions): Promise<void> =>
  examineWith('doctor', { all: checks, others: { command: 'doctor preflight', checks: preflightChecks } }, options);

export const preflight = (options: DoctorOptions): Promise<void> => {
  const choice: Choice = { all: preflightChecks, others: { command: 'doctor', checks } };
  return examineWith('doctor preflight', choice, options, noteOfOlderCode);
};

/** Preflight compares the synthesized code with the cloud, and a fresh correction is not in it. */
function noteOfOlderCode(): string[] {
  const out = outputFolder('.');
  const newer = findNewerSource('.', join(out, 'manifest.json'));
  return newer === undefined
    ? []
    : [
        `${newer} is newer than the synthesized code in ${out}, and this is the report of the older code; run \`stackward synth\`, then this again.`,
      ];
}

/** @throws InvalidConfiguration if other checks are asked for as well, because they examine no single server */
function withServer(options: DoctorOptions): DoctorOptions {
  const { server, only } = options;
  if (server === undefined) return options;
  const stray = only.find((code) => code !== hangingServer.code);
  if (stray !== undefined)
    throw new InvalidCommand(
      `--server examines one server, which ${hangingServer.code} does and ${stray} does not; leave one of the two out`,
    );
  return { ...options, only: [hangingServer.code] };
}

const examineWith = (
  command: string,
  choice: Choice,
  options: DoctorOptions,
  notes = (): string[] => [],
): Promise<void> =>
  runReport(options, async ({ readers, style, clock }, configuration) => {
    const { acknowledged, file } = configuration;
    const { host } = options;
    const selected = chosen(choice, withServer(options));
    if (host !== undefined && !readers.hostsToLookAt.includes(host) && !readers.hosts.canReach(host))
      throw unknownHost(host, configuration);
    refuseUnknown(choice, acknowledged, file);
    const now = clock.now();
    const day = clock.show(now).slice(0, 10);
    const show = (time: Date): string => clock.show(time);
    const findings = await examine(
      selected,
      new Sources(readers, watchOf(clock), defined({ server: options.server, host })),
      show,
      acknowledged,
      day,
    );
    const idle = withoutEffect(findings, acknowledged, day);
    const exitCode = doctorExitCode(findings, withServer(options));
    const head = { formatVersion, command, cloud: readers.cloud, time: now.toISOString() };
    return {
      seen: findings,
      exitCode,
      notes,
      text: (seen: typeof findings) => renderFindings(seen, idle, terminalWidth(), style),
      json: (seen: typeof findings) => renderFindingsJson(seen, idle, head, exitCode),
    };
  });
