// The keeper of a key's policy: the same keeper, and what is another's about it.

import { keyHolder } from '../../src/plan/policy-holders.js';
import { policyKeeper } from '../../src/plan/policy-keeper.js';
import type { Clock } from '../../src/plan/ports.js';
import { parsePolicy } from '../../src/policy/index.js';
import { DEV, START, trail, wishFor } from './keeper-stage.js';

describe('the policy of a key is kept in the same way', () => {
  const KEY = 'arn:aws:kms:us-east-1:111111111111:key/1';

  function keyStage() {
    const key = { text: START, log: [] as string[], undo: 0 };
    let time = 0;
    const clock: Clock = {
      now: () => time,
      sleep: async (ms) => {
        time += ms;
      },
    };
    const read = async () => {
      if (key.undo > 0 && key.log.includes('write')) {
        key.undo -= 1;
        key.text = START;
      }
      key.log.push('read');
      return { text: key.text, document: parsePolicy(key.text), readAt: clock.now() };
    };
    const { admit, ...rest } = wishFor(DEV);
    const wish = {
      ...rest,
      arn: KEY,
      managed: true,
      admit: admit.map((delivery) => ({ ...delivery, kmsKeyArn: KEY })),
    };
    const holder = keyHolder(wish, read, {
      putKeyPolicy: async (text) => {
        key.log.push('write');
        key.text = text;
      },
    });
    const seen = { text: START, document: parsePolicy(START), readAt: 0 };
    const keeper = policyKeeper(holder, wish, seen, { backup: async () => {}, clock });
    return { key, keeper, establish: async () => keeper.establish(wish, await read()) };
  }

  test('one read, one write, one read at once, and one after the time of the others', async () => {
    const { key, keeper, establish } = keyStage();
    await establish();
    await keeper.confirm();
    await keeper.settle(2);
    expect(key.log).toEqual(['read', 'write', 'read', 'read']);
    expect(key.text).toContain('Auditor');
    expect(key.text.split(trail(DEV))).toHaveLength(3);
  });

  test('what another undid is merged anew, into what stands there then', async () => {
    const { key, keeper, establish } = keyStage();
    await establish();
    key.undo = 2;
    await keeper.settle(2);
    expect(key.log.filter((call) => call === 'write')).toHaveLength(2);
    expect(key.text).toContain(trail(DEV));
  });

  test('a Deny that somebody adds to it is not taken for our grants standing', async () => {
    const { key, keeper, establish } = keyStage();
    await establish();
    const document = JSON.parse(key.text);
    document.Statement.push({
      Sid: 'Stop',
      Effect: 'Deny',
      Principal: '*',
      Action: 'kms:*',
      Resource: '*',
    });
    key.text = JSON.stringify(document);
    await expect(keeper.settle(2)).rejects.toThrow('Stop');
  });

  test('somebody who undoes it every time ends the run with an error that names the key', async () => {
    const { key, keeper, establish } = keyStage();
    await establish();
    key.undo = Number.POSITIVE_INFINITY;
    await expect(keeper.settle(2)).rejects.toMatchObject({
      findings: [
        {
          code: 'key-policy-undone',
          message: expect.stringContaining(`undid our change of the policy of key ${KEY}`),
        },
      ],
    });
  });
});
