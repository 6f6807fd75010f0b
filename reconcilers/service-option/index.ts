/**
 * The kind service-option gives one option of a service the declared value on its hosts, in the file from which the
 * service reads it. The host records the former lines, and they come back when the declaration is deleted.
 */
import { defined } from '../../lib/basics/defined';
import { defineKind } from '../../lib/contract/define-kind';
import { advance } from './advance';
import { apply } from './apply';
import { diff } from './diff';
import { effect } from './effect';
import { serviceOptionImage, type OptionImage, type ServiceOptionSpec } from './image';
import { locate } from './locate';
import { kind, nameOf, type Job, type OptionObserved, type ServiceOptionStep } from './model';
import { observe } from './observe';
import { isSecretJob } from './option/declared';
import { programOf, serviceOptionSpec } from './spec';

function identify(spec: ServiceOptionSpec): string {
  if (!('restore' in spec)) {
    const { service, section = '', option: name, hosts } = spec;
    const where = hosts === undefined ? 'the hosts that serve it' : [...hosts].sort().join(', ');
    return `${nameOf({ section, name })} of ${programOf(service)} on ${where}`;
  }
  const all = spec.restore.flatMap(({ target, image: { options } }) =>
    options.map(({ service, section, option: name }) => `${nameOf({ section, name })} of ${service}@${target}`),
  );
  return [...new Set(all)].join(', ');
}

function imageOf(job: Job, observed: OptionObserved): OptionImage {
  const { service, section, name, seen, before } = job;
  const isSecret = isSecretJob(job, observed);
  const entry = before && {
    service,
    section,
    option: name,
    path: before.path,
    stack: before.stack,
    before: isSecret ? null : before.before,
    written: isSecret ? null : before.written,
    ...defined({ overrideManager: before.overrideManager, isSecret: before.isSecret }),
  };
  return { service, section, option: name, lines: isSecret ? null : [...seen], entry: entry ?? null };
}

export const serviceOption = defineKind({
  kind,
  whenRemoved: 'the lines before come back where they still are what stackward wrote; no service is restarted for it',
  ownership: 'host',
  spec: serviceOptionSpec,
  image: {
    schema: serviceOptionImage,
    before: ({ jobs }: ServiceOptionStep, observed: OptionObserved) => ({
      options: jobs.open().map((job) => imageOf(job, observed)),
    }),
  },
  identify,
  locate,
  observe,
  diff,
  effect,
  advance,
  apply,
});
