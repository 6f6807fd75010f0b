/**
 * Prints docs/manifest.schema.json, which tells other programs what a manifest may hold. `npm run schema` writes the
 * file.
 */
import { manifestJsonSchema } from '../reconcilers/manifest-schema';

process.stdout.write(`${JSON.stringify(manifestJsonSchema(), null, 2)}\n`);
