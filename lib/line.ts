/** Text from outside that stands in one line of a plan, and nowhere else. */
import { z } from 'zod';

/** Controls, line ends (U+2028 and U+2029 too), and what turns the direction of reading: they would forge other lines. */
// eslint-disable-next-line no-control-regex
const printable = /^[^\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]+$/;

export const line = z
  .string()
  .regex(printable, 'must be one line of text, without control characters or marks of direction, and not empty');

export const isLine = (text: string): boolean => printable.test(text);
