/** By which names are the functions' roles deployed, which call into other accounts? A denied call of theirs is never analysed. */
const functionNames = ['trust-changed', 'assume-role-denied', 'trail-object', 'reconcile'];

export const ownRoleNames = functionNames.map((name) => `trusttrail-watch-${name}`);
