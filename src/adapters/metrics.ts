/** How many, by what, and how old: the measurements of one batch as CloudWatch metrics in the embedded format. */

export type Unit = 'Count' | 'Milliseconds' | 'Seconds';
export type Dimensions = Readonly<Record<string, string>>;

export interface Metrics {
  /** Adds to a count. */
  count(name: string, dimensions: Dimensions, by?: number): void;
  /** Notes a value of which CloudWatch keeps the distribution. */
  measure(name: string, unit: Exclude<Unit, 'Count'>, value: number, dimensions: Dimensions): void;
  /** Writes what was measured since the last time, one line for each set of dimensions. */
  flush(): void;
}

export const metricsNamespace = 'trusttrail';

/** Values that one metric of a line may have (CloudWatch User Guide, "Specification: Embedded metric format"). */
const mostValues = 100;

/**
 * @param write takes one line of JSON; standard output is what Lambda hands to CloudWatch Logs.
 * @param now milliseconds since the epoch.
 */
export function embeddedMetrics(write: (line: string) => void, now: () => number): Metrics {
  const groups = new Map<string, { dimensions: Dimensions; metrics: Map<string, { unit: Unit; values: number[] }> }>();
  const metricOf = (name: string, unit: Unit, dimensions: Dimensions): number[] => {
    const sorted = Object.fromEntries(Object.entries(dimensions).sort(([left], [right]) => (left < right ? -1 : 1)));
    const key = JSON.stringify(sorted);
    const group = groups.get(key) ?? { dimensions: sorted, metrics: new Map() };
    groups.set(key, group);
    const metric = group.metrics.get(name) ?? { unit, values: [] };
    group.metrics.set(name, metric);
    return metric.values;
  };
  return {
    count(name, dimensions, by = 1) {
      const values = metricOf(name, 'Count', dimensions);
      values[0] = (values[0] ?? 0) + by;
    },
    measure(name, unit, value, dimensions) {
      metricOf(name, unit, dimensions).push(value);
    },
    flush() {
      const timestamp = now();
      for (const { dimensions, metrics } of groups.values())
        for (let from = 0; [...metrics.values()].some(({ values }) => values.length > from); from += mostValues)
          write(line(dimensions, metrics, from, timestamp));
      groups.clear();
    },
  };
}

function line(
  dimensions: Dimensions,
  metrics: ReadonlyMap<string, { readonly unit: Unit; readonly values: readonly number[] }>,
  from: number,
  timestamp: number,
): string {
  const present = [...metrics].flatMap(([name, { unit, values }]) => {
    const some = values.slice(from, from + mostValues);
    return some.length === 0 ? [] : [{ name, unit, value: some.length === 1 ? some[0] : some }];
  });
  return `${JSON.stringify({
    _aws: {
      Timestamp: timestamp,
      CloudWatchMetrics: [
        {
          Namespace: metricsNamespace,
          Dimensions: [Object.keys(dimensions)],
          Metrics: present.map(({ name, unit }) => ({ Name: name, Unit: unit })),
        },
      ],
    },
    ...dimensions,
    ...Object.fromEntries(present.map(({ name, value }) => [name, value])),
  })}\n`;
}
