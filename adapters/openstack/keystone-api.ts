/** The roles of a cloud, and which role implies which, through Keystone's API. */
import * as z from 'zod';
import { UnrecoverableError } from '../../lib/basics/errors';
import type { IdentityReader, RoleCatalogue } from '../../lib/contract/ports';
import type { OpenStackSession } from './openstack-session';
import { sayFault } from '../../lib/basics/schema-fault';

/** Keystone's columns hold 64 and 255 characters. */
const role = z.object({ id: z.string().max(64), name: z.string().max(255) });
/** `GET /v3/roles` without a filter leaves domain-specific roles out. `truncated` comes with Keystone's `list_limit`. */
const rolesAnswer = z.object({ roles: z.array(role), truncated: z.boolean().optional() });
/** `GET /v3/role_inferences`, since Identity API 3.6 (Mitaka). No field marks a domain-specific role here. */
const inferencesAnswer = z.object({
  role_inferences: z.array(z.object({ prior_role: role, implies: z.array(role) })),
});

export class KeystoneApi implements IdentityReader {
  private answer: Promise<RoleCatalogue> | undefined;

  constructor(private readonly session: OpenStackSession) {}

  roles(): Promise<RoleCatalogue> {
    this.answer ??= this.ask();
    return this.answer;
  }

  private async ask(): Promise<RoleCatalogue> {
    const [{ roles, truncated }, { role_inferences: inferences }] = await Promise.all([
      this.get('/roles', rolesAnswer),
      this.get('/role_inferences', inferencesAnswer),
    ]);
    return {
      roles,
      isWhole: truncated !== true,
      inferences: inferences.flatMap(({ prior_role: prior, implies }) =>
        implies.map((implied) => ({ prior, implied })),
      ),
    };
  }

  private async get<Answer>(path: string, schema: z.ZodType<Answer>): Promise<Answer> {
    const parsed = schema.safeParse(await this.session.keystone(path));
    if (parsed.success) return parsed.data;
    throw new UnrecoverableError(
      `Keystone's answer to GET /v3${path} has an unknown form: ${sayFault(parsed.error)}; see what answers at "auth_url"`,
      { where: `cloud ${this.session.cloud}`, about: 'answer' },
    );
  }
}
