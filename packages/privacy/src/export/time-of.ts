/** ISO 8601 in UTC. `ms`: milliseconds since 1970. */
export const timeOf = (ms: number): string => new Date(ms).toISOString();
