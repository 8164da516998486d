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
  const [, partition, service, region, account, ...rest] = text.split(':');
  if (partition === undefined || service === undefined || region === undefined || account === undefined)
    return undefined;
  if (partition === '' || service === '' || rest.length === 0 || rest[0] === '') return undefined;
  return { partition, service, region, account, resource: rest.join(':') };
}
