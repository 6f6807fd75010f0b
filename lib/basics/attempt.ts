import { InvalidConfiguration } from './errors';

/** The parsed value. If `parse` refuses the input, the result is undefined, and `refused` gets the reason. */
export function attempt<T>(parse: () => T, refused?: (detail: string) => void): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof InvalidConfiguration)) throw error;
    refused?.(error.detail);
    return undefined;
  }
}

/** The reason why `parse` refuses the input, or undefined if it accepts it. */
export function findFault(parse: () => unknown): string | undefined {
  let fault: string | undefined;
  attempt(parse, (detail) => (fault = detail));
  return fault;
}
