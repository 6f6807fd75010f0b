export interface Installed {
  /** Absolute path of terraform or tofu. */
  readonly terraform: string;
  readonly from: 'configuration' | 'mirror' | 'registry';
  /** To be set when terraform, tofu or cdktf is run. */
  readonly variables: Readonly<Record<string, string>>;
}
export interface InstallOptions {
  readonly version?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly registry?: string;
  readonly report?: (line: string) => void;
}
export declare function providerVersion(): string;
export declare function pinnedVersions(): string[];
export declare function cacheFolder(environment?: Readonly<Record<string, string | undefined>>): string;
export declare function installBinary(options?: InstallOptions): Promise<Installed>;
export declare function exportLines(variables: Readonly<Record<string, string>>): string[];
