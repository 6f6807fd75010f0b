import type { Looked } from '../../looked';
import { defineCheck } from '../check';

export const terraform = defineCheck<Looked<string>>({
  code: 'SW-9005',
  title: 'Terraform is not found',
  needs: ['programs of this machine'],
  read: (sources) => sources.terraform(),
  judge: (version) =>
    version.isRead
      ? [{ result: 'fine', subject: 'Terraform', found: `${version.value} answers` }]
      : [
          {
            result: 'fault',
            subject: 'Terraform',
            found: 'No Terraform and no OpenTofu answers.',
            evidence: [version.why],
            step: 'Install one of them, or name it in TERRAFORM_BINARY_NAME.',
          },
        ],
  page: {
    means:
      'Neither `terraform` nor `tofu` is in PATH, or the one that TERRAFORM_BINARY_NAME names does not answer. Reports need neither.',
    evidence: 'What `terraform version -json` says.',
    alike: 'A shell whose PATH differs from that of the pipeline.',
    step: 'Install one of them, or set TERRAFORM_BINARY_NAME.',
    never: 'Do not mix Terraform and OpenTofu on one state.',
  },
});
