/** Which errors of an assume call are no refusal, and which tell the caller nothing of the role? */
import { describe, expect, test } from 'vitest';
import { recognise } from '../../src/cloudtrail/recognise.ts';
import { triedTheRole, unanswered, wasRefused } from '../../src/cloudtrail/unanswered-call.ts';
import { denied } from '../watch/service.ts';

function denial(errorCode: string | undefined, errorMessage = 'x') {
  const found = recognise(denied(0, { more: { errorCode, errorMessage } }));
  if (found?.kind !== 'denial') throw new Error('no denial');
  return found;
}

describe('a call that AWS did not answer', () => {
  test.each([
    ['Throttling', 'throttled'],
    ['ThrottlingException', 'throttled'],
    ['ThrottledException', 'throttled'],
    ['Client.RequestLimitExceeded', 'throttled'],
    ['TooManyRequestsException', 'throttled'],
    ['SlowDown', 'throttled'],
    ['InternalFailure', 'failed'],
    ['InternalServerError', 'failed'],
    ['Server.InternalError', 'failed'],
    ['ServiceUnavailable', 'failed'],
    ['ServiceUnavailableException', 'failed'],
    ['Server.Unavailable', 'failed'],
  ])('%s: %s', (code, how) => {
    const one = denial(code);
    expect(unanswered(one.record)).toBe(how);
    expect([wasRefused(one), triedTheRole(one)]).toEqual([false, false]);
  });

  test('is known by AWS’s own words where a trimmed record has lost the code', () => {
    expect(unanswered(denial(undefined, 'Rate exceeded').record)).toBe('throttled');
    expect(unanswered(denial(undefined, 'An unknown error occurred').record)).toBeUndefined();
  });
});

test.each([
  ['AccessDenied', true, true],
  ['AccessDeniedException', true, true],
  ['Client.UnauthorizedOperation', true, true],
  ['InvalidIdentityToken', false, true],
  ['SomethingNew', false, true],
  ['ExpiredToken', false, false],
  ['InvalidClientTokenId', false, false],
  ['RegionDisabledException', false, false],
  ['ValidationError', false, false],
])('%s: refused %s, tried the role %s', (code, refused, tried) => {
  const one = denial(code);
  expect(unanswered(one.record)).toBeUndefined();
  expect([wasRefused(one), triedTheRole(one)]).toEqual([refused, tried]);
});

test('the maximum of a role is known by whoever finds the role', () => {
  const text = 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.';
  expect(triedTheRole(denial('ValidationError', text))).toBe(true);
});
