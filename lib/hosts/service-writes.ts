/** The requests that change services of OpenStack on a host (docs/adr/0017-service-options.md). Host program 5 or later. */

export type ServiceWrite =
  /**
   * Changes nothing, and stands in front of a write: the sequence ends where the host's own oslo.config refuses the files, or
   * reads another value than is wanted.
   */
  | {
      readonly verb: 'check-config';
      /** Base64: the files, in the order in which the service reads them. */
      readonly contents: readonly string[];
      readonly section: string;
      readonly name: string;
      /** Former names, each `section/name`. */
      readonly former: readonly string[];
      /** True if the option takes several values. */
      readonly multiple: boolean;
      /** [] where no file is to set the option; null: any. */
      readonly values: readonly string[] | null;
    }
  /** The unit of a service of the control plane; the host program has the list. */
  | { readonly verb: 'restart-unit'; readonly unit: string };

export interface ServiceWriteAnswers {
  /** False: the host has no oslo.config. */
  'check-config': { readonly isChecked: boolean };
  'restart-unit': object;
}
