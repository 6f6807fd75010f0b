import { join } from 'node:path';
import { findNewerSource } from '../../adapters/files/newer-source';

/** A warning where the synthesized code is taken as it is, and the code is newer. */
export function staleCode({ synth }: { readonly synth: boolean }, out: string): string[] {
  const newer = synth ? undefined : findNewerSource('.', join(out, 'manifest.json'));
  return newer === undefined
    ? []
    : [
        `${newer} is newer than the synthesized code in ${out}, and this is the review of the older code; leave out --no-synth`,
      ];
}
