/** Prints docs/review.schema.json, which tells other programs what a review holds. `npm run schema` writes the file. */
import { reviewJsonSchema } from '../review/render/schema';

process.stdout.write(`${JSON.stringify(reviewJsonSchema(), null, 2)}\n`);
