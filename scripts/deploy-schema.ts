/** Prints docs/deploy.schema.json, which tells other programs what a deploy says. `npm run schema` writes the file. */
import { deployJsonSchema } from '../cli/deploy/document-schema';

process.stdout.write(`${JSON.stringify(deployJsonSchema(), null, 2)}\n`);
