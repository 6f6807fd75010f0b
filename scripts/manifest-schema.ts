/** Prints docs/manifest.schema.json: what a manifest may hold, for other programs. `npm run schema` writes it. */
import { manifestJsonSchema } from '../reconcilers/manifest-schema';

process.stdout.write(`${JSON.stringify(manifestJsonSchema(), null, 2)}\n`);
