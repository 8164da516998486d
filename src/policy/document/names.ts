/** The names that policies and records speak in: ARNs, account ids, partitions. */

declare const arnBrand: unique symbol;
declare const accountBrand: unique symbol;

/** An Amazon Resource Name whose six parts are present. Made by {@link asArn}. */
export type Arn = string & { readonly [arnBrand]: true };
/** A 12-digit AWS account id. Made by {@link asAccountId}. */
export type AccountId = string & { readonly [accountBrand]: true };

/** The six parts of an ARN; `resource` holds any further colons. */
export interface ArnParts {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly account: string;
  readonly resource: string;
}

/** @returns the text as an ARN, or `undefined` where it has not the six parts of one. */
export function asArn(text: string): Arn | undefined {
  return splitArn(text) === undefined ? undefined : (text as Arn);
}

/** @returns the text as an account id, or `undefined` where it is not 12 digits. */
export function asAccountId(text: string): AccountId | undefined {
  return /^\d{12}$/.test(text) ? (text as AccountId) : undefined;
}

/** @returns the six parts (IAM User Guide, "IAM identifiers"), or `undefined` where the text is no ARN. */
export function splitArn(text: string): ArnParts | undefined {
  if (!text.startsWith('arn:')) return undefined;
  // By hand: it is asked for every name in every record.
  const service = text.indexOf(':', 4) + 1;
  const region = service === 0 ? 0 : text.indexOf(':', service) + 1;
  const account = region === 0 ? 0 : text.indexOf(':', region) + 1;
  const resource = account === 0 ? 0 : text.indexOf(':', account) + 1;
  if (resource === 0 || service === 5 || region === service + 1) return undefined;
  if (resource === text.length || text[resource] === ':') return undefined;
  return {
    partition: text.slice(4, service - 1),
    service: text.slice(service, region - 1),
    region: text.slice(region, account - 1),
    account: text.slice(account, resource - 1),
    resource: text.slice(resource),
  };
}
