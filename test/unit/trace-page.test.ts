/** Examples of docs/trace.md, as the command prints them of what was recorded. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderTrace } from '../../reports/trace/render';
import { judged, recorded, reprint } from '../support/recorded-trace';

test('the page shows what the command prints of a floating IP whose DNAT rule somebody flushed', async () => {
  const given = recorded();
  reprint(given, 'cnode02', '-t nat', (text) =>
    text
      .split('\n')
      .filter((line) => !line.includes('PREROUTING -d'))
      .join('\n'),
  );
  const text = renderTrace(await judged(given), { subject: `floating IP ${given.wanted}`, cloud: 'acme' }, 80);
  const page = readFileSync(join(__dirname, '../../docs/trace.md'), 'utf8');
  expect(page).toContain(`\`\`\`console\n$ stackward trace floating-ip ${given.wanted}\n${text.trimEnd()}\n\`\`\``);
});
