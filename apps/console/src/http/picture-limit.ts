/** Pictures of faces are small and many: a screen of people has forty. Of one address in a minute, beside what it may ask otherwise. */
export const pictureLimit = { rateLimit: { max: 6_000, timeWindow: 60_000 } } as const;
