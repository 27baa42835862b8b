import { Client } from 'pg';

/** A clock that jumps: `Date.now` of this process and `now()` of new connections to a database. Timers keep their time. */
export interface SimulatedClock {
  advance(ms: number): Promise<void>;
  /** Gives this process its own time back. */
  stop(): Promise<void>;
}

/**
 * Lets a database and this process believe that time passes faster. In the database, a function of our own is found before
 * PostgreSQL's `now()`, so nothing that is stored has to be changed to become older, which would itself leave dead rows.
 */
export async function simulateClock(url: string): Promise<SimulatedClock> {
  const client = new Client(url);
  await client.connect();
  await client.query(`CREATE SCHEMA simulated;
    CREATE TABLE simulated.clock (ahead interval NOT NULL);
    INSERT INTO simulated.clock VALUES ('0');
    CREATE FUNCTION simulated.now() RETURNS timestamptz LANGUAGE sql STABLE AS
      'SELECT pg_catalog.now() + ahead FROM simulated.clock';
    ALTER ROLE CURRENT_USER SET search_path = simulated, pg_catalog, public`);
  const systemNow = Date.now;
  let aheadMs = 0;
  Date.now = () => systemNow() + aheadMs;
  return {
    advance: async (ms) => {
      aheadMs += ms;
      await client.query("UPDATE simulated.clock SET ahead = $1 * interval '1 millisecond'", [aheadMs]);
    },
    stop: async () => {
      Date.now = systemNow;
      await client.end();
    },
  };
}
