/**
 * Stackward's reading of an entry, compared with what openstacksdk sends (test/fixtures/clouds, recorded by record.py
 * there).
 */
import { authBody } from '../../adapters/openstack/openstack-login';
import { recordedClouds, resolveRecorded, type Answer, type RecordedCloud } from '../support/recorded-clouds';

const cases = Object.entries(recordedClouds);

/** In the terms of the recorded answer. */
function answerOf(recorded: RecordedCloud): Answer {
  const {
    authUrl,
    identity,
    region,
    interface: face,
    networkUrl,
    caFile,
    clientCertificate,
  } = resolveRecorded(recorded);
  return {
    login: { url: `${authUrl}/auth/tokens`, body: { auth: authBody(identity) } },
    region: region ?? null,
    interface: face,
    network: networkUrl ?? null,
    verify: caFile ?? true,
    cert: clientCertificate ? [clientCertificate.certFile, clientCertificate.keyFile] : null,
  };
}

/** Entries for which stackward says why it does not follow openstacksdk. */
const refused: Readonly<Record<string, string>> = {
  'two regions in region_name': 'clouds.yaml:10:18: the key "region_name" names several regions; name one',
  'a profile of openstacksdk':
    'clouds.yaml:7:14: the profile "vexxhost" is not in a clouds-public.yaml; neither stackward nor Terraform\'s provider has the profiles that come with openstacksdk, so write its auth_url and region_name into the entry',
  'verify false':
    'clouds.yaml:10:13: "verify: false" would send credentials to whoever answers; name the CA in "cacert"',
  insecure: 'clouds.yaml:10:15: "insecure: true" would send credentials to whoever answers; name the CA in "cacert"',
  v3multifactor:
    'clouds.yaml:12:19: the key "auth_methods" changes how or whom a client asks, and stackward can\'t do so; remove it, or use an entry of its own for stackward',
  v3oidcpassword:
    'clouds.yaml:16:16: "auth_type" names a way to log in that stackward doesn\'t have; it has password, v3password, token, v3token, v3applicationcredential',
};

/** Here stackward keeps what was written, and openstacksdk sends what PyYAML made of it. */
const retyped = { 'texts like numbers': { name: '0001', password: '12345e6', domain: { id: '1_000' } } };

test('there are 77 files, of which half have the shape of real ones', () => {
  expect(cases).toHaveLength(77);
});

test.each(cases.filter(([name]) => !(name in refused) && !(name in retyped)))('%s: as openstacksdk', (_, recorded) => {
  // "internalURL" is what endpoint_type says, and openstacksdk hands it on.
  const answer = recorded.answer as Answer;
  expect(answerOf(recorded)).toEqual({ ...answer, interface: answer.interface.replace(/URL$/, '') });
});

test.each(Object.entries(refused))('%s: one sentence', (name, sentence) => {
  expect(() => resolveRecorded(recordedClouds[name]!)).toThrow(new Error(sentence));
});

test.each(Object.entries(retyped))('%s: as they are written', (name, user) => {
  expect(answerOf(recordedClouds[name]!).login.body).toMatchObject({
    auth: { identity: { password: { user } }, scope: { project: { id: '12345678901234567890123456789012' } } },
  });
});
