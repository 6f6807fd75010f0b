import type { ClockReading } from '../lib/contract/report-ports';
import { valueOf, type HostReader } from '../lib/hosts/host';
import { untried, type Unread } from './looked';

/** The clock of a host beside this machine's, or why an older program there does not tell it. */
export async function readHostClock(host: HostReader): Promise<ClockReading | Unread> {
  const sentAt = Date.now();
  const [clock] = await host.read([{ verb: 'clock' }]);
  const receivedAt = Date.now();
  if (!clock.ok && clock.reason === 'refused')
    return untried('the host program there is older, and does not tell the time; install that of this release');
  // A program is started in between, so the moment lies somewhere on the way.
  const aheadSeconds = valueOf(clock).time - (sentAt + receivedAt) / 2000;
  return { aheadSeconds, withinSeconds: (receivedAt - sentAt) / 2000 };
}
