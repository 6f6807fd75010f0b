import { Refused } from '../../lib/basics/errors';
import { endWith } from '../run';
import { complain, say } from '../terminal';

/** @param version of the provider; undefined: that of the bindings */
export const provider = (version: string | undefined): Promise<void> =>
  endWith({}, async () => {
    const { exportLines, installBinary } = await import('../../providers/openstack/install-binary.mjs');
    const report = (line: string): void => complain(`${line}\n`);
    const { variables } = await installBinary(version === undefined ? { report } : { version, report }).catch(
      (error: Error) => {
        throw new Refused(`Terraform would not find the provider; ${error.message}`);
      },
    );
    say(exportLines(variables).join('\n'));
    return 0;
  });
