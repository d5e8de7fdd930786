// Which tool made a trail or a bucket policy, told by names, tags and Sids, and what to change there: it would put back what
// is changed here. Pure. A sign that people also use by themselves counts for nothing: the console's own Sids, for example.

import { type Finding, type PolicyDocument, sidsOf } from '../policy/index.js';
import type { Tags } from '../trail/extras.js';
import type { LiveTrail } from '../trail/settings.js';
import type { TrailStep } from './steps.js';
import type { About } from './trail-guards.js';

type Tool = 'CloudFormation' | 'Control Tower' | 'Terraform';

/** A tool, and what tells it: "its tag terraform=true". */
type Sign = { readonly tool: Tool; readonly by: string };

/**
 * Trails that landing zones make, by the beginnings of their names: `aws-controltower-BaselineCloudTrail` (Control Tower user
 * guide), `aws-aft-CustomizationsCloudTrail` (Account Factory for Terraform), `AWSAccelerator-…` (Landing Zone Accelerator's
 * default prefix).
 */
const LANDING_ZONES: readonly (readonly [prefix: string, maker: string, tool: Tool])[] = [
  ['aws-controltower-', 'Control Tower', 'Control Tower'],
  ['aws-aft-', "Control Tower's Account Factory for Terraform", 'Terraform'],
  ['AWSAccelerator-', 'the Landing Zone Accelerator', 'CloudFormation'],
];

/** Who makes trails of such names; null for a name that anybody may have given. */
export function landingZoneOf(trail: string): string | null {
  return LANDING_ZONES.find(([prefix]) => trail.startsWith(prefix))?.[1] ?? null;
}

/** About a trail that is there and that the plan changes or deletes. `tags` are undefined where they were not read. */
export function trailFindings(
  trails: readonly LiveTrail[],
  steps: readonly TrailStep[],
  tagsOf: (trail: LiveTrail) => Tags | undefined,
  about: About,
): readonly Finding[] {
  return touched(trails, steps).flatMap((trail) => {
    const sign = signOfTrail(trail.name, tagsOf(trail) ?? {});
    if (sign === null) return [];
    const { tool, by } = sign;
    return about(
      'warning',
      'trail-managed-elsewhere',
      `Trail ${trail.name} seems to be managed by ${tool} (${by}), which will put back what is changed here.`,
      `${CHANGE_TRAIL[tool]} ${SEE}`,
    );
  });
}

/** Trails that are there and that the steps are about: not one that is to be created. */
export function touched(
  trails: readonly LiveTrail[],
  steps: readonly TrailStep[],
): readonly LiveTrail[] {
  const names = new Set(steps.map(({ trail }) => trail));
  return trails.filter(({ name }) => names.has(name));
}

function signOfTrail(name: string, tags: Tags): Sign | null {
  const zone = LANDING_ZONES.find(([prefix]) => name.startsWith(prefix));
  if (zone !== undefined) return { tool: zone[2], by: `${zone[1]} gives such names` };
  const signs = Object.entries(tags).flatMap(([key, value]) => {
    const tool = toolOfTag(key, value);
    return tool === null ? [] : [{ tool, by: `its tag ${key} is ${value}` }];
  });
  return signs[0] ?? null;
}

/** CloudFormation tags what it makes ("AWS CloudFormation resource tags"); for other tools there are only habits. */
function toolOfTag(key: string, value: string): Tool | null {
  if (key === 'aws:cloudformation:stack-name')
    return /^(?:StackSet-)?AWSControlTower/.test(value) ? 'Control Tower' : 'CloudFormation';
  if (/^terraform/i.test(key) && !/^(?:false|no|0|none|)$/i.test(value)) return 'Terraform';
  if (!MANAGER_KEY.test(key)) return null;
  if (/terraform|terragrunt|opentofu/i.test(value)) return 'Terraform';
  return /cloudformation|\bcdk\b/i.test(value) ? 'CloudFormation' : null;
}

/** `ManagedBy`, `managed_by`, `team:provisioned-by`, … */
const MANAGER_KEY =
  /(?:^|[:/_-])(?:(?:managed|provisioned|created|deployed|maintained)[ :/_-]?(?:by|with|using)|provisioner|iac|tool)$/i;

/** About a policy that the plan changes: the tool that its Sids tell. */
export function policyFindings(document: PolicyDocument | null): readonly Finding[] {
  const sids = document === null ? [] : sidsOf(document);
  const found = SIDS.find(({ pattern }) => sids.some((sid) => pattern.test(sid)));
  if (found === undefined) return [];
  const sid = sids.find((one) => found.pattern.test(one));
  return [
    {
      severity: 'warning',
      code: 'policy-managed-elsewhere',
      message: `The bucket policy seems to be managed by ${found.tool} (its Sid ${JSON.stringify(sid)} is one that ${found.whose}), which will put back what is changed here.`,
      remedy: `${CHANGE_POLICY[found.tool]} ${SEE}`,
    },
  ];
}

/**
 * Sids that a tool writes and no page of AWS on bucket policies tells people to write. Sources: Control Tower user guide,
 * logging-s3-audit-bucket; the published sources of the modules named here. Those of the console and of the CloudTrail user
 * guide (`AWSCloudTrailAclCheck…`, `AWSCloudTrailWrite…`) tell nothing.
 */
const SIDS: readonly {
  readonly pattern: RegExp;
  readonly tool: Tool;
  readonly whose: string;
}[] = [
  {
    pattern: /^AWSBucketDeliveryFor(?:Config|OrganizationTrail)$/,
    tool: 'Control Tower',
    whose: 'Control Tower writes, and landing zones made after it',
  },
  {
    pattern: / - from file$/i,
    tool: 'CloudFormation',
    whose: 'the Landing Zone Accelerator writes',
  },
  {
    pattern: /^deny-insecure-connections$/,
    tool: 'CloudFormation',
    whose: 'the Landing Zone Accelerator writes',
  },
  {
    pattern: /^(?:cloudtrail|cloudwatch|config|redshift|[aens]lb|s3)-logs-[a-z-]+$/,
    tool: 'Terraform',
    whose: 'modules of Trussworks and CloudDrove write',
  },
  {
    pattern: /^ForceSSLOnlyAccess$/,
    tool: 'Terraform',
    whose: 'modules of Cloud Posse and Lacework write',
  },
  {
    pattern: /^(?:denyInsecureTransport|denyOutdatedTLS|denyIncorrectEncryptionHeaders)$/,
    tool: 'Terraform',
    whose: 'the module terraform-aws-modules/s3-bucket writes',
  },
];

const SEE = 'docs/managed-elsewhere.md shows how.';

const CHANGE_TRAIL: { readonly [tool in Tool]: string } = {
  CloudFormation:
    "Change the stack's AWS::CloudTrail::Trail to the same settings, or take the trail out of the stack (DeletionPolicy: Retain), or choose another trail-name.",
  'Control Tower':
    'Leave this trail alone and choose another trail-name. It is turned on and off in the landing zone settings of Control Tower only.',
  Terraform:
    'Change the aws_cloudtrail resource to the same settings, or take it out of the state (terraform state rm), or choose another trail-name.',
};

const CHANGE_POLICY: { readonly [tool in Tool]: string } = {
  CloudFormation:
    "Put the same statements into the stack's AWS::S3::BucketPolicy: the plan's policy diff shows them.",
  'Control Tower':
    "Choose a bucket of your own: Control Tower puts its buckets' policies back with each update of the landing zone, and its controls may refuse this change.",
  Terraform:
    "Put the same statements into aws_s3_bucket_policy (the plan's policy diff shows them), or let it leave the policy alone (lifecycle, ignore_changes).",
};
