/** Runs `stackward doctor` against a private cloud, in a separate folder, and returns its report as JSON. */
import { CommandFolder } from './command';
import { PrivateCloud } from './private-cloud';

export interface Told {
  readonly code: string;
  readonly result: string;
  readonly subject: string;
  readonly found?: string;
  readonly why?: string;
  readonly evidence?: readonly string[];
  readonly besides?: readonly string[];
  readonly step?: string;
  readonly acknowledged?: object | null;
}

export interface Examined {
  readonly code: number | null;
  readonly results: readonly Told[];
}

/** Lines on stderr that say why the command waits. */
const waiting = /^(Down in \w+: \d+ heartbeats?\. Looking again in \d+ s\.|Waiting for [^\n]*\.)\n/gm;

/** Runs the command, and checks that its exit code is the one in its JSON. */
export async function examine(folder: CommandFolder, ...args: readonly string[]): Promise<Examined> {
  const { code, stdout, stderr } = await folder.run([...args, '--json']);
  const { results, exitCode } = JSON.parse(stdout) as { results: Told[]; exitCode: number };
  expect([exitCode, stderr.replace(waiting, '')]).toEqual([code, '']);
  return { code, results };
}

export const troublesOf = ({ results }: Pick<Examined, 'results'>): string[] =>
  results
    .filter(({ result }) => ['fault', 'risk'].includes(result))
    .map(({ code, result, subject }) => `${code} ${result} ${subject}`);

/** A cloud and a folder that are new in each test. */
export interface DoctorBench {
  readonly cloud: PrivateCloud;
  readonly folder: CommandFolder;
  readonly doctor: (...args: readonly string[]) => Promise<Examined>;
  readonly preflight: (...args: readonly string[]) => Promise<Examined>;
}

/** Sets up before each test of the file, and tidies up after it. */
export function doctorBench(): DoctorBench {
  let cloud: PrivateCloud;
  let folder: CommandFolder;
  beforeEach(async () => {
    cloud = await PrivateCloud.start();
    folder = new CommandFolder({ OS_CLOUD: 'private' });
    folder.write('clouds.yaml', cloud.clouds());
  });
  afterEach(async () => {
    folder.remove();
    await cloud.stop();
  });
  return {
    get cloud() {
      return cloud;
    },
    get folder() {
      return folder;
    },
    doctor: (...args) => examine(folder, 'doctor', ...args),
    preflight: (...args) => examine(folder, 'doctor', 'preflight', ...args),
  };
}
