/** The end of a recorded run: what is written is read again, whatever the run met. */
import { endOf } from '../../lib/journal/journal';
import { parseEnd } from '../../lib/journal/run-record';
import type { Report } from '../../lib/run/engine';
import { UnrecoverableError, problemOf } from '../../lib/basics/errors';
import { ownPlan } from '../support/planned-opening';

test('a run that met a problem with a matter of its own, such as a refused login, is read again', () => {
  const refused = problemOf(new UnrecoverableError('the login was refused', { about: 'login' }), 'allocation-pool');
  const report: Report = {
    results: [],
    problems: [],
    found: [],
    interrupted: false,
  };
  const end = endOf({ ...ownPlan([]), problems: [refused] }, report, 1);
  expect(end.problems).toEqual([
    {
      where: 'allocation-pool',
      reason: 'UnrecoverableError',
      message: refused.message,
    },
  ]);
  expect(parseEnd('run', JSON.stringify(end))).toEqual({
    exitCode: 1,
    problems: 1,
  });
  const earlier = { ...end, problems: [refused] };
  expect(parseEnd('run', JSON.stringify(earlier))).toEqual({
    exitCode: 1,
    problems: 1,
  });
});
