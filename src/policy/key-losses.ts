// What a key policy held and holds no more, for a writer that finds its document changed by another. Others' statements are
// compared whole; those for CloudTrail alone by the trails they name, for other runs of this tool extend and shorten them.

import { canonicalStatement } from './canonical.js';
import { type PolicyDocument, statementsOf } from './document.js';
import { isForCloudTrailAlone } from './locate.js';
import { trailsNamedIn } from './merge.js';
import { nameOf } from './wording.js';

/** In words, one for each statement and each trail; empty when nothing is gone. */
export function keyLosses(
  written: PolicyDocument | null,
  standing: PolicyDocument | null,
): readonly string[] {
  if (written === null) return [];
  const left = new Set(statementsOf(standing ?? { Statement: [] }).map(canonicalStatement));
  const statements = statementsOf(written).flatMap((statement, index) =>
    isForCloudTrailAlone(statement) || left.has(canonicalStatement(statement))
      ? []
      : [nameOf(written, index)],
  );
  const named = trailsNamedIn(standing);
  const trails = [...trailsNamedIn(written)].filter((arn) => !named.has(arn));
  return [...statements, ...trails.map((arn) => `CloudTrail for trail ${arn}`)];
}
