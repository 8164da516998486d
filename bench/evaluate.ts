/** How many evaluations a second does one core make of a prepared policy, and of one walked as JSON each time? */

import { parseTrustPolicyValue } from '../src/policy/document/parse.ts';
import { callerFromArn } from '../src/policy/evaluate/caller.ts';
import { decide, evaluate, prepare } from '../src/policy/evaluate/evaluate.ts';
import type { AssumeRequest } from '../src/policy/evaluate/request.ts';
import { naiveDecision } from '../test/reference/naive-evaluator.ts';

/** Two statements, three conditions. */
const document = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { AWS: ['arn:aws:iam::111122223333:role/deploy', '444455556666'] },
      Action: 'sts:AssumeRole',
      Condition: {
        StringEquals: { 'sts:ExternalId': 'example-7f3a' },
        ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/deploy*' },
      },
    },
    {
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: 'sts:AssumeRole',
      Condition: { NotIpAddress: { 'aws:SourceIp': ['203.0.113.0/24', '198.51.100.0/24'] } },
    },
  ],
};

/** @returns evaluations a second: the best of five rounds of at least 300 ms. */
function perSecond(run: (round: number) => unknown): number {
  let best = 0;
  for (let round = 0; round < 5; round += 1) {
    let count = 0;
    const start = performance.now();
    let elapsed = 0;
    while (elapsed < 300) {
      for (let at = 0; at < 500; at += 1) run(count + at);
      count += 500;
      elapsed = performance.now() - start;
    }
    best = Math.max(best, (count / elapsed) * 1000);
  }
  return best;
}

export function measure(): {
  readonly prepared: number;
  readonly withReasons: number;
  readonly open: number;
  readonly naive: number;
} {
  const parsed = parseTrustPolicyValue(document);
  if (parsed.status !== 'read') throw new Error('the benchmark policy is not read');
  const policy = prepare(parsed.policy);
  const caller = callerFromArn('arn:aws:iam::111122223333:role/deploy');
  if (caller === undefined) throw new Error('the benchmark caller is not read');
  const requests = ['203.0.113.5', '198.51.100.9', '192.0.2.1'].map(
    (ip): AssumeRequest => ({
      caller,
      actions: ['sts:AssumeRole'],
      context: new Map([
        ['sts:externalid', ['example-7f3a']],
        ['aws:sourceip', [ip]],
      ]),
      absent: new Set(),
      closed: true,
    }),
  );
  const naive = requests.map((request) => ({
    kind: 'role' as const,
    account: '111122223333',
    name: 'arn:aws:iam::111122223333:role/deploy',
    session: '',
    id: '',
    actions: request.actions,
    context: new Map([...request.context, ['aws:principalarn', ['arn:aws:iam::111122223333:role/deploy']]]),
  }));
  const [first] = requests;
  if (first === undefined) throw new Error('there are requests');
  const unknown: AssumeRequest = { ...first, context: new Map(), closed: false };
  const expected = ['allow', 'allow', 'explicit-deny'];
  requests.forEach((request, at) => {
    if (decide(policy, request) !== expected[at]) throw new Error('the benchmark decides wrongly');
  });
  const pick = <T>(all: readonly T[], round: number): T => all[round % all.length] as T;
  return {
    prepared: perSecond((round) => decide(policy, pick(requests, round))),
    withReasons: perSecond((round) => evaluate(policy, pick(requests, round))),
    open: perSecond(() => decide(policy, unknown)),
    naive: perSecond((round) => naiveDecision(document, pick(naive, round), () => false)),
  };
}

if (import.meta.main) {
  const { prepared, withReasons, open, naive } = measure();
  const show = (value: number) => Math.round(value).toLocaleString('en');
  console.log(`decide, prepared policy      ${show(prepared)} evaluations/s`);
  console.log(`evaluate, with reasons       ${show(withReasons)} evaluations/s`);
  console.log(`decide, unknown keys tried   ${show(open)} evaluations/s`);
  console.log(
    `walking the JSON each time   ${show(naive)} evaluations/s (prepared is ${(prepared / naive).toFixed(0)} times as fast)`,
  );
}
