import type { InstallOptions } from './install-binary.mjs';

export declare function readSchema(options?: InstallOptions): Promise<unknown>;
