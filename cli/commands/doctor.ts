import { formatVersion } from '../../lib/render/json';
import type { AnyCheck } from '../../reports/doctor/check';
import { checks } from '../../reports/doctor/checks/index';
import { preflightChecks } from '../../reports/doctor/preflight/index';
import { chosen, doctorExitCode, examine } from '../../reports/doctor/doctor';
import { renderFindings, renderFindingsJson } from '../../reports/doctor/render';
import { Sources } from '../../reports/sources';
import type { DoctorOptions } from '../options';
import { runReport, terminalWidth, watchOf } from '../run-report';
import { say } from '../terminal';

export const doctor = (options: DoctorOptions): Promise<void> => examineWith('doctor', checks, options);

export const preflight = (options: DoctorOptions): Promise<void> =>
  examineWith('doctor preflight', preflightChecks, options);

const examineWith = (command: string, all: readonly AnyCheck[], options: DoctorOptions): Promise<void> =>
  runReport(options, async ({ readers, style, clock }, { acknowledged }) => {
    const selected = chosen(all, options);
    const now = clock.now();
    const day = clock.show(now).slice(0, 10);
    const show = (time: Date): string => clock.show(time);
    const findings = await examine(selected, new Sources(readers, watchOf(clock)), show, acknowledged, day);
    const exitCode = doctorExitCode(findings, options);
    const head = { formatVersion, command, cloud: readers.cloud, time: now.toISOString() };
    say(options.json ? renderFindingsJson(findings, head, exitCode) : renderFindings(findings, terminalWidth(), style));
    return exitCode;
  });
