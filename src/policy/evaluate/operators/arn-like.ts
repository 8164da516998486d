/** ArnLike, ArnEquals and their negations: part by part, so that a wildcard of the first five crosses no colon. */
import { type ArnParts, splitArn } from '../../document/names.ts';
import { anyCharacters, type PatternPiece, type PatternTokens, patternTokens, prepareWildcard } from '../wildcard.ts';
import type { Operator } from './operator.ts';

const colon = 0x3a;

/**
 * ArnEquals and ArnLike behave alike (IAM User Guide, "Amazon Resource Name (ARN) condition operators"). A policy value
 * without six parts, and a request value that is no ARN, match nothing; of a value that is just `*` see below.
 */
export const arnLike: Operator = {
  family: 'arn',
  ignoreCase: false,
  wildcards: true,
  variables: true,
  prepare(value) {
    const parts = arnPatternParts(patternTokens(value));
    if (parts === undefined) return undefined;
    const [prefix, partition, service, region, account, resource] = parts.map(prepareWildcard);
    return (given) => {
      const arn = partsOf(given);
      return (
        arn !== undefined &&
        prefix?.('arn') === true &&
        account?.(arn.account) === true &&
        service?.(arn.service) === true &&
        partition?.(arn.partition) === true &&
        region?.(arn.region) === true &&
        resource?.(arn.resource) === true
      );
    };
  },
};

/** A value is asked of every pattern of a policy in turn. */
let last: { readonly text: string; readonly parts: ArnParts | undefined } = { text: '', parts: undefined };

function partsOf(text: string): ArnParts | undefined {
  if (last.text !== text) last = { text, parts: splitArn(text) };
  return last.parts;
}

/**
 * AWS says that each of the six parts is checked by itself, and not what becomes of a value that is nothing but `*`,
 * which has one part: whether it fits every ARN or none is not known.
 */
export function isUnsettledArn(value: readonly PatternPiece[]): boolean {
  const tokens = patternTokens(value);
  return tokens.length === 1 && tokens[0] === anyCharacters;
}

/** @returns the six parts of a pattern, the last with all further colons; `undefined` where there are fewer. */
export function arnPatternParts(tokens: PatternTokens): readonly PatternTokens[] | undefined {
  const parts: PatternTokens[] = [];
  let from = 0;
  for (let at = 0; at < tokens.length && parts.length < 5; at += 1) {
    if (tokens[at] !== colon) continue;
    parts.push(tokens.slice(from, at));
    from = at + 1;
  }
  if (parts.length < 5) return undefined;
  parts.push(tokens.slice(from));
  return parts;
}
