/** Consoles through Nova's API: up to 2.5 an action of the server, from 2.6 (Mitaka) on a resource. */
import * as z from 'zod';
import type { ConsoleReader } from '../../lib/contract/console-port';
import type { VersionReader } from '../../lib/contract/ports';
import { novaMinor } from './nova-version';
import type { ApiRequest, OpenStackSession } from './openstack-session';
import { checkedAnswer } from './report-answers';

const firstMinor = 6;

/** True for the address of a web page without blanks. */
const isAddress = (text: string): boolean => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return (
    (url?.protocol === 'http:' || url?.protocol === 'https:') && url.username === '' && /^[\x21-\x7e]+$/.test(text)
  );
};
const page = z.object({
  url: z.string().max(8192).refine(isAddress, 'must be an address that begins with http:// or https://'),
});
const actionAnswer = z.object({ console: page });
const resourceAnswer = z.object({ remote_console: page });

export class ConsoleApi implements ConsoleReader {
  constructor(
    private readonly session: OpenStackSession,
    private readonly versions: VersionReader,
  ) {}

  async url(serverId: string): Promise<string> {
    const server = `/servers/${encodeURIComponent(serverId)}`;
    if (((await novaMinor(this.versions)) ?? 0) < firstMinor) {
      const body = { 'os-getVNCConsole': { type: 'novnc' } };
      return (await this.post(`${server}/action`, actionAnswer, { body })).console.url;
    }
    const answer = await this.post(`${server}/remote-consoles`, resourceAnswer, {
      headers: { 'x-openstack-nova-api-version': `2.${firstMinor}` },
      body: { remote_console: { protocol: 'vnc', type: 'novnc' } },
    });
    return answer.remote_console.url;
  }

  private async post<Answer>(path: string, schema: z.ZodType<Answer>, request: ApiRequest): Promise<Answer> {
    const answer = await this.session.call('compute', path, { ...request, method: 'POST' });
    return checkedAnswer(schema, answer, `Nova to POST ${path}`, this.session.cloud);
  }
}
