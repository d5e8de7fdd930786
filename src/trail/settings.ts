// A trail as it is wanted and as it is, and the difference between the two. Pure; knows nothing of policies or calls. Here
// are the settings that CreateTrail and UpdateTrail take; what has calls of its own is in extras.ts.

/** The settings that CreateTrail and UpdateTrail take, complete. An empty text is none. */
export type TrailSettings = {
  readonly bucket: string;
  readonly prefix: string;
  readonly multiRegion: boolean;
  readonly globalServiceEvents: boolean;
  readonly logFileValidation: boolean;
  /** ARN of the key: what CloudTrail always gives back, whichever way the key was named. */
  readonly kmsKeyArn: string;
  readonly snsTopicArn: string;
  readonly cloudWatchLogGroupArn: string;
  readonly cloudWatchRoleArn: string;
  /** Whether the trail's own deliveries are recorded as data events. */
  readonly recursiveLogging: boolean;
};

/**
 * What the user says of a trail's settings. An undefined one is not mentioned: a new trail gets the default, an existing
 * one keeps its own. An empty text clears.
 */
export type SettingsWish = {
  readonly [S in Exclude<keyof TrailSettings, 'bucket'>]?: TrailSettings[S];
};

/** A trail as CloudTrail describes it. */
export type LiveTrail = TrailSettings & {
  readonly name: string;
  readonly arn: string;
  readonly homeRegion: string;
  readonly organization: boolean;
  /** Whether it has event selectors of its own; without them it records all management events. */
  readonly ownSelectors?: boolean;
};

/** What CloudTrail says of a trail (GetTrailStatus). Times in milliseconds since the epoch, by AWS's clock; null: never. */
export type TrailStatus = {
  readonly logging: boolean;
  readonly startedAt: number | null;
  readonly stoppedAt: number | null;
  /** When CloudTrail last delivered a log of this trail, in the Region that was asked alone. */
  readonly deliveredAt: number | null;
  /** S3's code for why a delivery failed, which may be an old one; empty for none. */
  readonly error: string;
  /** When CloudTrail last tried. The API no longer promises this field: its absence says nothing. */
  readonly triedAt: number | null;
};

export type SettingChange = {
  readonly setting: keyof TrailSettings;
  readonly from: string;
  readonly to: string;
  /** Something the trail records, protects or delivers today ends. */
  readonly loss: boolean;
};

const DEFAULTS: Omit<TrailSettings, 'bucket'> = {
  prefix: '',
  multiRegion: true,
  globalServiceEvents: true,
  logFileValidation: true,
  kmsKeyArn: '',
  snsTopicArn: '',
  cloudWatchLogGroupArn: '',
  cloudWatchRoleArn: '',
  recursiveLogging: true,
};

export const SETTINGS: readonly (keyof TrailSettings)[] = [
  'bucket',
  'prefix',
  'multiRegion',
  'globalServiceEvents',
  'logFileValidation',
  'kmsKeyArn',
  'snsTopicArn',
  'cloudWatchLogGroupArn',
  'cloudWatchRoleArn',
  'recursiveLogging',
];

/**
 * The settings the trail has once the plan is carried out: what the user mentions, else what the model has (the live trail,
 * or the one it replaces), else the default. The model's prefix counts only while it delivers into this bucket; elsewhere
 * it says nothing. Global service events come with all Regions: CloudTrail takes no multi-Region trail without them.
 */
export function intendedSettings(
  wish: SettingsWish,
  bucket: string,
  model: TrailSettings | null,
): TrailSettings {
  const known = model === null ? DEFAULTS : pick(model);
  const prefix = model?.bucket === bucket ? model.prefix : '';
  const { multiRegion } = { ...known, ...wish };
  const globalServiceEvents = multiRegion || known.globalServiceEvents;
  return { ...known, prefix, globalServiceEvents, ...wish, bucket };
}

/** Without what a live trail has beside its settings. */
function pick(model: TrailSettings): TrailSettings {
  return Object.fromEntries(SETTINGS.map((setting) => [setting, model[setting]])) as TrailSettings;
}

/** What has to change on a live trail, in a fixed order; empty when nothing differs. */
export function settingChanges(
  live: TrailSettings,
  intended: TrailSettings,
): readonly SettingChange[] {
  return SETTINGS.filter((setting) => !isSame(setting, live, intended)).map((setting) => ({
    setting,
    from: String(live[setting]),
    to: String(intended[setting]),
    loss: isLoss(setting, live, intended),
  }));
}

/** CloudTrail takes and gives a log group's ARN with or without the `:*` behind it. */
function isSame(setting: keyof TrailSettings, a: TrailSettings, b: TrailSettings): boolean {
  return setting === 'cloudWatchLogGroupArn'
    ? a[setting].replace(/:\*$/, '') === b[setting].replace(/:\*$/, '')
    : a[setting] === b[setting];
}

function isLoss(setting: keyof TrailSettings, live: TrailSettings, to: TrailSettings): boolean {
  if (setting === 'bucket') return true;
  if (setting === 'prefix' || setting === 'recursiveLogging') return false;
  return (
    live[setting] !== '' && live[setting] !== false && (to[setting] === '' || to[setting] === false)
  );
}

/** `arn:aws:cloudtrail:ap-northeast-2:222222222222:trail/DEV-CLOUDTRAIL`: the home Region's ARN, also of a multi-Region trail. */
export function trailArn(
  partition: string,
  region: string,
  accountId: string,
  name: string,
): string {
  return `arn:${partition}:cloudtrail:${region}:${accountId}:trail/${name}`;
}
