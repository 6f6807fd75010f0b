/** Whoever meets a refusal at night learns what to do, from its sentence or from docs/troubleshooting.md. */
import { readDocument } from '../support/documents';
import { readRefusals } from '../support/refusals';

const { sentences, unread } = readRefusals();
const headings = [...readDocument('docs/troubleshooting.md').matchAll(/^### "(.*)"$/gm)].map(([, words = '']) => words);

/** Too small to explain: parts of sentences, and words of other programs that stand alone. */
const small: Readonly<Record<string, readonly string[]>> = {
  'adapters/host/host-errors.ts': [
    'each write that was asked for is done whole or not at all, so plan again to see which',
    'nothing was changed, so run it again',
    'correct the path or name',
    'wait, then run it again',
    'make it a file of its own',
    'install it as docs/hosts.md says',
    'correct what was asked for',
    'it is mounted there by itself: change the file that is mounted',
    'load it, then run it again',
    'install it on the host',
    'remove it by hand if it is not wanted',
    'look at the load and the file systems of the host, then plan again',
    'the host program does not do that for anybody',
    'nothing of it was taken: what it expected is not there, so plan again',
    'run it again when that is mended',
    'stackward takes no more, so see what made it grow',
  ],
  'adapters/host/ssh-errors.ts': [
    'it is too old for this OpenSSH: allow its algorithms only for this host in the ssh configuration (KexAlgorithms, HostKeyAlgorithms)',
    'ssh could not connect',
  ],
  'adapters/mysql/mysql-errors.ts': [
    'waiting for the greeting',
    'sends no greeting within … s',
    'closes it before the greeting',
  ],
  'adapters/mysql/mysql-refusals.ts': [
    "set it anew with old_passwords = 0: SET PASSWORD FOR '…'@… = PASSWORD('…')",
    'SELECT with locking clause',
    '… denies … … on …; ',
  ],
  'adapters/mysql/mysql-tls-errors.ts': [
    "Oracle's MySQL 5.5 and 5.6 (yaSSL)",
    'docs/configuration.md says what that gives up',
    '"tls.minVersion" is as low as it goes, so see ssl_cipher and tls_version of the server, or upgrade it',
    'TLSv1 is let in already: set "tls.minVersion" to legacy for … (…), else see ssl_cipher of the server, or upgrade it',
    'lower "tls.minVersion" (TLSv1 for a server of before 2013, legacy for …), or upgrade the server',
  ],
  // A list that only helps: whoever asks for it goes on without.
  'adapters/openstack/cloud-names.ts': ['there are too many images to name some of them'],
  'adapters/openstack/openstack-errors.ts': [
    'no reason was given',
    '… was answered with …: …',
    '…, and no Keystone,',
    'something, and no Keystone,',
    '… answers at …, with …',
    'the connection to … failed: …',
  ],
  'adapters/terraform/failure.ts': ['`…` failed: …'],
  'reconcilers/policy-rule/grant/service-policy.ts': ['…: …'],
  'reconcilers/policy-rule/grant/situation.ts': ['……'],
};

const isOnPage = (sentence: string): boolean => headings.some((words) => sentence.includes(words));
/** The part behind a semicolon says what to do. */
const namesNextStep = (sentence: string): boolean => /; \S/.test(sentence);
const explained = ({ sentence }: { readonly sentence: string }): boolean =>
  isOnPage(sentence) || namesNextStep(sentence);

test('every refusal names the next step, stands on the page of troubleshooting, or is listed as too small', () => {
  expect(sentences.length).toBeGreaterThan(150);
  const found: Record<string, string[]> = {};
  for (const entry of sentences)
    if (!explained(entry)) found[entry.file] = [...new Set([...(found[entry.file] ?? []), entry.sentence])];
  expect(found).toEqual(small);
});

test('most refusals have their sentence where they are made, so that the first test can read them', () => {
  expect(unread.size).toBeLessThan(12);
});
