/** Whether a server holds the port: Nova writes `compute:<zone>` as its owner. Pure. */
export const isServersPort = ({ deviceOwner }: { readonly deviceOwner: string }): boolean =>
  deviceOwner.startsWith('compute:');
