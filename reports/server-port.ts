/** True if the port belongs to a server: Nova then writes `compute:<zone>` as its owner. Pure. */
export const isServersPort = ({ deviceOwner }: { readonly deviceOwner: string }): boolean =>
  deviceOwner.startsWith('compute:');
