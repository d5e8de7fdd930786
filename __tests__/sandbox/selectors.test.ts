// Which event and insight selectors CloudTrail takes, and how they come back.

import {
  type EventSelector,
  GetEventSelectorsCommand,
  GetInsightSelectorsCommand,
  PutEventSelectorsCommand,
  PutInsightSelectorsCommand,
} from '@aws-sdk/client-cloudtrail';
import { type Sandbox, startSandbox } from '../../sandbox/index.js';
import { tutorialWorld } from '../../sandbox/worlds.js';
import { administrator, bucket, cloudTrail, DEV, refusalOf, region } from './sdk.js';

const TrailName = 'DEV-CLOUDTRAIL';

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await startSandbox();
  tutorialWorld(sandbox);
  sandbox.world.createTrail({ account: DEV, region, name: TrailName, bucket });
});

afterEach(() => sandbox.close());

const dev = () => cloudTrail(sandbox, { credentials: administrator(sandbox, DEV) });
const put = (input: object) => dev().send(new PutEventSelectorsCommand({ TrailName, ...input }));
const get = () => dev().send(new GetEventSelectorsCommand({ TrailName }));

const category = (name: string) => ({ Field: 'eventCategory', Equals: [name] });
const objects = { Field: 'resources.type', Equals: ['AWS::S3::Object'] };

test('a trail begins with all management events', async () => {
  expect((await get()).EventSelectors).toEqual([
    {
      ReadWriteType: 'All',
      IncludeManagementEvents: true,
      DataResources: [],
      ExcludeManagementEventSources: [],
    },
  ]);
  expect(sandbox.world.trails(DEV)[0]?.HasCustomEventSelectors).toBe(false);
});

test('what a basic selector leaves out comes back filled in', async () => {
  const DataResources = [{ Type: 'AWS::S3::Object', Values: ['arn:aws:s3:::bucket/'] }];
  const answer = await put({ EventSelectors: [{ DataResources }] });
  const filled = {
    ReadWriteType: 'All',
    IncludeManagementEvents: true,
    DataResources,
    ExcludeManagementEventSources: [],
  };
  expect(answer.EventSelectors).toEqual([filled]);
  expect((await get()).EventSelectors).toEqual([filled]);
  expect(sandbox.world.trails(DEV)[0]).toMatchObject({
    HasCustomEventSelectors: true,
    eventSelectors: [filled],
  });
});

test('advanced selectors take the place of basic ones, and back', async () => {
  const AdvancedEventSelectors = [
    { Name: 'all', FieldSelectors: [category('Management')] },
    { FieldSelectors: [category('Data'), objects] },
  ];
  await put({ AdvancedEventSelectors });
  expect(await get()).toMatchObject({ AdvancedEventSelectors });
  await put({ EventSelectors: [{ ReadWriteType: 'ReadOnly' }] });
  expect((await get()).AdvancedEventSelectors).toBeUndefined();
});

const basic = (count: number, more: EventSelector = {}) => ({
  EventSelectors: Array.from({ length: count }, () => ({ ReadWriteType: 'All', ...more })),
});

test.each([
  ['none', {}],
  ['both kinds', { ...basic(1), AdvancedEventSelectors: [{ FieldSelectors: [category('Data')] }] }],
  ['six', basic(6)],
  ['a direction of its own', basic(1, { ReadWriteType: 'Sideways' as 'All' })],
  ['a data resource of its own', basic(1, { DataResources: [{ Type: 'AWS::Queue', Values: [] }] })],
  [
    'a source that cannot be left out',
    basic(1, { ExcludeManagementEventSources: ['s3.amazonaws.com'] }),
  ],
  ['advanced ones without a category', { AdvancedEventSelectors: [{ FieldSelectors: [objects] }] }],
  [
    'advanced ones of a category of their own',
    { AdvancedEventSelectors: [{ FieldSelectors: [category('Weather')] }] },
  ],
  [
    'advanced ones that compare with nothing',
    { AdvancedEventSelectors: [{ FieldSelectors: [category('Data'), { Field: 'readOnly' }] }] },
  ],
  [
    'more than 500 conditions',
    {
      AdvancedEventSelectors: [
        {
          FieldSelectors: [
            category('Data'),
            {
              Field: 'resources.ARN',
              StartsWith: Array.from({ length: 500 }, (_, i) => `arn:${i}`),
            },
          ],
        },
      ],
    },
  ],
])('CloudTrail does not take %s', async (_, selectors) => {
  expect(await refusalOf(put(selectors))).toMatchObject({
    name: 'InvalidEventSelectorsException',
    status: 400,
  });
});

test('Insights are turned on by type and category, and off by an empty list', async () => {
  const insights = (InsightSelectors: object[]) =>
    dev().send(new PutInsightSelectorsCommand({ TrailName, InsightSelectors }));
  const selectors = [{ InsightType: 'ApiCallRateInsight', EventCategories: ['Data'] }];
  const current = () => dev().send(new GetInsightSelectorsCommand({ TrailName }));
  await insights(selectors);
  expect((await current()).InsightSelectors).toEqual(selectors);
  for (const wrong of [
    { InsightType: 'Nonsense' },
    { InsightType: 'ApiCallRateInsight', EventCategories: ['Weather'] },
  ]) {
    expect(await refusalOf(insights([wrong]))).toMatchObject({
      name: 'InvalidInsightSelectorsException',
    });
  }
  await insights([]);
  expect(await refusalOf(current())).toMatchObject({ name: 'InsightNotEnabledException' });
});
