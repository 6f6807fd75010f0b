export declare function digestOfInputs(folder?: string): string;
export declare function findGeneratedFrom(folder?: string): string | undefined;
export declare function generate(folder?: string): Promise<boolean>;
