/** Replaces zod's messages by words that end the sentence "the field … is not valid: …". */
import * as z from 'zod';

const names: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'a map of names to values',
  record: 'a map of names to values',
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

z.config({
  customError: (issue) => {
    if (issue.code === 'invalid_type')
      return issue.input === undefined ? 'it is missing' : `must be ${names[issue.expected] ?? issue.expected}`;
    if (issue.code === 'too_small' && (issue.origin === 'string' || issue.origin === 'array') && issue.minimum === 1)
      return 'must not be empty';
    // Keeps zod's own words.
    return undefined;
  },
});
