/** The files of test/fixtures/clouds, as stackward reads them. */
import { resolveCredentials, type ResolvedCredentials } from '../../lib/openstack/credentials';
import recorded from '../fixtures/clouds/openstacksdk.json';

/** The request that openstacksdk would send. */
export interface Answer {
  readonly login: { readonly url: string; readonly body: unknown };
  readonly region: string | null;
  readonly interface: string;
  readonly network: string | null;
  readonly verify: boolean | string;
  readonly cert: readonly string[] | null;
}

export interface RecordedCloud {
  /** The entry of clouds.yaml. Undefined: the environment variables are used. */
  readonly cloud?: string;
  /** Texts of clouds.yaml, secure.yaml and clouds-public.yaml. */
  readonly clouds?: string;
  readonly secure?: string;
  readonly public?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly answer: Answer | { readonly error: string };
}

export const home = '/home/deployer';
export const recordedClouds: Readonly<Record<string, RecordedCloud>> = recorded.cases;

const file = (name: string, text: string | undefined): { path: string; text: string } | undefined =>
  text === undefined ? undefined : { path: `${name}.yaml`, text };

export function resolveRecorded({
  cloud,
  clouds,
  secure,
  public: vendors,
  env = {},
}: RecordedCloud): ResolvedCredentials {
  const files = { cloudsYaml: file('clouds', clouds), secureYaml: file('secure', secure), publicYaml: file('clouds-public', vendors) }; // prettier-ignore
  const there = Object.fromEntries(Object.entries(files).filter(([, content]) => content !== undefined));
  return resolveCredentials(cloud, env, { ...there, home });
}
