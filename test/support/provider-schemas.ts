/** What each built version of the provider says of itself, as `terraform providers schema -json` prints it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const root = join(__dirname, '../..');

export const providerSchemas: Readonly<Record<'1.54.1' | '3.4.0', () => unknown>> = {
  '1.54.1': () => {
    const packed = readFileSync(join(root, 'test/fixtures/provider/openstack-1.54.1.schema.json.gz'));
    return JSON.parse(gunzipSync(packed).toString());
  },
  '3.4.0': () => JSON.parse(readFileSync(join(root, 'providers/openstack/schema.json'), 'utf8')),
};
