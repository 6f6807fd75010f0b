import type { Login } from '../lib/contract/report-ports';
import type { Unread } from './looked';

/** The reason why no endpoint can be asked: the interface and region of the credentials, and those in the catalogue. */
export function noEndpoint({ endpoints }: Login, face: string, region: string | undefined): Unread {
  const there = [...new Set(endpoints.map((endpoint) => `${endpoint.interface} in ${endpoint.region}`))].sort();
  const wanted = `${face} endpoint${region === undefined ? '' : ` in region ${region}`}`;
  const why = `the catalogue has no ${wanted}; it has ${there.slice(0, 20).join(', ') || 'none at all'}`;
  return { isRead: false, why, wasTried: true };
}
