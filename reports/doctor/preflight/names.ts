import { nameFirst } from '../../../lib/basics/name-first';
import { sayOthers } from '../../../lib/basics/nearest';
import type { CountedThing } from '../../declared-things';
import type { Looked } from '../../looked';
import { defineCheck, judgeLooked, notLookedAt, type Result } from '../check';

const subjectOf = ({ kind, name, domainId }: CountedThing): string =>
  `${kind} ${name}${domainId === undefined ? '' : ` in domain ${domainId}`}`;

function judgeThing(thing: CountedThing): Result[] {
  const { kind, name, namedBy, count, takesOne, notCompared } = thing;
  const subject = subjectOf(thing);
  if (!count.isRead) return [notLookedAt(subject, count)];
  const { all, private: closed, others } = count.value;
  const evidence = [`named by ${nameFirst(namedBy)}`];
  if (closed > 0 && all - closed < 2)
    return [
      {
        result: 'risk',
        subject,
        evidence,
        found: 'It is private, so Terraform finds it by name only if the project of its login may use it.',
        step: 'Give that project access, or name it by its id in the code.',
      },
    ];
  if (all === 1 || (all > 1 && takesOne)) return [];
  if (all === 0)
    return [
      {
        result: 'fault',
        subject,
        evidence: [...evidence, ...(others === undefined ? [] : [`there ${sayOthers(name, others)}`])],
        found: 'The cloud has none of this name, or hides it from these credentials.',
        step: `Make the ${kind}, or correct its name in the code; then synthesize again.`,
      },
    ];
  const filters = notCompared?.join(', ');
  return [
    {
      result: filters === undefined ? 'fault' : 'risk',
      subject,
      evidence,
      found:
        filters === undefined
          ? `The cloud has ${all} of this name, and Terraform takes none of them.`
          : `The cloud has ${all} of this name. The code also chooses by ${filters}, which was not compared.`,
      step: 'Name it by its id in the code.',
    },
  ];
}

const sayFound = (thing: CountedThing): string =>
  `${subjectOf(thing)}${thing.notCompared === undefined ? '' : ` (${thing.notCompared.join(', ')} not compared)`}`;

export const names = defineCheck<Looked<readonly CountedThing[]>>({
  code: 'SW-9003',
  title: 'the code names what the cloud does not have',
  needs: ['the API', 'the synthesized code'],
  read: (sources) => sources.declaredThings(),
  judge: (looked) =>
    judgeLooked('the synthesized code', looked, (things) => {
      const results = things.flatMap(judgeThing);
      if (results.some(({ result }) => result !== 'not looked at')) return results;
      const found = things.filter(({ count }) => count.isRead).map(sayFound);
      if (found.length === 0 && results.length > 0) return results;
      const said = found.length === 0 ? 'the code names nothing that is there before' : `there is ${found.join(', ')}`;
      return [{ result: 'fine', subject: 'names in the code', found: said }, ...results];
    }),
  page: {
    means:
      'An image, flavor, network, role or user that the synthesized code names is not there, or stands there twice. The apply would fail half-way, after it has made what comes before.',
    evidence:
      'How many of that name or id the service lists for these credentials, in the domain that the code names, and the constructs that name it. Where there is none: the names that the service does list, the likely ones first. Of images, `most_recent` is heeded. Other filters of a data source are not compared, and the report names them.',
    alike: 'A thing of another project that is not shared: these credentials don’t see it. A user of another domain.',
    step: 'Make it, share it, or correct the name. Where there are two, name it by id.',
    never: 'Do not rename a thing in the cloud to fit the code while others may name it too.',
  },
});
