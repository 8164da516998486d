/** What is the secret of this name now? Read when it is first needed, and again after a while, so that it can be rotated. */
import type { Clock } from '../ports/clock.ts';

/** Where a secret is kept; its value never stands in a template or an environment variable. */
export type SecretPlace =
  /** Name or ARN in AWS Secrets Manager; `field` names a member where the secret is a JSON object. */
  | { readonly secret: string; readonly field?: string | undefined }
  /** Name of a SecureString in the Parameter Store of AWS Systems Manager. */
  | { readonly parameter: string };

export interface SecretSources {
  /** @returns the text of a secret of AWS Secrets Manager. */
  readonly secret: (id: string) => Promise<string | undefined>;
  /** @returns the decrypted text of a parameter. */
  readonly parameter: (name: string) => Promise<string | undefined>;
}

export type SecretReader = (place: SecretPlace) => Promise<string>;

/** The secret cannot be had: it is not there, may not be read, or is not in the form that was named. */
export class SecretUnreadable extends Error {
  override readonly name = 'SecretUnreadable';
  constructor(place: string, why: string, options?: ErrorOptions) {
    super(`the secret \`${place}\` cannot be read: ${why}`, options);
  }
}

/** Milliseconds after which a secret is read again. */
const freshFor = 5 * 60_000;

/**
 * @returns a reader that asks once in five minutes for each place, however many wait for it.
 * @throws {SecretUnreadable} from the reader; a failure is not remembered.
 */
export function secretReader(sources: SecretSources, clock: Clock): SecretReader {
  const known = new Map<string, { readonly at: number; readonly value: Promise<string> }>();
  return (place) => {
    const key = JSON.stringify(place);
    const found = known.get(key);
    if (found !== undefined && clock.now() - found.at < freshFor) return found.value;
    const value = read(sources, place);
    known.set(key, { at: clock.now(), value });
    value.catch(() => known.delete(key));
    return value;
  };
}

async function read(sources: SecretSources, place: SecretPlace): Promise<string> {
  const name = 'secret' in place ? place.secret : place.parameter;
  let text: string | undefined;
  try {
    text = 'secret' in place ? await sources.secret(name) : await sources.parameter(name);
  } catch (error) {
    throw new SecretUnreadable(name, error instanceof Error ? error.name : 'it was refused', { cause: error });
  }
  const value = 'secret' in place && place.field !== undefined ? memberOf(text, place.field) : text?.trim();
  if (value === undefined || value === '') throw new SecretUnreadable(name, 'it is empty, or not in the form expected');
  return value;
}

function memberOf(text: string | undefined, field: string): string | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, field)) return undefined;
    const member: unknown = Object.getOwnPropertyDescriptor(value, field)?.value;
    return typeof member === 'string' ? member : undefined;
  } catch {
    // Not JSON: the secret has no fields. Its text stays out of the error.
    return undefined;
  }
}
