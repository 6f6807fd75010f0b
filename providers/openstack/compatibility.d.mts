type Paths = Readonly<Record<string, readonly string[]>>;
export interface Compatibility {
  readonly versions: readonly string[];
  readonly provider: readonly string[];
  readonly resources: Paths;
  readonly dataSources: Paths;
  readonly readOnly: { readonly resources: Paths; readonly dataSources: Paths };
}
export declare function deriveCompatibility(schemas: Readonly<Record<string, unknown>>): Compatibility;
export declare function renderCompatibility(table: Compatibility): string;
