/** How many runs does a property get: few while one works, twenty times as many with TRUSTTRAIL_DEEP set. */
export function runs(normally: number): number {
  return process.env['TRUSTTRAIL_DEEP'] === undefined ? normally : normally * 20;
}
