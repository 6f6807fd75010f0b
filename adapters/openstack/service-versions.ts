/** Asks the services of a cloud for the versions of their APIs: one request for each service, all at the same time. */
import * as z from 'zod';
import { asStackwardError, UnrecoverableError } from '../../lib/basics/errors';
import type { ApiAnswer, CloudApis, VersionReader } from '../../lib/contract/ports';
import { sayFault } from '../../lib/basics/schema-fault';
import type { OpenStackSession } from './openstack-session';

/**
 * A version number of this major version. `999.93` is refused: some other service answered, and its number must not
 * pass for a Nova newer than 2.93.
 */
const versionOf = (major: 2 | 3, prefix = '') =>
  z.string().regex(new RegExp(`^${prefix}${major}\\.\\d{1,5}$`), `must be a version such as ${prefix}${major}.14`);
/**
 * `GET /v2.1/`. A cloud without `/v2.1/` answers at `/v2/`: since Kilo with the version '', before Kilo without a
 * version.
 */
const novaAnswer = z.object({ version: z.object({ version: z.union([versionOf(2), z.literal('')]).optional() }) });
/** `GET /v3/` of Cinder. */
const cinderAnswer = z.object({ versions: z.array(z.object({ version: versionOf(3) })).min(1) });
/** `GET /v3` of Keystone: `v3.14`. */
const keystoneAnswer = z.object({ version: z.object({ id: versionOf(3, 'v') }) });
/** `GET /v2.0/extensions` of Neutron. */
const neutronAnswer = z.object({ extensions: z.array(z.object({ alias: z.string().max(255) })) });

export class ServiceVersions implements VersionReader {
  private answer: Promise<CloudApis> | undefined;

  constructor(private readonly session: OpenStackSession) {}

  apis(): Promise<CloudApis> {
    this.answer ??= this.ask();
    return this.answer;
  }

  private async ask(): Promise<CloudApis> {
    const asked = {
      nova: () => this.nova(),
      neutron: () => this.neutron(),
      cinder: () => this.cinder(),
      keystone: () => this.keystone(),
    } satisfies Record<ApiAnswer['service'], () => Promise<ApiAnswer>>;
    const services = ['nova', 'neutron', 'cinder', 'keystone'] as const;
    const results = await Promise.allSettled(services.map((service) => asked[service]()));
    const answers = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const silent = results.flatMap((result, index) =>
      result.status === 'rejected'
        ? [{ service: services[index] ?? 'nova', why: asStackwardError(result.reason) }]
        : [],
    );
    return { answers, silent };
  }

  private async nova(): Promise<ApiAnswer> {
    const { version } = checked('Nova', novaAnswer, await this.session.versionDocument('compute'));
    if (version.version === undefined || version.version !== '')
      return { service: 'nova', version: version.version ?? '' };
    // The endpoint in the catalogue may be that of /v2, whose version never changes.
    const next = checked('Nova', novaAnswer, await this.session.versionDocument('compute', 'v2.1'));
    if (next.version.version !== undefined && next.version.version !== '')
      return { service: 'nova', version: next.version.version };
    throw new UnrecoverableError("Nova's /v2.1 names no version of its API; see what answers there", {
      about: 'answer',
    });
  }

  private async cinder(): Promise<ApiAnswer> {
    const { versions } = checked('Cinder', cinderAnswer, await this.session.versionDocument('volumev3'));
    return { service: 'cinder', version: versions[0]?.version ?? '' };
  }

  private async keystone(): Promise<ApiAnswer> {
    const { version } = checked('Keystone', keystoneAnswer, await this.session.keystone(''));
    return { service: 'keystone', version: version.id.slice(1) };
  }

  private async neutron(): Promise<ApiAnswer> {
    const { extensions } = checked('Neutron', neutronAnswer, await this.session.call('network', '/v2.0/extensions'));
    return { service: 'neutron', extensions: extensions.map(({ alias }) => alias) };
  }
}

function checked<Answer>(service: string, schema: z.ZodType<Answer>, answer: unknown): Answer {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new UnrecoverableError(
    `what ${service} says of its version has an unknown form: ${sayFault(parsed.error)}; see what answers there`,
    { about: 'answer' },
  );
}
