/** The examples of `test/policy/cases`, one a row, for every operator and every form of a principal. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { answerLine } from '../../../src/cli/commands/can-assume.ts';

interface Case {
  readonly name: string;
  readonly [field: string]: unknown;
}

function casesOf(file: string): readonly Case[] {
  const path = new URL(`../cases/${file}`, import.meta.url);
  return (JSON.parse(readFileSync(path, 'utf8')) as { cases: readonly Case[] }).cases;
}

const ask = (line: Record<string, unknown>) => answerLine(line, false) as { decision: string; unknownKeys: string[] };

describe('every operator', () => {
  const decisionFor = new Map<unknown, string>([
    ['yes', 'allow'],
    ['no', 'implicit-deny'],
    ['unknown', 'unknown'],
  ]);
  test.each(casesOf('operators.json'))('$name', (one) => {
    const statement = {
      Effect: 'Allow',
      Principal: { AWS: '*' },
      Action: 'sts:AssumeRole',
      Condition: one['condition'],
    };
    const policy = { Version: one['version'] ?? '2012-10-17', Statement: [statement] };
    const principal = 'arn:aws:iam::111122223333:user/ann';
    expect(ask({ policy, principal, context: one['context'], absent: one['absent'] }).decision).toBe(
      decisionFor.get(one['holds']),
    );
  });
});

describe('every form of a principal', () => {
  test.each(casesOf('principals.json'))('$name', (one) => {
    const action = one['actions'] ?? one['action'] ?? 'sts:AssumeRole';
    const named =
      one['principal'] === undefined ? { NotPrincipal: one['notPrincipal'] } : { Principal: one['principal'] };
    const statements =
      one['effect'] === 'Deny'
        ? [
            { Effect: 'Deny', ...named, Action: action },
            { Effect: 'Allow', Principal: { AWS: '*' }, Action: action },
          ]
        : [{ Effect: 'Allow', ...named, Action: action }];
    const answer = ask({
      policy: { Version: '2012-10-17', Statement: statements },
      principal: one['caller'],
      service: one['service'],
      federated: one['federated'],
      action: one['action'],
      context: one['context'],
      closed: one['closed'],
    });
    expect(answer.decision).toBe(one['decision']);
    if (one['unknownKeys'] !== undefined) expect(answer.unknownKeys).toEqual(one['unknownKeys']);
  });
});

/** Lines as `can-assume --batch` takes them; the answers were derived by hand, from the IAM User Guide. */
describe('whole requests', () => {
  const lines = readFileSync(new URL('../cases/requests.jsonl', import.meta.url), 'utf8')
    .trimEnd()
    .split('\n');
  const requests = lines.map((line) => JSON.parse(line) as { id: string; expect: string } & Record<string, unknown>);
  test.each(requests)('$id: $expect', (request) => {
    expect(ask(request).decision).toBe(request.expect);
  });

  test('no two have a name in common, and each decision is among them', () => {
    expect(new Set(requests.map(({ id }) => id)).size).toBe(requests.length);
    expect(new Set(requests.map(({ expect: wanted }) => wanted)).size).toBe(4);
  });
});
