/** Synthesizes apps into temporary folders, and reads what they wrote there. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'cdktf';
import { OpenStackCloud, type OpenStackCloudProps } from '../../constructs';

type Attributes = Record<string, unknown>;

/** A stack as Terraform reads it, without cdktf's remarks. */
export interface SynthesizedStack {
  readonly resource: Record<string, Record<string, Attributes>>;
  readonly data: Record<string, Record<string, Attributes>>;
  readonly provider: Record<string, Attributes[]>;
  readonly output: Record<string, { value: unknown }>;
  readonly terraform: Record<string, Attributes>;
  readonly locals?: Record<string, unknown>;
}

export interface Synthesized {
  readonly stack: (name: string) => SynthesizedStack;
  /** `path: message`, of all stacks. */
  readonly warnings: readonly string[];
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** An app with a cloud in it. Its output folder is deleted after the test file. */
export function appWithCloud(props: Partial<OpenStackCloudProps> = {}): { app: App; cloud: OpenStackCloud } {
  const outdir = mkdtempSync(join(tmpdir(), 'stackward-synth-'));
  folders.push(outdir);
  const app = new App({ outdir, stackTraces: false });
  return { app, cloud: new OpenStackCloud(app, 'Cloud', { owner: 'test-owner', release: 'zed', ...props }) };
}

/** The stacks that `app.synth()` writes, with cross-stack preparation and all validations, unlike `Testing.synth`. */
export function synth(app: App): Synthesized {
  app.synth();
  const read = (path: string) => withoutRemarks(JSON.parse(readFileSync(join(app.outdir, path), 'utf8')));
  const { stacks } = read('manifest.json') as {
    stacks: Record<string, { annotations: { constructPath: string; message: string }[] }>;
  };
  return {
    stack: (name) =>
      ({ resource: {}, data: {}, ...(read(`stacks/${name}/cdk.tf.json`) as object) }) as SynthesizedStack,
    warnings: Object.values(stacks).flatMap(({ annotations }) =>
      annotations.map(({ constructPath, message }) => `${constructPath}: ${message}`),
    ),
  };
}

/** The message that `app.synth()` throws; '' if it throws nothing. */
export function synthError(app: App): string {
  try {
    app.synth();
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

/** The only resource of its type. */
export function only(stack: SynthesizedStack, type: string): Attributes {
  const found = Object.values(stack.resource[type] ?? {});
  if (found.length !== 1) throw new Error(`${String(found.length)} ${type}, not one`);
  return found[0] as Attributes;
}

/** The resource of the type whose name begins so. */
export function named(stack: SynthesizedStack, type: string, prefix: string): Attributes {
  const found = Object.entries(stack.resource[type] ?? {}).filter(([name]) => name.startsWith(prefix));
  if (found.length !== 1) throw new Error(`${String(found.length)} ${type}.${prefix}…, not one`);
  return found[0]?.[1] as Attributes;
}

function withoutRemarks(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutRemarks);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (key === '//' ? [] : [[key, withoutRemarks(inner)]])),
  );
}
