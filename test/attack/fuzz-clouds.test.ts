/** clouds.yaml and secure.yaml with anything in them: credentials come out, or one sentence, and no message holds a secret. */
import { defined } from '../../lib/basics/defined';
import fc from 'fast-check';
import { resolveCredentials } from '../../lib/openstack/credentials';
import { StackwardError } from '../../lib/basics/errors';
import { fuzzing, fuzzTimeoutMs } from '../support/fuzz';
import { recordedClouds } from '../support/recorded-clouds';

/** No key and no name has these letters. */
const secret = 'Zq7Xw';
const texts = Object.values(recordedClouds).flatMap(({ clouds = '' }) => (clouds === '' ? [] : [clouds]));

const value = fc.constantFrom(
  ...[secret, `"${secret}"`, `'${secret}`, `*${secret}`, `&${secret} x`, `!${secret} x`, `@${secret}`, `%${secret}`],
  ...[`"\\${secret}"`, `[${secret}`, `{a: ${secret}}`, `{a:${secret}}`, `|\n${secret}`, `b: ${secret}`],
  ...['~', 'null', '', 'yes', '0001', '12345e6', '[]', '{}', '[a, b]', '- a', '2020-01-01', '.inf', 'all', 'internal'],
  ...['<<: *base', '*a', 'https://k.example', 'https://k.example/v2.0', 'v3totp', 'token', '__proto__', '\u0000', '\t'],
); // prettier-ignore
const key = fc.constantFrom(
  ...['auth', 'auth_url', 'username', 'password', 'token', 'project_name', 'tenant_id', 'domain_id', 'system_scope'],
  ...['trust_id', 'auth_type', 'region_name', 'regions', 'interface', 'endpoint_type', 'cacert', 'cert', 'key'],
  ...['verify', 'insecure', 'profile', 'cloud', '<<', 'network_endpoint_override', 'passcode', 'user-domain-id', '"auth"'],
  ...['identity_api_version', 'application_credential_secret', '__proto__', 'constructor', 'unknown', ''],
); // prettier-ignore
/** The values of these keys are names, which messages repeat, so no secret is put there. */
const named = new Set(['profile', 'cloud', 'region_name', 'regions', 'interface', 'endpoint_type', '<<']);
const line = fc.tuple(fc.constantFrom(0, 2, 4, 6, 8), key, value).filter(([, name, text]) => !named.has(name) || !text.includes(secret)).map(([depth, name, text]) => `${' '.repeat(depth)}${name}: ${text}`); // prettier-ignore

/** Lines of a real file, of which some are replaced, doubled or left out, and others come between. */
const file = fc.tuple(fc.constantFrom(...texts), fc.array(fc.tuple(fc.nat(40), fc.nat(2), line), { maxLength: 6 })).map(
  ([text, changes]) => {
    const lines = text.replaceAll('s3cret', secret).split('\n');
    for (const [position, removed, added] of changes) lines.splice(position % lines.length, removed, added);
    return lines.join('\n');
  },
); // prettier-ignore

const outcomes = { credentials: 0, refused: 0 };

test('any clouds.yaml and environment give credentials or a refusal of one sentence without a secret', () => {
  fc.assert(
    fc.property(file, fc.option(file, { nil: undefined }), (clouds, secure) => {
      const files = { cloudsYaml: { path: 'clouds.yaml', text: clouds }, ...defined({ secureYaml: secure === undefined ? undefined : { path: 'secure.yaml', text: secure } }) }; // prettier-ignore
      let said: string;
      try {
        const { notes, authUrl } = resolveCredentials('it', {}, files);
        if (!/^https?:\/\/.*\/v3$/s.test(authUrl)) throw new Error(`the address ${authUrl} is taken`);
        said = JSON.stringify(notes);
        outcomes.credentials++;
      } catch (error) {
        if (!(error instanceof StackwardError) || error.reason !== 'InvalidConfiguration') throw error;
        said = error.message;
        outcomes.refused++;
      }
      if (said.includes(secret)) throw new Error(`a secret is said: ${said}`);
    }),
    fuzzing,
  );
  expect(outcomes).toEqual({ credentials: expect.any(Number), refused: expect.any(Number) });
  expect(Math.min(outcomes.credentials, outcomes.refused)).toBeGreaterThan(0);
}, fuzzTimeoutMs); // prettier-ignore
