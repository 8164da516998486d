/** What does the evaluator say of a request of which something is not known? */
import { expect, test } from 'vitest';
import { asAccountId } from '../../../src/policy/document/names.ts';
import { evaluate, prepare } from '../../../src/policy/evaluate/evaluate.ts';
import type { AssumeRequest, Caller } from '../../../src/policy/evaluate/request.ts';
import { allow, other, policy } from '../compare/policies.ts';

const account = asAccountId(other);
if (account === undefined) throw new Error('the example is no account');

function asked(caller: Caller, context: AssumeRequest['context'] = new Map()): AssumeRequest {
  return { caller, actions: ['sts:AssumeRole'], context, absent: new Set(), closed: false };
}

test.each(['user', 'role'] as const)('a %s whose path is not known is who its ARN says', (type) => {
  const arn = `arn:aws:iam::${other}:${type}/team/ann`;
  const prepared = prepare(policy(allow(arn)));
  const caller: Caller =
    type === 'user'
      ? { kind: 'user', partition: 'aws', account, path: undefined, name: 'ann' }
      : { kind: 'role-session', partition: 'aws', account, path: undefined, role: 'ann', session: 's' };
  expect(evaluate(prepared, asked(caller)).decision).toBe('unknown');
  expect(evaluate(prepared, asked({ ...caller, path: '/team/' })).decision).toBe('allow');
  expect(evaluate(prepared, asked({ ...caller, path: '/' })).decision).toBe('implicit-deny');
  const known = (text: string) => new Map([['aws:principalarn', [text]]]);
  expect(evaluate(prepared, asked(caller, known(arn))).decision).toBe('allow');
  expect(evaluate(prepared, asked(caller, known(`arn:aws:iam::${other}:${type}/ann`))).decision).toBe('implicit-deny');
});

test('keys that an answer hangs on come in the order of the policy', () => {
  const condition = {
    StringEquals: { 'sts:ExternalId': 'ab' },
    Bool: { 'aws:SecureTransport': 'true' },
    IpAddress: { 'aws:SourceIp': '203.0.113.0/24' },
  };
  const caller: Caller = { kind: 'user', partition: 'aws', account, path: '/', name: 'ann' };
  const { decision, unknownKeys } = evaluate(prepare(policy(allow(other, condition))), asked(caller));
  expect([decision, unknownKeys]).toEqual(['unknown', ['sts:ExternalId', 'aws:SecureTransport', 'aws:SourceIp']]);
});
