// What a key policy held and holds no more, for a writer that finds its document changed by another. Statements for CloudTrail
// alone that list trails are compared by what each trail may do, for other runs of this tool extend and shorten them; all
// others are compared whole.

import { canonicalStatement } from './canonical.js';
import { asList, type PolicyDocument, type Statement, statementsOf } from './document.js';
import { entriesFor, isForCloudTrailAlone, SOURCE_ARN } from './locate.js';
import { nameOf } from './wording.js';

/** In words, one for each statement and each thing that a trail could do; empty when nothing is gone. */
export function keyLosses(
  written: PolicyDocument | null,
  standing: PolicyDocument | null,
): readonly string[] {
  const left = new Set(holdingsOf(standing).map(({ holding }) => holding));
  const gone = holdingsOf(written).filter(({ holding }) => !left.has(holding));
  return [...new Set(gone.map(({ inWords }) => inWords))];
}

type Holding = {
  /** By this it is found in another version of the policy, wherever it stands there. */
  readonly holding: string;
  readonly inWords: string;
};

function holdingsOf(document: PolicyDocument | null): readonly Holding[] {
  if (document === null) return [];
  return statementsOf(document).flatMap((statement, index) => {
    const trails = trailsListedIn(statement);
    return trails.length === 0
      ? [{ holding: canonicalStatement(statement), inWords: nameOf(document, index) }]
      : usesBy(trails, statement).map((use) => ({ holding: use, inWords: use }));
  });
}

function trailsListedIn(statement: Statement): readonly string[] {
  if (!isForCloudTrailAlone(statement)) return [];
  return entriesFor(statement, SOURCE_ARN).flatMap(({ values }) => values.map(String));
}

function usesBy(trails: readonly string[], { Action }: Statement): readonly string[] {
  return asList(Action ?? 'use of the key').flatMap((action) =>
    trails.map((arn) => `CloudTrail's ${action} for trail ${arn}`),
  );
}
