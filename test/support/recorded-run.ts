/** A run's journal in memory. It writes and reads the same texts as the journal on disk. */
import type { Report } from '../../lib/run/engine';
import { recordOf, renderResultRecord, type RunHead } from '../../lib/journal/journal';
import type { Manifest } from '../../lib/contract/manifest';
import type { Plan } from '../../lib/run/plan';
import { parseRun, readJson, type RecordedRun } from '../../lib/journal/run-record';

export class RecordedTexts {
  readonly #record: string;
  #results = '';

  constructor(planned: Plan, manifests: readonly Manifest[], more: Pick<RunHead, 'rolledBack'> = {}) {
    const by = { host: 'test', pid: 1, identity: 'test' };
    this.#record = JSON.stringify(
      recordOf(planned, manifests, { version: '1', command: 'apply', by, startedAt: new Date(0), ...more }),
    );
  }

  readonly onResult = (result: Report['results'][number]): void => {
    this.#results += renderResultRecord(result, new Date(0));
  };

  /** The run as `readRun` would return it. */
  get run(): RecordedRun {
    const told = readJson(this.#record, 'run/run.json');
    return parseRun('run', told, this.#results, '{"problems":[],"found":[],"interrupted":false,"exitCode":0}');
  }
}
