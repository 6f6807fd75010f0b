/** Which services have settings in Python. */
export const isPython = ({ service }: { readonly service: string }): boolean => service === 'horizon';
