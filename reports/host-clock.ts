import type { ClockReading } from '../lib/contract/report-ports';
import { valueOf, type HostReader } from '../lib/hosts/host';
import { read, untried, type Looked } from './looked';
import { isUnknownThere, olderProgram } from './older-program';

/** The clock of a host beside this machine's, or why an older program there does not tell it. */
export async function readHostClock(host: HostReader): Promise<Looked<ClockReading>> {
  const sentAt = Date.now();
  const [clock] = await host.read([{ verb: 'clock' }]);
  const receivedAt = Date.now();
  if (isUnknownThere(clock)) return untried(olderProgram('does not tell the time'));
  // A program is started in between, so the moment lies somewhere on the way.
  const aheadSeconds = valueOf(clock).time - (sentAt + receivedAt) / 2000;
  return read({ aheadSeconds, withinSeconds: (receivedAt - sentAt) / 2000 });
}
