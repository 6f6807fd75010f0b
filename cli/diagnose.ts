/** Gives runbooks doctor's diagnosis of one server (SW-1010), because no runbook may import a report. */
import { InvalidConfiguration } from '../lib/basics/errors';
import { withoutSecrets } from '../lib/basics/without-secrets';
import type { Clock } from '../lib/contract/clock';
import type { ReportReaders } from '../lib/contract/report-ports';
import type { Diagnosis } from '../lib/contract/runbook-ports';
import type { Watch } from '../lib/contract/watch';
import { readHangFacts } from '../reports/server-hang/facts';
import { isHanging } from '../reports/server-hang/situation';
import { whyServerHangs } from '../reports/server-hang/verdict';
import { saySituation } from '../reports/server-hang/words';
import { Sources } from '../reports/sources';

export async function diagnose(
  serverId: string,
  readers: ReportReaders,
  clock: Clock,
  watch: Watch,
): Promise<Diagnosis> {
  const found = await (await readers.servers()).find(serverId);
  const [facts] = await readHangFacts(new Sources(readers, watch, { server: serverId }), found);
  if (facts === undefined)
    throw new InvalidConfiguration(`there is no server ${serverId} any more; nothing is left to do`, { about: 'name' });
  const verdict = whyServerHangs(facts, (time) => clock.show(time));
  const { is } = verdict.situation;
  const causes = verdict.named.map(({ found, step }) => `cause (SW-1010): ${found} ${step}`);
  const unknown =
    is === 'at rest' || is === 'waits for a person' ? [] : ['cause (SW-1010): nothing that was looked at explains it'];
  const said = [saySituation(verdict, facts), ...(causes.length > 0 ? causes : unknown)].map(withoutSecrets);
  return { is, isHanging: isHanging(verdict.situation), said };
}
