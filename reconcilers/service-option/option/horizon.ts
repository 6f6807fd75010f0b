/** Names the services whose settings are Python. */
export const isPython = ({ service }: { readonly service: string }): boolean => service === 'horizon';
