import type { ClockReading } from '../lib/contract/report-ports';
import { valueOf, type HostReader } from '../lib/hosts/host';
import { read, untried, type Looked } from './looked';
import { isUnknownThere, olderProgram } from '../lib/hosts/older-program';

/** The host's clock compared with this machine's, or the reason why an older program there can't report it. */
export async function readHostClock(host: HostReader): Promise<Looked<ClockReading>> {
  const sentAt = Date.now();
  const [clock] = await host.read([{ verb: 'clock' }]);
  const receivedAt = Date.now();
  if (isUnknownThere(clock)) return untried(olderProgram('does not tell the time'));
  // Starting the program takes most of the time between the two moments, so the clock was read somewhere between them.
  const aheadSeconds = valueOf(clock).time - (sentAt + receivedAt) / 2000;
  return read({ aheadSeconds, withinSeconds: (receivedAt - sentAt) / 2000 });
}
