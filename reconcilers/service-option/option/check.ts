/** Makes the checks by the host's own oslo.config that come before a file is swapped. */
import type { HostWrite } from '../../../lib/hosts/host';
import type { Job, OptionObserved } from '../model';
import { optionOf, readersOf } from './edits';

/**
 * For each service that reads the file: all its files, with the new text of this one, and the values that it should
 * then read.
 */
export function checksOf(path: string, jobs: readonly Job[], after: OptionObserved): readonly HostWrite[] {
  return jobs.flatMap((job) => {
    const { does } = job;
    const readers = readersOf(job.service, after).filter(({ config }) =>
      config.files.some((file) => file.path === path),
    );
    return readers.map(({ config }): HostWrite => {
      const { section, name, former = [], multiple = false } = optionOf(job, after, isOfSeveral(job));
      return {
        verb: 'check-config',
        contents: config.files.map(({ text }) => Buffer.from(text).toString('base64')),
        section,
        name,
        former: former.map((each) => `${each.section}/${each.name}`),
        multiple,
        values: does.is === 'set' ? [...does.values] : null,
      };
    });
  });
}

const isOfSeveral = ({ does }: Job): boolean => does.is === 'set' && does.isOfSeveral;
