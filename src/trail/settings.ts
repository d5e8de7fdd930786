// A trail as it is wanted and as it is, and the difference between the two. Pure; knows nothing of policies or calls.

/** What the user says of a trail. An undefined setting is not mentioned: a new trail gets the default, an existing one keeps its own. */
export type TrailWish = {
  readonly name: string;
  readonly multiRegion?: boolean;
  readonly globalServiceEvents?: boolean;
  readonly logFileValidation?: boolean;
};

/** The settings this tool sets, complete. `prefix` is empty for none. */
export type TrailSettings = {
  readonly bucket: string;
  readonly prefix: string;
  readonly multiRegion: boolean;
  readonly globalServiceEvents: boolean;
  readonly logFileValidation: boolean;
};

/** A trail as CloudTrail describes it. */
export type LiveTrail = TrailSettings & {
  readonly name: string;
  readonly arn: string;
  readonly homeRegion: string;
  readonly organization: boolean;
};

export type SettingChange = {
  readonly setting: keyof TrailSettings;
  readonly from: string;
  readonly to: string;
  /** Something the trail records, protects or delivers today ends. */
  readonly loss: boolean;
};

const DEFAULTS = { multiRegion: true, globalServiceEvents: true, logFileValidation: true } as const;

const SETTINGS = [
  'bucket',
  'prefix',
  'multiRegion',
  'globalServiceEvents',
  'logFileValidation',
] as const satisfies readonly (keyof TrailSettings)[];

/**
 * The settings the trail has once the plan is carried out: what the user mentions, else what the live trail has, else the
 * default. A live trail's prefix counts only while it delivers into this bucket; elsewhere it says nothing. Global service
 * events come with all Regions: CloudTrail takes no multi-Region trail without them.
 */
export function intendedSettings(
  wish: TrailWish,
  target: { readonly bucket: string; readonly prefix?: string },
  live: LiveTrail | null,
): TrailSettings {
  const keptPrefix = live?.bucket === target.bucket ? live.prefix : '';
  const multiRegion = wish.multiRegion ?? live?.multiRegion ?? DEFAULTS.multiRegion;
  const keptGlobal = live?.globalServiceEvents ?? DEFAULTS.globalServiceEvents;
  return {
    bucket: target.bucket,
    prefix: target.prefix ?? keptPrefix,
    multiRegion,
    globalServiceEvents: wish.globalServiceEvents ?? (multiRegion || keptGlobal),
    logFileValidation:
      wish.logFileValidation ?? live?.logFileValidation ?? DEFAULTS.logFileValidation,
  };
}

/** What has to change on a live trail, in a fixed order; empty when nothing differs. */
export function settingChanges(
  live: TrailSettings,
  intended: TrailSettings,
): readonly SettingChange[] {
  return SETTINGS.filter((setting) => live[setting] !== intended[setting]).map((setting) => ({
    setting,
    from: String(live[setting]),
    to: String(intended[setting]),
    loss: intended[setting] === false || setting === 'bucket',
  }));
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
