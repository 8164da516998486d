/** Which trust policy, and which role's settings, does a POLICY hold, in any form that interfaces.md names? */
import { parseTrustPolicy, parseTrustPolicyValue } from '../policy/document/parse.ts';
import type { ParsedTrustPolicy, Place, Problem, TrustPolicy } from '../policy/document/trust-policy.ts';
import { type Io, UserError } from './io.ts';
import { type JsonSpan, spanOf } from './json-span.ts';
import { nameOf } from './process-io.ts';

/** What GetRole says of the role besides its trust policy. */
export interface RoleDescription {
  readonly arn?: string;
  readonly roleId?: string;
  readonly roleName?: string;
  /** Seconds. */
  readonly maxSessionDuration?: number;
  /** ISO 8601. */
  readonly createDate?: string;
}

/** A policy has some thousand characters, and what GetRole says of a role not many more: no small file inflates to much. */
const mostBytes = 4 * 1024 * 1024;

export interface PolicyInput {
  /** The file, or what the policy is called in messages. */
  readonly name: string;
  /** Pointers are those of the policy document; places are those of the file that holds it. */
  readonly parsed: ParsedTrustPolicy;
  /** Empty where the input is the document alone. */
  readonly role: RoleDescription;
  /** @returns the file's text with another document in place of this one; `undefined` where it was no plain text. */
  readonly withDocument: (documentText: string) => string | undefined;
}

/**
 * Reads a POLICY file: a document, what `aws iam get-role` prints, or URL-encoded policy text.
 * @param file `-` for standard input.
 * @throws {UserError} where the file cannot be read; what is wrong with the policy stands in `parsed`.
 */
export async function readPolicyFile(io: Io, file: string): Promise<PolicyInput> {
  return readPolicyText(await io.readText(file, mostBytes), nameOf(file));
}

/** The same from text. */
export function readPolicyText(text: string, name: string): PolicyInput {
  const value = parsedJson(text);
  if (typeof value === 'string') return { ...readPolicyText(value, name), withDocument: () => undefined };
  const embedded = embeddedIn(value);
  if (embedded === undefined) {
    const encoded = /^\s*%/.test(text);
    return {
      name,
      parsed: parseTrustPolicy(text),
      role: {},
      withDocument: (document) => (encoded ? undefined : document),
    };
  }
  const { document, role, path } = embedded;
  const span = spanOf(text, path);
  if (span === undefined) return { ...readPolicyValue(value, name) };
  if (typeof document === 'string') {
    const parsed = moved(parseTrustPolicy(document), () => span.place);
    return { name, parsed, role, withDocument: () => undefined };
  }
  return {
    name,
    parsed: moved(parseTrustPolicy(text.slice(span.from, span.to)), (place) => inside(span, place)),
    role,
    withDocument: (other) => text.slice(0, span.from) + indented(other, text, span).trim() + text.slice(span.to),
  };
}

/** The same from a JSON value, as a batch line holds it: an object, or the text of one. */
export function readPolicyValue(value: unknown, name: string): PolicyInput {
  if (typeof value === 'string') return readPolicyText(value, name);
  const embedded = embeddedIn(value);
  if (embedded === undefined)
    return { name, parsed: parseTrustPolicyValue(value), role: {}, withDocument: (document) => document };
  const { document, role } = embedded;
  const parsed = typeof document === 'string' ? parseTrustPolicy(document) : parseTrustPolicyValue(document);
  return { name, parsed, role, withDocument: () => undefined };
}

/**
 * @returns the policy, where the input has a meaning.
 * @throws {UserError} that names the file, the line and column, and what was expected.
 */
export function policyOf(input: PolicyInput): TrustPolicy {
  switch (input.parsed.status) {
    case 'read':
      return input.parsed.policy;
    case 'unreadable':
      throw problemError(input.name, input.parsed.problem);
    case 'meaningless':
      throw problemError(input.name, input.parsed.problems[0]);
  }
}

/** A problem of a document as an error of the command line: `trust.json:3:5: …`. */
export function problemError(name: string, problem: Problem): UserError {
  const place = problem.place === undefined ? '' : `:${problem.place.line}:${problem.place.column}`;
  const pointer = problem.pointer === '' ? '' : ` at ${problem.pointer}`;
  const expected =
    problem.expected === undefined || problem.message.includes('expected') ? '' : `, expected ${problem.expected}`;
  return new UserError(`${name}${place}: ${problem.message}${expected}${place === '' ? pointer : ''}`);
}

interface Embedded {
  readonly document: unknown;
  readonly role: RoleDescription;
  readonly path: readonly string[];
}

/** What `aws iam get-role` prints, or the role inside it. A document of its own has a `Statement`. */
function embeddedIn(value: unknown): Embedded | undefined {
  if (!isObject(value) || Object.hasOwn(value, 'Statement')) return undefined;
  const wrapped = Object.hasOwn(value, 'Role') ? value['Role'] : undefined;
  const role = isObject(wrapped) ? wrapped : value;
  if (!Object.hasOwn(role, 'AssumeRolePolicyDocument')) return undefined;
  return {
    document: role['AssumeRolePolicyDocument'],
    role: roleDescription(role),
    path: [...(role === wrapped ? ['Role'] : []), 'AssumeRolePolicyDocument'],
  };
}

/** Reads what GetRole answers for a role, with or without the `Role` around it; what has the wrong type is left out. */
export function roleDescription(value: unknown): RoleDescription {
  if (!isObject(value)) return {};
  if (isObject(value['Role'])) return roleDescription(value['Role']);
  const { Arn: arn, RoleId: roleId, RoleName: roleName, MaxSessionDuration: duration, CreateDate: created } = value;
  return {
    ...(typeof arn === 'string' ? { arn } : {}),
    ...(typeof roleId === 'string' ? { roleId } : {}),
    ...(typeof roleName === 'string' ? { roleName } : {}),
    ...(typeof duration === 'number' ? { maxSessionDuration: duration } : {}),
    ...(typeof created === 'string' ? { createDate: created } : {}),
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The same answer with every place mapped from the document to the file around it. */
function moved(parsed: ParsedTrustPolicy, move: (place: Place) => Place): ParsedTrustPolicy {
  const movedProblem = (problem: Problem): Problem =>
    problem.place === undefined ? problem : { ...problem, place: move(problem.place) };
  switch (parsed.status) {
    case 'unreadable':
      return { ...parsed, problem: movedProblem(parsed.problem) };
    case 'meaningless': {
      const [first, ...rest] = parsed.problems;
      return { ...parsed, problems: [movedProblem(first), ...rest.map(movedProblem)] };
    }
    case 'read': {
      const { placeOf } = parsed.policy;
      const policy: TrustPolicy = {
        ...parsed.policy,
        placeOf: (pointer) => {
          const place = placeOf(pointer);
          return place === undefined ? undefined : move(place);
        },
      };
      return { ...parsed, policy, problems: parsed.problems.map(movedProblem) };
    }
  }
}

function inside(span: JsonSpan, place: Place): Place {
  return {
    line: span.place.line + place.line - 1,
    column: place.line === 1 ? span.place.column + place.column - 1 : place.column,
  };
}

/** Further lines of a document that takes the place of one in a file stand as deep as its first. */
function indented(document: string, text: string, span: JsonSpan): string {
  const lineStart = text.lastIndexOf('\n', span.from) + 1;
  const indent = /^[ \t]*/.exec(text.slice(lineStart, span.from))?.[0] ?? '';
  const original = text.slice(span.from, span.to).split('\n');
  const alreadyDeep =
    original.length > 1 &&
    original.at(-1)?.startsWith(indent) === true &&
    document.split('\n').at(-1)?.startsWith(indent) === true;
  return alreadyDeep || indent === '' ? document : document.split('\n').join(`\n${indent}`);
}
