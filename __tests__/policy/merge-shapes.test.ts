// Onboarding into a policy of each shape: the same five promises for all of them.

import { type Statement, statementsOf } from '../../src/policy/document.js';
import { mergePolicy, missingGrants, samePolicy } from '../../src/policy/index.js';
import { isAdmitted } from './oracle.js';
import { DEV, delivery, offboard, onboard } from './shapes/deliveries.js';
import { admitted, SHAPES } from './shapes/shapes.js';

const dev = delivery(DEV);

/** All principals, actions, resources and condition values of a statement: what a merge may add to, never take from. */
function valuesIn(statement: Statement): readonly string[] {
  return JSON.stringify(statement).match(/"(?:[^"\\]|\\.)*"/g) ?? [];
}

const NONE = { added: 0, removed: 0 };

describe.each(Object.entries(SHAPES))(
  'onboarding into a policy of the shape "%s"',
  (_, document) => {
    const merged = admitted(document);

    test('puts the grants into effect, says an independent evaluator', async () => {
      expect(await isAdmitted(document, dev)).toBe(false);
      expect(await isAdmitted(merged, dev)).toBe(true);
      expect(missingGrants(merged, [dev])).toEqual([]);
    });

    test('keeps every statement in its place, with all it said', () => {
      const after = statementsOf(merged);
      for (const [index, statement] of statementsOf(document).entries()) {
        const now = after[index];
        if (now === undefined) throw new Error(`statement ${index} is gone`);
        expect(Object.keys(now)).toEqual(Object.keys(statement));
        expect(valuesIn(now)).toEqual(expect.arrayContaining([...valuesIn(statement)]));
        expect({ ...now, Resource: 0, Condition: 0 }).toEqual({
          ...statement,
          Resource: 0,
          Condition: 0,
        });
      }
    });

    test('keeps Version, Id and the order of keys', () => {
      expect(Object.keys(merged)).toEqual(Object.keys(document));
      expect({ ...merged, Statement: 0 }).toEqual({ ...document, Statement: 0 });
    });

    test('asks for no aws:SourceArn twice where it was asked for once', () => {
      for (const [index, { Condition = {} }] of statementsOf(merged).entries()) {
        const keys = Object.values(Condition).flatMap((block) => Object.keys(block));
        const arns = keys.filter((key) => key.toLowerCase() === 'aws:sourcearn');
        const before = statementsOf(document)[index]?.Condition ?? {};
        const known = Object.values(before).flatMap((block) => Object.keys(block));
        const most = Math.max(
          1,
          known.filter((key) => key.toLowerCase() === 'aws:sourcearn').length,
        );
        expect(arns.length).toBeLessThanOrEqual(most);
      }
    });

    test('a second time changes nothing and returns the same object', () => {
      const again = mergePolicy(merged, onboard([dev]));
      expect(again).toMatchObject({ changed: false, trails: NONE, paths: NONE });
      expect(again.document).toBe(merged);
    });

    test('and offboarding gives back an equal policy', () => {
      const { document: back } = mergePolicy(merged, offboard([dev]));
      expect(samePolicy(back, document)).toBe(true);
    });
  },
);
