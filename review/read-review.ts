/** Reads a review that comes from a file. Pure. */
import * as z from 'zod';
import { asStackwardError, InvalidConfiguration } from '../lib/basics/errors';
import { parseJson } from '../lib/basics/json';
import { sayFault } from '../lib/basics/schema-fault';
import type { Review } from './model';
import { reviewSchema } from './render/schema';

/** @throws InvalidConfiguration naming the file and the field */
export function parseReview(text: string, where: string): Review {
  try {
    return reviewSchema.parse(parseJson(text));
  } catch (error) {
    const detail = error instanceof z.ZodError ? sayFault(error) : asStackwardError(error).detail;
    throw new InvalidConfiguration(`this is no review of this stackward: ${detail}; review again`, {
      where,
      cause: error,
      about: 'file',
    });
  }
}
