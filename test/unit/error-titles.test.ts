/** The first line of an error tells the reader which kind of help is needed, so it must fit the sentence below it. */
import { readDocument } from '../support/documents';
import { readErrors } from '../support/refusals';
import { asStackwardError, titleOf } from '../../lib/basics/errors';

const errors = readErrors().map((error) => ({ ...error, title: titleOf(error) }));
const page = readDocument('docs/troubleshooting.md');

/** Words of a sentence → the only title that may stand above it. */
const owed: readonly (readonly [RegExp, string])[] = [
  [/^--[a-z]|leave out --[a-z]/, 'The command line is not valid'],
  [/\(401\)|check the credentials/, 'The login was refused'],
  [/\(403\)|lack the role/, 'A right is missing'],
  [/has an unknown form|has a form that|can't be read as JSON|see what answers there$/, "An answer that stackward can't use"],
  [/run `?cdktf |can't be found; put|^there is no run yet/, 'Something else has to be done first'],
  [/^there is no (server|port|run) (?!yet)|have the name "|with the id or name/, 'No single thing has this name'],
  [/^it can't be (read|written)|there is no such file/, "A file can't be used"],
]; // prettier-ignore

test.each(owed)('a sentence with %s stands below the title that says so', (words, title) => {
  const found = errors.filter(({ sentence }) => words.test(sentence));
  expect(found.length).toBeGreaterThan(0);
  expect(found.filter((error) => error.title !== title).map((error) => [error.file, error.sentence, error.title])).toEqual([]); // prettier-ignore
});

/** These name a place of the configuration. */
const ofConfiguration = [
  /^the run changed … ?, and this configuration leads to/,
  /^there is no check "…" to acknowledge/,
];

test('no error of a command or a report about its options stands below the title of the configuration', () => {
  const misled = errors.filter(
    ({ file, title, sentence }) =>
      /^(cli\/commands|reports)\//.test(file) &&
      title === 'The configuration is not valid' &&
      !ofConfiguration.some((known) => known.test(sentence)),
  );
  expect(misled.map(({ file, sentence }) => `${file}: ${sentence}`)).toEqual([]);
});

test('each title has its entry in docs/troubleshooting.md', () => {
  const titles = new Set([...errors.map(({ title }) => title), titleOf(asStackwardError(new Error('x')))]);
  for (const title of titles) expect(page).toContain(`### "${title}"`);
});
