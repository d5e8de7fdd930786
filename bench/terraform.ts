// The onboarding with Terraform and the AWS provider. Installing the provider (`terraform init`) is not timed. Where the
// provider cannot be fetched, TF_PLUGIN_MIRROR names a folder that holds it, laid out as `terraform providers mirror` does
// (unpacked or packed); without it Terraform looks where it always does.

import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Place, root, run, succeed, versionOf } from './command.js';
import { type ContenderFigures, type Measured, repeat } from './contender.js';
import { type AccessKey, administrators, type Stage, TRAIL } from './stage.js';

export const RUNS = 2;

const QUIET = ['-input=false', '-no-color'];

/** `apply` plans by itself; `planned` is `terraform plan` and then `terraform apply` of that plan. */
export type TerraformFigures = {
  readonly apply: ContenderFigures;
  readonly planned: ContenderFigures;
};

export async function measureTerraform(stage: Stage): Promise<Measured<TerraformFigures>> {
  const place = await makePlace(stage);
  const version = await versionOf('terraform', 'version', place);
  if (version === null) return { kind: 'missing', why: 'not installed' };
  const mirror = process.env['TF_PLUGIN_MIRROR'];
  const source = mirror === undefined ? [] : [`-plugin-dir=${mirror}`];
  const init = await run('terraform', ['init', ...QUIET, ...source], place);
  if (init.exitCode !== 0)
    return { kind: 'missing', why: 'the provider hashicorp/aws 5.100.0 is not installed' };
  const timed = async (...args: readonly string[]): Promise<number> =>
    (await succeed('terraform', args, place)).wallMs;
  const afresh = () => rm(join(place.directory, 'terraform.tfstate'), { force: true });
  const planned = await repeat(stage, 1, async () => {
    await afresh();
    const plan = await timed('plan', ...QUIET, '-out=plan');
    return plan + (await timed('apply', ...QUIET, 'plan'));
  });
  const apply = await repeat(stage, RUNS, async () => {
    await afresh();
    return timed('apply', ...QUIET, '-auto-approve');
  });
  return { kind: 'measured', version, figures: { apply, planned } };
}

async function makePlace(stage: Stage): Promise<Place> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-terraform-'));
  await copyFile(join(root, 'bench/terraform/main.tf'), join(directory, 'main.tf'));
  const { sandbox, scene } = stage;
  const { central, member } = administrators(stage);
  return {
    directory,
    environment: {
      CHECKPOINT_DISABLE: '1',
      AWS_EC2_METADATA_DISABLED: 'true',
      TF_VAR_endpoint: sandbox.url,
      TF_VAR_region: scene.region,
      TF_VAR_bucket: scene.bucket,
      TF_VAR_central: account(scene.ids.SEC, scene.trailName, central),
      TF_VAR_member: account(scene.ids.DEV, TRAIL, member),
    },
  };
}

/** JSON is how Terraform reads an object from the environment. */
function account(id: string, trail: string, key: AccessKey): string {
  return JSON.stringify({
    account: id,
    trail,
    access_key: key.accessKeyId,
    secret_key: key.secretAccessKey,
  });
}
