export interface Installed {
  /** Absolute path of terraform or tofu. */
  readonly terraform: string;
  readonly from: 'configuration' | 'mirror' | 'registry';
  /** To be set when terraform or cdktf is run. */
  readonly variables: { readonly TERRAFORM_BINARY_NAME: string; readonly TF_CLI_CONFIG_FILE?: string };
}
export interface InstallOptions {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly registry?: string;
  readonly report?: (line: string) => void;
}
export declare function providerVersion(): string;
export declare function cacheFolder(environment?: Readonly<Record<string, string | undefined>>): string;
export declare function installBinary(options?: InstallOptions): Promise<Installed>;
