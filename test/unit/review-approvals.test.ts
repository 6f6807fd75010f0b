/** The first lines name once whose approval is needed, and for which risks nobody is asked. */
import { textOfLine } from '../../lib/render/items';
import type { Risk } from '../../review/model';
import { approvalsLine } from '../../review/render/approvals';
import { reviewExample } from '../support/review-example';

const said = (risks: readonly Risk[]) => approvalsLine(risks).map(textOfLine);

test('each name stands once, with its risks', () => {
  expect(said(reviewExample.risks)).toEqual([
    'Approval needed: by security for grants-all-projects, opens-any; by operations for replaces-server, drops-traffic; ' +
      "by nobody for opens-prefix, because no rule of stackward.yaml asks for it; stackward can't see who approved; GitHub or GitLab can.",
  ]);
});

test('a risk of a change that another risk has approved is not said to need nobody', () => {
  expect(reviewExample.risks.map((risk) => risk.class)).toContain('irreversible');
  expect(said(reviewExample.risks).join()).not.toContain('irreversible');
  const alone = reviewExample.risks.map((risk) => (risk.class === 'drops-traffic' ? { ...risk, needs: [] } : risk));
  expect(said(alone)[0]).toContain(
    '; by nobody for 1 of 2 irreversible, drops-traffic, opens-prefix, because no rule of stackward.yaml asks for it;',
  );
});

test('a rule for some stacks counts its risks alone', () => {
  let place = 0;
  const risks = reviewExample.risks.map((risk) =>
    risk.class === 'opens-prefix' && place++ === 0 ? { ...risk, needs: ['network'] } : risk,
  );
  expect(said(risks)[0]).toContain(
    'by network for 1 of 3 opens-prefix; by nobody for 2 of 3 opens-prefix, because no rule of stackward.yaml asks for it;',
  );
});

test('a forbidden risk is not said to need nobody', () => {
  const risks = reviewExample.risks.map((risk) => ({ ...risk, isForbidden: risk.class === 'opens-prefix' }));
  expect(said(risks)[0]).not.toContain('nobody');
});

test('without a rule that asks for somebody there is no line', () => {
  expect(said(reviewExample.risks.map((risk) => ({ ...risk, needs: [] })))).toEqual([]);
});

test('more than eight names stand with their risks alone', () => {
  const needs = Array.from({ length: 2_000 }, (_, number) => `${number} ${'x'.repeat(900)}`);
  const [line = ''] = said(reviewExample.risks.map((risk) => ({ ...risk, needs })));
  expect(line).toContain(' by 1992 more, named with the risks;');
  expect(line.length).toBeLessThan(10_000);
});
