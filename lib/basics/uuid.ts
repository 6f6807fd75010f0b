/** OpenStack makes ids in lower case and compares them without case. */
import * as z from 'zod';

export const uuid = z
  .string()
  .regex(
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
    'must be a UUID, such as 0d5f6a4e-93c1-4a53-8a52-0c2d1f6a7b11',
  );
