/**
 * What stackward makes of an entry, compared with what Terraform's provider makes of it (test/fixtures/clouds, recorded by
 * gophercloud/main.go there): wherever the two differ, a note says so. The reader
 * of provider 3.4.0 (gophercloud 2.8, yaml.v3) gives the same answers.
 */
import { authBody } from '../../adapters/openstack/openstack-login';
import recorded from '../fixtures/clouds/gophercloud.json';
import { home, recordedClouds, resolveRecorded, type RecordedCloud } from '../support/recorded-clouds';

interface Provider {
  readonly error?: string;
  readonly authUrl?: string;
  readonly body?: { readonly auth: unknown };
  readonly region?: string;
  readonly endpointType?: string;
  readonly cacert?: string;
  readonly cert?: string;
  readonly key?: string;
}
const answers: Readonly<Record<string, Provider>> = recorded;

const expanded = (path = '') => path.replace(/^~(?=\/)/, home);

/** Both sides in the same terms. */
const providers = ({ authUrl = '', body, region = '', endpointType = '', cacert, cert, key }: Provider) => ({
  authUrl: `${authUrl.replace(/\/+(v3\/*)?$/, '').replace(/\/v3$/, '')}/v3`,
  auth: body?.auth,
  region,
  interface: (endpointType || 'public').replace(/URL$/, ''),
  files: [cacert, cert, key].map(expanded),
  network: '',
});
function ours(recorded: RecordedCloud) {
  const { authUrl, identity, region = '', interface: face, networkUrl = '', caFile, clientCertificate, notes } = resolveRecorded(recorded); // prettier-ignore
  const files = [caFile, clientCertificate?.certFile, clientCertificate?.keyFile].map(expanded);
  return {
    notes,
    settings: { authUrl, auth: authBody(identity), region, interface: face, files, network: networkUrl },
  };
}

const isRefused = (recorded: RecordedCloud): boolean => {
  try {
    resolveRecorded(recorded);
    return false;
  } catch {
    return true;
  }
};
const accepted = Object.entries(recordedClouds).filter(([, recorded]) => !isRefused(recorded));

test.each(accepted)('%s: the provider takes the same, or a note says that it does not', (name, recorded) => {
  const { settings, notes } = ours(recorded);
  const provider = answers[name]!;
  const isSame =
    provider.error === undefined && JSON.stringify(sorted(settings)) === JSON.stringify(sorted(providers(provider)));
  expect({ notes: notes.length > 0 || isSame, settings, provider }).toMatchObject({ notes: true });
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)])); // prettier-ignore
}
