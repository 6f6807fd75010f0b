import { InvalidConfiguration } from './errors';

/** What `parse` gives; undefined where it refuses the input, and then `refused` hears why. */
export function attempt<T>(parse: () => T, refused?: (detail: string) => void): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof InvalidConfiguration)) throw error;
    refused?.(error.detail);
    return undefined;
  }
}

/** Why `parse` refuses the input; undefined where it accepts it. */
export function findFault(parse: () => unknown): string | undefined {
  let fault: string | undefined;
  attempt(parse, (detail) => (fault = detail));
  return fault;
}
